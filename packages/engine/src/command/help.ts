import yargs, { type Options } from "yargs";
import type { Command, Program } from "./command.ts";
import { EXITS } from "./overview.ts";

/** The help of one command. yargs takes longer to load than most commands to run, so only this does. */
export function renderHelp(program: Program, command: Command): Promise<string> {
  const parser = yargs()
    .scriptName(program.program)
    .help("help", "show this help")
    .alias("help", "h")
    .version(false)
    .exitProcess(false)
    .wrap(100)
    .epilogue(EXITS);
  const synopsis = [program.program, command.name, command.operands].filter(Boolean).join(" ");
  parser.usage(`${synopsis}\n\n${command.about}`).options(toOptions(command));
  parser.example(command.examples as [string, string][]);
  return new Promise((resolve, reject) => {
    parser.parse(["--help"], {}, (error, _flags, text) => (error ? reject(error) : resolve(`${text}\n`)));
  });
}

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
