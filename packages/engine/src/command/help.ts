import yargs, { type Options } from "yargs";
import type { Command, Program } from "./command.ts";
import { operandsOf } from "./parse.ts";

/** The help of one command, or of the whole program. yargs takes longer to load than most commands to run, so only help does. */
export function renderHelp(program: Program, command: Command | null): Promise<string> {
  const parser = yargs()
    .scriptName(program.program)
    .usage(`${program.program} <command>\n\n${program.about}`)
    .help("help", "show this help")
    .alias("help", "h")
    .version(false)
    .exitProcess(false)
    .wrap(100)
    .epilogue(EXITS);
  for (const one of program.commands) {
    const synopsis = [one.name, one.operands].filter(Boolean).join(" ");
    parser.command(
      // yargs only knows lists of operands; any other synopsis it gets as words.
      operandsOf(one) === null ? one.name : synopsis,
      one.about,
      (y) =>
        y
          .usage(`${program.program} ${synopsis}\n\n${one.about}`)
          .options(toOptions(one))
          .example(one.examples as [string, string][]),
      () => {},
    );
  }
  if (command === null) parser.option("version", { type: "boolean", describe: "show the version" });
  const line = command === null ? ["--help"] : [...command.name.split(" "), "--help"];
  return new Promise((resolve, reject) => {
    parser.parse(line, {}, (error, _flags, text) => (error ? reject(error) : resolve(`${text}\n`)));
  });
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
