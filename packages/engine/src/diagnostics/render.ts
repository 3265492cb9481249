import type { Place, Problem } from "../problem.ts";
import { oneLine } from "./safe-text.ts";

/** What the files hold that problems point into, by the name the problems use. */
export type Sources = ReadonlyMap<string, string>;

const MOST = 50;
const WIDTH = 120;
const LONGEST = 240;

type Paint = (code: string, text: string) => string;
const COLORED: Paint = (code, text) => `\u001b[${code}m${text}\u001b[0m`;
const PLAIN: Paint = (_, text) => text;

/** Problems for a person to read, each with the line it is about. */
export function renderProblems(
  problems: readonly Problem[],
  sources: Sources,
  { color }: { readonly color: boolean },
): string {
  if (problems.length === 0) return "";
  const paint = color ? COLORED : PLAIN;
  const shown = problems.slice(0, MOST).map((problem) => renderProblem(problem, sources, paint));
  const more = problems.length - shown.length;
  return `${[...shown, ...(more > 0 ? [`… ${more} more`] : [])].join("\n\n")}\n`;
}

function renderProblem(problem: Problem, sources: Sources, paint: Paint): string {
  const tint = problem.severity === "error" ? "1;31" : "1;33";
  const picture = pictureOf(problem, sources.get(problem.file));
  const gutter = " ".repeat(picture?.number.length ?? 1);
  const bar = paint("1;34", "|");
  const note = (kind: string, text: string) =>
    `${gutter} ${paint("1;34", "=")} ${paint("1", kind)}: ${oneLine(text)}`;
  return [
    `${paint(tint, `${problem.severity}[${problem.code}]`)}: ${paint("1", clipped(oneLine(problem.message)))}`,
    `${gutter}${paint("1;34", "-->")} ${at(problem)}`,
    ...(picture === null
      ? []
      : [
          `${gutter} ${bar}`,
          `${paint("1;34", picture.number)} ${bar} ${picture.line}`,
          `${gutter} ${bar} ${picture.before}${paint(tint, picture.underline)}`,
        ]),
    ...problem.related.map((place) => note("note", `${place.message}: ${at(place)}`)),
    ...(problem.help === null ? [] : [note("help", problem.help)]),
  ].join("\n");
}

/** What a file holds can be long, and messages quote it. */
const clipped = (text: string): string =>
  text.length > LONGEST ? `${[...text].slice(0, LONGEST).join("")}…` : text;

const at = ({ file, line, column }: Place) => `${oneLine(file)}:${line}:${column}`;

interface Picture {
  readonly number: string;
  readonly line: string;
  readonly before: string;
  readonly underline: string;
}

/** The line with its underline, cut to a screen's width round the place. Tabs stay, so that both lines align. */
function pictureOf(place: Place, source: string | undefined): Picture | null {
  const whole = source?.split("\n")[place.line - 1]?.replace(/\r$/, "");
  if (whole === undefined || whole === "") return null;
  const characters = [...whole];
  const from = place.column - 1;
  const to = place.end_line > place.line ? characters.length : place.end_column - 1;
  const start = from > WIDTH - 20 ? from - 40 : 0;
  const cut = (text: readonly string[]) =>
    text.map((character) => (character === "\t" ? character : oneLine(character))).join("");
  const end = Math.min(characters.length, start + WIDTH);
  const lead = start > 0 ? "…" : "";
  const before = lead + cut(characters.slice(start, from));
  const marked = cut(characters.slice(from, Math.min(to, end)));
  return {
    number: String(place.line),
    line: lead + cut(characters.slice(start, end)) + (end < characters.length ? "…" : ""),
    before: before.replace(/[^\t]/gu, " "),
    underline: "^".repeat(Math.max(1, [...marked].length)),
  };
}

/** One problem as scripts get it: the names are those of docs/schema/validate.schema.json. */
export interface Diagnostic extends Place {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly help: string | null;
  readonly related: Problem["related"];
}

export interface Diagnostics {
  readonly valid: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Warnings leave a file valid. */
export const diagnosticsJson = (problems: readonly Problem[]): Diagnostics => ({
  valid: problems.every(({ severity }) => severity === "warning"),
  diagnostics: problems.map(({ code, severity, message, help, related, ...place }) => ({
    code,
    severity,
    ...shownPlace(place),
    message,
    help,
    related: related.map((other) => ({ ...shownPlace(other), message: other.message })),
  })),
});

const shownPlace = ({ file, line, column, end_line, end_column }: Place): Place => ({
  file: oneLine(file),
  line,
  column,
  end_line,
  end_column,
});
