import { closest } from "../diagnostics/suggest.ts";
import { FAILURES, Failure } from "../problem.ts";
import type { Command, Program, World } from "./command.ts";
import { asksForHelp, parseLine, pickCommand } from "./parse.ts";
import { failureJson, renderBug, renderFailure } from "./render.ts";

const BUG = 70;
const INTERRUPTED = 130;

/** Runs one command line and says how the process should exit. Nothing below this function exits. */
export async function runCommands(program: Program, argv: readonly string[], world: World): Promise<number> {
  try {
    return await obey(program, argv, world);
  } catch (error) {
    if (world.signal.aborted) return INTERRUPTED;
    if (!(error instanceof Failure)) {
      world.err(renderBug(program.program, error));
      return BUG;
    }
    world.err(renderFailure(program.program, error));
    if (argv.includes("--json")) world.out(failureJson(error));
    return FAILURES[error.code];
  }
}

async function obey(program: Program, argv: readonly string[], world: World): Promise<number> {
  if (argv[0] === "--version") {
    world.out(`${program.program} ${program.version}\n`);
    return 0;
  }
  const picked = pickCommand(program.commands, argv);
  if (picked === null && argv[0] !== undefined && !asksForHelp(argv)) throw unknownCommand(program, argv[0]);
  if (picked === null || asksForHelp(picked.rest)) {
    const help = await helpOf(program, picked?.command ?? null);
    if (argv.length > 0) {
      world.out(help);
      return 0;
    }
    world.err(help);
    return FAILURES.WRONG_USAGE;
  }
  const { command, rest } = picked;
  const line = explained(program, command, () => parseLine(command, rest));
  return command.run(line.operands, line.flags, world);
}

async function helpOf(program: Program, command: Command | null): Promise<string> {
  if (command === null) return (await import("./overview.ts")).renderOverview(program);
  return (await import("./help.ts")).renderHelp(program, command);
}

/** Wrong usage gets the synopsis, unless there is better advice. */
function explained<T>(program: Program, command: Command, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const synopsis = [program.program, command.name, command.operands].filter(Boolean).join(" ");
    const usage = `usage: ${synopsis}   (more: ${program.program} ${command.name} --help)`;
    const hint = error.hint === undefined ? usage : `${error.hint}\n${usage}`;
    throw new Failure(error.code, error.message, { hint, cause: error });
  }
}

function unknownCommand({ program, commands }: Program, word: string): Failure {
  const names = commands.filter(({ hidden }) => !hidden).map(({ name }) => name);
  // "engine" of "engine publish" is no slip, and only half of a command.
  const meant = names.find((name) => name.startsWith(`${word} `)) ?? closest(word, names);
  const what = word.startsWith("-")
    ? `${program} takes no flag ${word} here`
    : `there is no command "${word}"`;
  const hint = meant === null ? `commands: ${names.join(", ")}` : `did you mean \`${program} ${meant}\`?`;
  return new Failure("WRONG_USAGE", what, { hint });
}
