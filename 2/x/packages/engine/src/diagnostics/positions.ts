import type { AST } from "toml-eslint-parser";
import type { Place } from "../problem.ts";
import { type Path, placeOf, type Span } from "./place.ts";

/** A text that knows where its keys stand. */
export interface Placed {
  readonly file: string;
  readonly text: string;
  readonly lines: readonly number[];
  readonly places: Spot;
}

/** Where one key of a file stands, and everything under it. */
export interface Spot {
  key: Span | null;
  value: Span | null;
  /** `[a.b]` or `[[a]]`, brackets included. */
  header: Span | null;
  readonly children: Map<string | number, Spot>;
}

const newSpot = (): Spot => ({ key: null, value: null, header: null, children: new Map() });

function under(spot: Spot, part: string | number): Spot {
  const known = spot.children.get(part);
  if (known !== undefined) return known;
  const made = newSpot();
  spot.children.set(part, made);
  return made;
}

const nameOf = (key: AST.TOMLBare | AST.TOMLQuoted) => (key.type === "TOMLBare" ? key.name : key.value);

/** The positions of a parsed file, as a tree of its keys. */
export function spotsOf(program: AST.TOMLProgram, text: string): Spot {
  const root = newSpot();
  for (const entry of program.body[0].body) {
    if (entry.type === "TOMLKeyValue") addKeyValue(root, entry);
    else addTable(root, entry, text);
  }
  return root;
}

function addTable(root: Spot, table: AST.TOMLTable, text: string): void {
  const keys = [...table.key.keys];
  let spot = root;
  let key: Span | null = null;
  for (const part of table.resolvedKey) {
    spot = under(spot, part);
    // An index has no key of its own: the name before it stands for it.
    if (typeof part === "string") key = keys.shift()?.range ?? key;
    spot.key ??= key;
  }
  const close = text.indexOf("]", table.key.range[1]);
  spot.header = [table.range[0], close + (table.kind === "array" ? 2 : 1)];
  for (const entry of table.body) addKeyValue(spot, entry);
}

function addKeyValue(parent: Spot, entry: AST.TOMLKeyValue): void {
  let spot = parent;
  for (const key of entry.key.keys) {
    spot = under(spot, nameOf(key));
    spot.key ??= key.range;
  }
  addValue(spot, entry.value);
}

function addValue(spot: Spot, value: AST.TOMLContentNode): void {
  spot.value = value.range;
  if (value.type === "TOMLArray") {
    for (const [index, element] of value.elements.entries()) addValue(under(spot, index), element);
  }
  if (value.type === "TOMLInlineTable") for (const entry of value.body) addKeyValue(spot, entry);
}

/**
 * Where a path stands. What is not in the file is shown at its nearest
 * ancestor: at the header of a table, or at the key of a value.
 */
export function placeIn(
  document: Placed,
  path: Path,
  at: "key" | "value" = "value",
  within?: readonly [start: number, end: number],
): Place {
  let spot = document.places;
  let known: Span = [0, 0];
  for (const part of path) {
    const next = spot.children.get(part);
    if (next === undefined) return placeOf(document.file, document.text, known, document.lines);
    spot = next;
    known = spot.header ?? spot.key ?? spot.value ?? known;
  }
  const span = at === "key" ? (spot.key ?? known) : (spot.value ?? spot.header ?? known);
  return placeOf(
    document.file,
    document.text,
    within ? inside(document.text, span, within) : span,
    document.lines,
  );
}

/** Part of a string. Where escapes make the counting uncertain, the whole string. */
function inside(text: string, [start, end]: Span, [from, to]: readonly [number, number]): Span {
  const source = text.slice(start, end);
  const simple = !source.includes("\\") && !source.startsWith('"""') && !source.startsWith("'''");
  return simple ? [start + 1 + from, start + 1 + to] : [start, end];
}
