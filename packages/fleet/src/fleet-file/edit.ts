import type { Path, PlacedDocument } from "@fleet/engine";

/** A value that a command may write into fleet.toml. */
export type KeyValue = string | boolean | readonly string[];

/** What keys of one table are to be. Null takes a key out; what is not named stays. */
export type Keys = Readonly<Record<string, KeyValue | null>>;

type Spot = PlacedDocument["places"];

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/*
 * Every edit is a splice of the text at the places that the parser told, so no
 * other byte of it changes. Libraries that rewrite TOML put a new key behind the
 * comment of the next table, and move comments of lines that nobody touched.
 */

/** The text with these keys in the table at the path. Null where that would cost a comment or a layout. */
export function withKeys({ text, places }: PlacedDocument, path: Path, keys: Keys): string | null {
  const table = spotAt(places, path);
  const splices: (Splice | null)[] = [];
  const added: [string, KeyValue][] = [];
  for (const [key, value] of Object.entries(keys)) {
    const spot = table?.children.get(key);
    if (spot !== undefined)
      splices.push(value === null ? cut(text, table, spot) : replace(text, spot, value));
    else if (value !== null) added.push([key, value]);
  }
  if (added.length > 0)
    splices.push(table === undefined ? append(text, path, added) : add(text, table, path, added));
  if (splices.includes(null)) return null;
  // From the end, so that the places before it stay true.
  return splices
    .filter((one) => one !== null)
    .sort((a, b) => b.from - a.from)
    .reduce((edited, { from, to, text: put }) => edited.slice(0, from) + put + edited.slice(to), text);
}

/** A person may copy this into the file. */
export const linesFor = (keys: Keys): string =>
  Object.entries(keys)
    .map(([key, value]) => (value === null ? `(without ${key})` : `${key} = ${toToml(value)}`))
    .join("\n");

export const toToml = (value: KeyValue): string =>
  typeof value === "object" ? `[${value.map((one) => toToml(one)).join(", ")}]` : JSON.stringify(value);

const spotAt = (root: Spot, path: Path): Spot | undefined =>
  path.reduce<Spot | undefined>((spot, part) => spot?.children.get(part), root);

const eolOf = (text: string): string => (text.includes("\r\n") ? "\r\n" : "\n");

function replace(text: string, { value }: Spot, next: KeyValue): Splice | null {
  // Its parts stand in other places of the file.
  if (value === null) return null;
  const [from, to] = value;
  const bare = text.slice(from, to).replaceAll(/"(?:\\.|[^"\\])*"|'[^']*'/g, "");
  // What a person laid out over lines is for them to change.
  return /[\n#]/.test(bare) ? null : { from, to, text: toToml(next) };
}

/** A key that has a line goes with it, and with what is said of it there; comments above it stay. */
function cut(text: string, table: Spot | undefined, { key, value }: Spot): Splice | null {
  if (key === null || value === null || table === undefined || table.value !== null) return null;
  const start = lineStart(text, key[0]);
  const end = text.indexOf("\n", value[1]);
  if (end !== -1) return { from: start, to: end + 1, text: "" };
  return { from: text.slice(0, start).replace(/\r?\n$/, "").length, to: text.length, text: "" };
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

function append(text: string, path: Path, added: readonly [string, KeyValue][]): Splice | null {
  if (path.length !== 1) return null;
  const eol = eolOf(text);
  const gap = text === "" ? "" : text.endsWith("\n") ? eol : eol + eol;
  const lines = [`[${path[0]}]`, ...added.map(([key, value]) => `${key} = ${toToml(value)}`), ""];
  return { from: text.length, to: text.length, text: gap + lines.join(eol) };
}

/** New keys come after the table's last one, and look like it. */
function add(text: string, table: Spot, path: Path, added: readonly [string, KeyValue][]): Splice | null {
  const lines = linesOf(table);
  const [last] = lines.slice(-1);
  if (last === undefined && table.header === null) return null;
  if (table.value !== null) {
    if (last === undefined) return null;
    const put = added.map(([key, value]) => `, ${key}${signFor(text, lines.slice(-1), key)}${toToml(value)}`);
    return { from: last.value[1], to: last.value[1], text: put.join("") };
  }
  // A table without a header is one by the names of its keys: engine.url = …
  const name = table.header === null ? `${path.join(".")}.` : "";
  const indent =
    last === undefined ? "" : (/^[ \t]*/.exec(text.slice(lineStart(text, last.key[0])))?.[0] ?? "");
  const eol = eolOf(text);
  const put = added
    .map(([key, value]) => `${indent}${name}${key}${signFor(text, lines, key)}${toToml(value)}`)
    .join(eol);
  const after = last?.value[1] ?? table.header?.[1] ?? 0;
  const end = text.indexOf("\n", after);
  return end === -1
    ? { from: text.length, to: text.length, text: eol + put }
    : { from: end + 1, to: end + 1, text: put + eol };
}

interface Line {
  readonly key: readonly [start: number, end: number];
  readonly value: readonly [start: number, end: number];
}

/** The keys of a table that have values of their own, in the file's order. */
const linesOf = (table: Spot): readonly Line[] =>
  [...table.children.values()]
    .flatMap(({ key, value, header }) =>
      header === null && key !== null && value !== null ? [{ key, value }] : [],
    )
    .sort((a, b) => a.key[0] - b.key[0]);

/** What stands between a key and its value: where all are aligned, so is the new one. */
function signFor(text: string, lines: readonly Line[], key: string): string {
  const [last] = lines.slice(-1);
  if (last === undefined) return " = ";
  const sign = text.slice(last.key[1], last.value[0]);
  const widths = lines.map((line) => text.slice(line.key[0], line.value[0]).indexOf("="));
  const [width = 0] = widths;
  const aligned = lines.length > 1 && widths.every((one) => one === width);
  if (!aligned) return sign;
  return " ".repeat(Math.max(/^\s/.test(sign) ? 1 : 0, width - key.length)) + sign.trimStart();
}
