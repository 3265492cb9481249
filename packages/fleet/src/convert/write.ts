import type { Path } from "@fleet/engine";
import { type Entry, isTable, type Table } from "./draft.ts";

/** A file, and of each of its lines what in the old file it comes from. */
export interface Written {
  readonly text: string;
  readonly lines: readonly (Path | null)[];
}

/** Tables as TOML, a key a line, and lists of tables a table a line. */
export function writeToml(head: readonly string[], tables: readonly Table[]): Written {
  const lines: (readonly [string, Path | null])[] = head.map((line) => [line, null]);
  for (const { name, from, entries } of tables) {
    lines.push(["", null], [`[${name.map(keyText).join(".")}]`, from]);
    for (const entry of entries) lines.push(...entryLines(entry));
  }
  return { text: lines.map(([line]) => `${line}\n`).join(""), lines: lines.map(([, from]) => from) };
}

function entryLines({ key, value, from }: Entry): readonly (readonly [string, Path | null])[] {
  const list = Array.isArray(value) && value.length > 0 && value.every(isTable) ? value : null;
  if (list === null) return [[`${keyText(key)} = ${valueText(value)}`, from]];
  const rows = list.map((one, index) => [`  ${valueText(one)},`, [...from, index]] as const);
  return [[`${keyText(key)} = [`, from], ...rows, ["]", from]];
}

const keyText = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : textText(key));

/** As JSON has it, and the one character more that TOML wants escaped. */
const textText = (text: string): string => JSON.stringify(text).replaceAll("\u007f", "\\u007f");

function valueText(value: unknown): string {
  if (typeof value === "string") return textText(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (!isTable(value)) return String(value);
  const pairs = Object.entries(value).map(([key, child]) => `${keyText(key)} = ${valueText(child)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}
