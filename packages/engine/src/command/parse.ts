import { parseArgs } from "node:util";
import { closest } from "../diagnostics/suggest.ts";
import { Failure } from "../problem.ts";
import type { Command, Flags, FlagValues } from "./command.ts";

/** What was typed for one command. */
export interface Line {
  readonly operands: readonly string[];
  readonly flags: FlagValues<Flags>;
}

/** The command that the line begins with, and the words after its name. */
export function pickCommand(
  commands: readonly Command[],
  argv: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } | null {
  // Two words before one: "phase set" is not "phase" with the operand "set".
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(" ");
    const command = commands.find((one) => one.name === name && argv.length >= words);
    if (command !== undefined) return { command, rest: argv.slice(words) };
  }
  return null;
}

/** Does the line ask for help, rather than for something to be done? */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return (end < 0 ? argv : argv.slice(0, end)).some((word) => word === "--help" || word === "-h");
}

/** Node's own parser: it costs nothing to load, which is felt when a command takes no longer than its start. */
export function parseLine(command: Command, words: readonly string[]): Line {
  const { values, positionals } = readFlags(command, words);
  for (const [name, { choices }] of Object.entries(command.flags)) {
    const given = values[name];
    if (choices === undefined || typeof given !== "string" || choices.includes(given)) continue;
    throw wrongUsage(`--${name} takes ${orList(choices)}, not "${given}"`, closest(given, choices));
  }
  checkOperands(command, positionals);
  return { operands: positionals, flags: values as FlagValues<Flags> };
}

function readFlags(command: Command, words: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(command.flags).map(([name, { type, short }]) => [
      name,
      short === undefined ? { type } : { type, short },
    ]),
  );
  try {
    return parseArgs({ args: [...words], strict: true, allowPositionals: true, options });
  } catch (error) {
    throw toUsage(error, command);
  }
}

/** Node's words, made ours. */
function toUsage(error: unknown, command: Command): unknown {
  if (!(error instanceof TypeError) || !("code" in error)) return error;
  const name = /'(?:-\w, )?(--?[^\s'=]+)/.exec(error.message)?.[1] ?? "";
  if (error.code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const known = Object.keys(command.flags).map((flag) => `--${flag}`);
    const message = `${command.name} knows no flag ${name}`;
    return wrongUsage(message, name.startsWith("--") ? closest(name, known) : null);
  }
  if (error.code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE") {
    const takes = command.flags[name.replace(/^-+/, "")]?.type === "string";
    return wrongUsage(takes ? `${name} needs a value (${name}=VALUE)` : `${name} takes no value`, null);
  }
  return error;
}

function checkOperands(command: Command, given: readonly string[]): void {
  const wanted = operandsOf(command);
  // A synopsis in words, such as "[show | goto <id>]", is checked by the command itself.
  if (wanted === null) return;
  const missing = wanted.slice(given.length).find((operand) => operand.required);
  if (missing !== undefined) throw wrongUsage(`${command.name} needs ${article(missing.name)}`, null);
  const extra = given[wanted.length];
  if (extra !== undefined && !wanted.at(-1)?.many) {
    throw wrongUsage(`${command.name} does not know what to do with "${extra}"`, null);
  }
}

interface Operand {
  readonly name: string;
  readonly required: boolean;
  readonly many: boolean;
}

/** "<name> [agent..]" as data; null when it is more than a list. */
export function operandsOf({ operands = "" }: Command): readonly Operand[] | null {
  const parsed = operands
    .split(" ")
    .filter(Boolean)
    .map((text) => /^(?:<([\w-]+)(\.\.)?>|\[([\w-]+)(\.\.)?\])$/.exec(text));
  if (parsed.includes(null)) return null;
  return parsed.map((found) => {
    const [, required, more, optional = "", others] = found ?? [];
    return {
      name: required ?? optional,
      required: required !== undefined,
      many: (more ?? others) !== undefined,
    };
  });
}

const article = (name: string): string => (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`);

const wrongUsage = (message: string, meant: string | null): Failure =>
  new Failure("WRONG_USAGE", message, meant === null ? {} : { hint: `did you mean \`${meant}\`?` });

const orList = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
