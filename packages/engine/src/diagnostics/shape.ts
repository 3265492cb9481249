import type { z } from "zod";
import type { Finding } from "./finding.ts";
import { findingsOf, type Issue, isMissing, valueAt } from "./issues.ts";
import { dotted, type Path } from "./place.ts";
import { CONTROL, codePointOf } from "./safe-text.ts";

/** What a schema makes of a value that may be partly wrong. */
export interface Shape<T> {
  readonly findings: readonly Finding[];
  /** What is left when everything wrong is left out, for the rules that come after; null when nothing sensible is. */
  readonly value: T | null;
  /** True when something was left out: what seems to be missing may be there and be wrong. */
  readonly partial: boolean;
}

const ROUNDS = 8;

/** Holds a value against a schema: all that is wrong, and what can still be used. */
export function checkShape<Schema extends z.ZodType>(
  value: unknown,
  schema: Schema,
): Shape<z.output<Schema>> {
  const hidden = hiddenCharacters(value);
  const first = schema.safeParse(value);
  if (first.success && hidden.length === 0) return { findings: [], value: first.data, partial: false };
  let issues: readonly Issue[] = first.error?.issues ?? [];
  // What is said of a text beside its hidden character would be about the character again.
  const places = new Set(hidden.map(({ path }) => dotted(path)));
  const others = findingsOf(issues, value, schema).filter(({ path }) => !places.has(dotted(path)));
  const findings = [...others, ...hidden];
  let rest = without(
    value,
    hidden.map(({ path }) => path),
  );
  for (let round = 0; round < ROUNDS; round++) {
    const wrong = issues.flatMap((issue) => wrongPaths(issue, rest));
    if (wrong.some((path) => path.length === 0)) break;
    rest = without(rest, wrong);
    const next = schema.safeParse(rest);
    if (next.success) return { findings, value: next.data, partial: true };
    issues = next.error.issues;
  }
  return { findings, value: null, partial: true };
}

/** What to leave out because of one issue. A table that lacks a key goes as a whole, and in the next round so does a list that lacks an entry. */
function wrongPaths(issue: Issue, value: unknown): readonly Path[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => [...path, key]);
  return [isMissing(issue, value) ? path.slice(0, -1) : path];
}

function without(value: unknown, paths: readonly Path[]): unknown {
  const copy = copyOf(value);
  for (const path of paths) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (typeof parent === "object" && parent !== null && key !== undefined)
      Reflect.deleteProperty(parent, key);
  }
  return copy;
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copyOf(child)]));
}

/** Escapes can put control characters into a text that has none to see; no name, path or argument wants them. */
function hiddenCharacters(value: unknown, path: Path = []): readonly Finding[] {
  if (typeof value === "string") {
    const [bad] = value.match(CONTROL) ?? [];
    if (bad === undefined) return [];
    const message = `the text holds the control character ${codePointOf(bad)}`;
    return [{ code: "FL0002", path, message, help: "remove it" }];
  }
  if (typeof value !== "object" || value === null || !isPlain(value)) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, child]) => hiddenCharacters(child, [...path, key]));
}

const isPlain = (value: object) =>
  Array.isArray(value) ||
  Object.getPrototypeOf(value) === null ||
  Object.getPrototypeOf(value) === Object.prototype;
