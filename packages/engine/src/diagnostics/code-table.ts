import { DISK } from "./codes/disk.ts";
import { FILES } from "./codes/files.ts";
import type { CodePage } from "./codes/page.ts";
import { RELATIONS } from "./codes/relations.ts";
import { SYNTAX } from "./codes/syntax.ts";
import { VALUES } from "./codes/values.ts";
import type { Code } from "./codes.ts";
import { wrap } from "./wrap.ts";

/** Every code, in the order of its number. The one source: `explain` and docs/problems.md show it. */
export const CODES: Readonly<Record<Code, CodePage>> = {
  ...FILES,
  ...SYNTAX,
  ...VALUES,
  ...RELATIONS,
  ...DISK,
};

const WIDTH = 90;

/** One code's page for a terminal. */
export const renderPage = (code: string, { title, rule, fix, example }: CodePage): string =>
  [
    `${code}: ${title}`,
    "",
    ...wrap(rule, WIDTH),
    "",
    ...wrap(fix, WIDTH),
    "",
    `wrong${inFile(example.of)}:`,
    ...indented(example.wrong),
    "",
    `right${inFile(example.of)}:`,
    ...indented(example.right),
    "",
  ].join("\n");

const inFile = (of: CodePage["example"]["of"]): string => (of === "sh" ? "" : `, in ${of}`);

const indented = (text: string): readonly string[] =>
  text.split("\n").map((line) => (line === "" ? "" : `    ${line}`));

/** A line for each code. */
export const renderList = (): string =>
  Object.entries(CODES)
    .map(([code, { title }]) => `${code}  ${title}\n`)
    .join("");
