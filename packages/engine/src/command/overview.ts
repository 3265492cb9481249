import { wrap } from "../diagnostics/wrap.ts";
import type { Command, Program } from "./command.ts";

const WIDTH = 100;

export const EXITS =
  "Exit: 0 done · 1 the answer is no · 2 wrong usage · 3 could not · 4 refused for safety · 70 a bug · 130 interrupted";

/** The help of a whole program: what each command is for. What it takes is in its own help. */
export function renderOverview({ program, about, commands: all, chapters = {} }: Program): string {
  const commands = all.filter(({ hidden }) => !hidden);
  const told = new Set(Object.values(chapters).flat());
  const rest = commands.filter((one) => !told.has(one));
  const column = 4 + Math.max(...commands.map(({ name }) => name.length));
  const listings: readonly (readonly [string, readonly Command[]])[] = [
    ...Object.entries(chapters),
    [told.size === 0 ? "Commands" : "More", rest],
  ];
  return [
    `${program} <command>`,
    "",
    about,
    ...listings.flatMap(([title, listed]) =>
      listed.length === 0
        ? []
        : ["", `${title}:`, ...listed.flatMap((one) => entry(one.name, one.about, column))],
    ),
    "",
    "Options:",
    ...entry("-h, --help", "show this help", Math.max(column, 14)),
    ...entry("--version", "show the version", Math.max(column, 14)),
    "",
    `What a command takes, with examples: ${program} <command> --help`,
    ...wrap(EXITS, WIDTH),
    "",
  ].join("\n");
}

const entry = (name: string, about: string, column: number): readonly string[] =>
  wrap(about, WIDTH - column).map((line, index) =>
    index === 0 ? `  ${name}`.padEnd(column) + line : " ".repeat(column) + line,
  );
