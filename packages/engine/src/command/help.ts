import yargs, { type Argv, type Options } from "yargs";
import type { Command, Program } from "./command.ts";
import { operandsOf } from "./parse.ts";

/** The help of one command, or of the whole program. yargs takes longer to load than most commands to run, so only help does. */
export function renderHelp(program: Program, command: Command | null): Promise<string> {
  const parser = yargs()
    .scriptName(program.program)
    .help("help", "show this help")
    .alias("help", "h")
    .version(false)
    .exitProcess(false)
    .wrap(100)
    .epilogue(EXITS);
  if (command === null) describeProgram(parser, program);
  else {
    const synopsis = [program.program, command.name, command.operands].filter(Boolean).join(" ");
    parser.usage(`${synopsis}\n\n${command.about}`).options(toOptions(command));
    parser.example(command.examples as [string, string][]);
  }
  return new Promise((resolve, reject) => {
    parser.parse(["--help"], {}, (error, _flags, text) => (error ? reject(error) : resolve(`${text}\n`)));
  });
}

function describeProgram(parser: Argv, { program, about, commands }: Program): void {
  parser.usage(`${program} <command>\n\n${about}`);
  for (const one of commands) {
    const synopsis = [one.name, one.operands].filter(Boolean).join(" ");
    // yargs only knows lists of operands; any other synopsis it gets as words.
    parser.command(operandsOf(one) === null ? one.name : synopsis, one.about);
  }
  parser.option("version", { type: "boolean", describe: "show the version" });
}

const EXITS = `Exit: 0 done · 1 the answer is no · 2 wrong usage · 3 could not · 4 refused for safety · 70 a bug · 130 interrupted`;

const toOptions = (command: Command): Record<string, Options> =>
  Object.fromEntries(
    Object.entries(command.flags).map(([name, flag]) => [
      name,
      {
        type: flag.type,
        describe: flag.about,
        ...(flag.short === undefined ? {} : { alias: flag.short }),
        ...(flag.choices === undefined ? {} : { choices: flag.choices }),
      },
    ]),
  );
