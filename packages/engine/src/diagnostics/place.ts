import type { Place } from "../problem.ts";

/** Keys and array indexes, from the top of a file. */
export type Path = readonly (string | number)[];

/** A path as TOML writes it: agents.builder.kind, project[2].name. */
export const dotted = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part);
    return text === "" ? key : `${text}.${key}`;
  }, "");

/** Offsets into a text, end exclusive, as JavaScript counts. */
export type Span = readonly [start: number, end: number];

const codePoints = (text: string) => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Where each line starts. */
export function linesOf(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return starts;
}

function lineAndColumn(
  text: string,
  lines: readonly number[],
  offset: number,
): readonly [line: number, column: number] {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return [low + 1, codePoints(text.slice(lines[low], offset)) + 1];
}

/** Where a span of a text is, as a person counts. A span that leaves the text is cut at its end. */
export function placeOf(file: string, text: string, [start, end]: Span, lines = linesOf(text)): Place {
  const from = Math.min(Math.max(start, 0), text.length);
  const [line, column] = lineAndColumn(text, lines, from);
  const [end_line, end_column] = lineAndColumn(text, lines, Math.min(Math.max(end, from), text.length));
  return { file, line, column, end_line, end_column };
}

/** A problem with a file as a whole. */
export const startOf = (file: string): Place => ({ file, line: 1, column: 1, end_line: 1, end_column: 1 });

/** The offset of a line and column that count from 1 in JavaScript's characters. */
export const offsetOf = (text: string, line: number, column: number): number =>
  Math.min((linesOf(text)[line - 1] ?? text.length) + column - 1, text.length);
