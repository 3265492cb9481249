/** All of the outside world that a command may use for talking. */
export interface World {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** All of standard input. */
  input(): Promise<string>;
  /** Answers go to out, notes to err. */
  out(text: string): void;
  err(text: string): void;
  /** True on a terminal without NO_COLOR. */
  readonly color: boolean;
  /** Asks the person at the terminal, and hears one line. Not there in scripts and in CI: nobody would answer. */
  readonly ask?: ((question: string) => Promise<string>) | undefined;
  /** True where what is written to out is shown by a terminal, which may obey what it is shown. */
  readonly shown?: boolean;
  /** True where what was written may be written over: out and err are a terminal that can. */
  readonly live?: boolean;
  /** Gives the person's terminal to a program, until that ends. Not there where input or output is no terminal. */
  readonly lend?: Lend | undefined;
}

/** Resolves to the program's exit code; null when a signal ended it. */
export type Lend = (
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) => Promise<number | null>;

export interface Flag {
  readonly type: "boolean" | "string";
  readonly about: string;
  readonly short?: string;
  /** What stands for the value in the help: FILE. */
  readonly value?: string;
  readonly choices?: readonly string[];
}

export type Flags = Readonly<Record<string, Flag>>;

export type FlagValues<F extends Flags> = {
  readonly [K in keyof F]?: F[K]["type"] extends "boolean" ? boolean : string;
};

/** One word of the command line: what it takes, and what it does. It returns its exit code and never exits. */
export interface Command<F extends Flags = Flags> {
  /** One word, or two: "phase". */
  readonly name: string;
  readonly about: string;
  /** As in a synopsis: "<name>", "[agent..]". */
  readonly operands?: string;
  readonly flags: F;
  /** Called by programs, and not by people: no help names it. */
  readonly hidden?: boolean;
  /** A command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  run(operands: readonly string[], flags: FlagValues<F>, world: World): Promise<number>;
}

/** Keeps the flags' type between `flags` and `run`, so that no command names it twice. */
export const defineCommand = <const F extends Flags>(command: Command<F>): Command =>
  command as unknown as Command;

/** A program is a list of commands. */
export interface Program {
  /** What the user types, and what its messages begin with. */
  readonly program: string;
  readonly about: string;
  readonly version: string;
  readonly commands: readonly Command[];
  /** For a help that is long: its commands, each set under a title. */
  readonly chapters?: Readonly<Record<string, readonly Command[]>>;
}
