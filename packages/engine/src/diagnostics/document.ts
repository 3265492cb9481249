import { parse, TomlError, type TomlTableWithoutBigInt } from "smol-toml";
import type { Problem, Result } from "../problem.ts";
import type { Code } from "./codes.ts";
import { decode } from "./decode.ts";
import { linesOf, offsetOf, placeOf, type Span } from "./place.ts";
import { isPlain } from "./plain.ts";
import { type Placed, spotsOf } from "./positions.ts";
import { complaintOf, firstOf, wordAt } from "./syntax.ts";

export type TomlTable = TomlTableWithoutBigInt;

/** A file that is TOML. Its positions cost a second parser and are there only after `withPlaces`. */
export interface TomlDocument {
  readonly file: string;
  /** Without its byte order mark. */
  readonly text: string;
  readonly value: TomlTable;
}

export type PlacedDocument = TomlDocument & Placed;

export interface TomlOptions {
  /** Also hold the file against a strict TOML 1.0 parser. On by default; a caller in a hurry leaves it out. */
  readonly strict?: boolean;
  readonly limit?: number;
}

type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/*
 * What keeps hostile files from costing much is their size, their depth and the
 * length of their texts, and not a clock: what is refused is the same on every
 * machine. The first parser stops at the depth and works its way through once,
 * and the second one, which recurses over whatever it gets, gets only what the
 * first and `tooMuch` have let through. The watchdog, which must never wait,
 * reads agents.toml in a process of its own besides.
 */
const MAX_DEPTH = 32;
const MAX_TEXT = 64 * 1024;

export function readToml(file: string, bytes: Uint8Array, { limit }: TomlOptions = {}): Read<TomlDocument> {
  const decoded = decode(file, bytes, limit);
  if (!decoded.ok) return decoded;
  const { text } = decoded;
  try {
    const value = parse(text, { maxDepth: MAX_DEPTH, unsafeKeyBehaviour: "throw" });
    const excess = tooMuch(value);
    if (excess === null) return { ok: true, value: { file, text, value } };
    return failed(file, text, Math.max(0, text.indexOf(excess.key)), "FL0103", excess.message);
  } catch (error) {
    if (error instanceof RangeError) return failed(file, text, longestLine(text), "FL0103", NESTED);
    if (!(error instanceof TomlError)) throw error;
    const offset = offsetOf(text, error.line, error.column);
    const { code, message, help, at } = complaintOf(error.message, text, offset);
    return failedAt(file, text, at, code, message, help);
  }
}

const NESTED = `keys or values are nested more than ${MAX_DEPTH} deep`;

/** Adds where everything stands. The parser for it is loaded here and nowhere else. */
export async function withPlaces(document: TomlDocument): Promise<Read<PlacedDocument>> {
  const { file, text } = document;
  const { parseTOML, ParseError } = await import("toml-eslint-parser");
  try {
    const read = () => parseTOML(text, { tomlVersion: "1.0" });
    if (!isPlain(text)) read();
    return { ok: true, value: placed(document, () => spotsOf(read(), text)) };
  } catch (error) {
    if (error instanceof RangeError) return failed(file, text, longestLine(text), "FL0103", NESTED);
    if (!(error instanceof ParseError)) throw error;
    const { code, message, help, at } = complaintOf(error.message, text, error.index);
    // The first parser took the file, so what is left is a matter of TOML 1.0.
    return failedAt(file, text, at, code === "FL0100" ? "FL0101" : code, message, help);
  }
}

/** Where things stand is worked out when somebody asks: most files are right, and a fleet has thousands of them. */
function placed(document: TomlDocument, find: () => Placed["places"]): PlacedDocument {
  let lines: Placed["lines"] | null = null;
  let places: Placed["places"] | null = null;
  return {
    ...document,
    get lines() {
      lines ??= linesOf(document.text);
      return lines;
    },
    get places() {
      places ??= find();
      return places;
    },
  };
}

/** Depth and length have limits, because both parsers and JSON recurse over what they are given. */
function tooMuch(table: TomlTable): { readonly key: string; readonly message: string } | null {
  const rest: { readonly key: string; readonly value: unknown; readonly depth: number }[] = [];
  const enter = (value: object, depth: number, under: string | null) => {
    for (const [key, child] of Object.entries(value)) rest.push({ key: under ?? key, value: child, depth });
  };
  enter(table, 1, null);
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    const { key, value, depth } = next;
    if (depth > MAX_DEPTH) return { key, message: NESTED };
    if (typeof value === "string" && value.length > MAX_TEXT) {
      return { key, message: `a text is longer than ${MAX_TEXT / 1024} KiB` };
    }
    if (typeof value === "object" && value !== null) enter(value, depth + 1, key);
  }
  return null;
}

function longestLine(text: string): number {
  let best = { start: 0, length: -1 };
  let start = 0;
  for (const line of text.split("\n")) {
    if (line.length > best.length) best = { start, length: line.length };
    start += line.length + 1;
  }
  return best.start;
}

function failed(
  file: string,
  text: string,
  offset: number,
  code: Code,
  message: string,
  help: string | null = null,
) {
  return failedAt(file, text, wordAt(text, offset), code, message, help);
}

function failedAt(file: string, text: string, span: Span, code: Code, message: string, help: string | null) {
  const first = code === "FL0102" ? firstOf(text, span[0]) : null;
  const related =
    first === null ? [] : [{ ...placeOf(file, text, [first, first + 1]), message: "first defined here" }];
  const problem: Problem = { ...placeOf(file, text, span), code, severity: "error", message, help, related };
  return { ok: false, problems: [problem] } as const satisfies Result<never>;
}
