import type { z } from "zod";
import type { Refusal } from "./checked.ts";
import type { Finding } from "./finding.ts";
import { dotted, type Path } from "./place.ts";
import { codePointOf } from "./safe-text.ts";
import { keysAt, schemasAt } from "./schema-keys.ts";
import { closest, didYouMean } from "./suggest.ts";

export type Issue = z.core.$ZodIssue;

export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}

export const isMissing = (issue: Issue, value: unknown): boolean =>
  issue.code !== "custom" &&
  issue.code !== "unrecognized_keys" &&
  valueAt(value, issue.path as Path) === undefined;

/** A schema's issues as findings, in our words. A key that is missing only because it is misspelt is said once. */
export function findingsOf(issues: readonly Issue[], value: unknown, schema: z.ZodType): readonly Finding[] {
  const meant = new Set<string>();
  const unknown = issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [];
    const path = issue.path as Path;
    return issue.keys.map((key): Finding => {
      const name = closest(key, keysAt(schema, path));
      if (name !== null) meant.add(dotted([...path, name]));
      const where = path.length === 0 ? "at the top of the file" : `in \`${dotted(path)}\``;
      const lookalike = [...key].find((letter) => letter > "\u007f");
      const because =
        lookalike === undefined ? "" : ` ${codePointOf(lookalike)} only looks like a letter of it`;
      const help = name === null ? null : `did you mean \`${name}\`?${because}`;
      return {
        code: "FL0210",
        path: [...path, key],
        at: "key",
        message: `unknown key \`${key}\` ${where}`,
        help,
      };
    });
  });
  const others = issues
    .filter((issue) => issue.code !== "unrecognized_keys")
    .filter((issue) => !(isMissing(issue, value) && meant.has(dotted(issue.path as Path))))
    .flatMap((issue) => findingOf(issue, value));
  return [...unknown, ...others, ...issues.flatMap((issue) => underBadKey(issue, value, schema))];
}

/** A schema does not look at a value whose key it refuses, so that is done here. */
function underBadKey(issue: Issue, value: unknown, schema: z.ZodType): readonly Finding[] {
  if (issue.code !== "invalid_key") return [];
  const path = issue.path as Path;
  const [inner] = schemasAt(schema, path);
  const parsed = inner?.safeParse(valueAt(value, path));
  if (parsed?.success !== false) return [];
  const issues = parsed.error.issues.map((found) => ({ ...found, path: [...path, ...found.path] }));
  return findingsOf(issues, value, schema);
}

function findingOf(issue: Issue, value: unknown): readonly Finding[] {
  const path = issue.path as Path;
  const found = valueAt(value, path);
  if (issue.code === "custom") {
    const { code, help, within } = issue.params as Refusal;
    return [{ code, path, message: issue.message, help: help ?? null, ...(within && { within }) }];
  }
  if (found === undefined) return [missing(path)];
  switch (issue.code) {
    case "invalid_type":
      return [wrongType(path, [issue.expected], found)];
    case "invalid_value":
      return [wrongChoice(path, issue.values.map(String), found)];
    case "too_small":
    case "too_big":
      return [{ code: "FL0222", path, message: rangeMessage(path, issue) }];
    case "invalid_key":
      return issue.issues
        .flatMap((inner) => findingOf({ ...inner, path: issue.path } as Issue, value))
        .map(onKey);
    case "invalid_union": {
      const types = issue.errors.flatMap(rootType);
      if (types.length === issue.errors.length) return [wrongType(path, types, found)];
      return bestBranch(issue.errors).flatMap((inner) =>
        findingOf({ ...inner, path: [...issue.path, ...inner.path] } as Issue, value),
      );
    }
    default:
      return [{ code: "FL0220", path, message: `\`${dotted(path)}\`: ${issue.message.toLowerCase()}` }];
  }
}

const onKey = (finding: Finding): Finding => ({ ...finding, at: "key" });

function missing(path: Path): Finding {
  const parent = path.slice(0, -1);
  if (typeof path.at(-1) === "number") {
    return { code: "FL0222", path: parent, message: `\`${dotted(parent)}\` must not be empty` };
  }
  const where = parent.length === 0 ? "" : ` in \`${dotted(parent)}\``;
  return { code: "FL0211", path, message: `missing key \`${dotted(path.slice(-1))}\`${where}` };
}

const rootType = (issues: readonly Issue[]): readonly string[] =>
  issues.flatMap((issue) =>
    issue.code === "invalid_type" && issue.path.length === 0 ? [issue.expected] : [],
  );

/** Of several shapes a value may have, the one that its type fits; else the first, which is the usual one. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const fitting = branches.find((issues) =>
    issues.every(({ path, code }) => path.length > 0 || code !== "invalid_type"),
  );
  return fitting ?? branches[0] ?? [];
}

const WORDS: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "an array",
  tuple: "an array",
  object: "a table",
  record: "a table",
};

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value === "number")
    return Number.isInteger(value) ? "an integer" : Number.isFinite(value) ? "a float" : String(value);
  if (typeof value === "object" && value !== null) return "toISOString" in value ? "a date" : "a table";
  return typeof value === "boolean" ? "a boolean" : "a string";
}

function wrongType(path: Path, expected: readonly string[], found: unknown): Finding {
  const wanted = expected.map((type) => WORDS[type] ?? type).join(" or ");
  const help = expected.map((type) => rewritten(path, type, found)).find((edit) => edit !== null);
  return {
    code: "FL0220",
    path,
    message: `\`${dotted(path)}\` must be ${wanted}, not ${typeOf(found)}`,
    help: help ?? null,
  };
}

const YES = ["yes", "true", "on", "1"];
const NO = ["no", "false", "off", "0"];

/** The value as it was probably meant. */
function rewritten(path: Path, expected: string, found: unknown): string | null {
  if (expected === "boolean" && typeof found === "string") {
    const word = found.toLowerCase();
    return YES.includes(word) ? "write `true`" : NO.includes(word) ? "write `false`" : null;
  }
  if (expected === "string" && (typeof found === "number" || typeof found === "boolean"))
    return `write \`"${found}"\``;
  if (expected === "string" && typeOf(found) === "a date") return "put it in quotes";
  if (expected === "array" && typeOf(found) === "a table")
    return `write \`[[${dotted(path)}]]\` for each entry`;
  // Of a command line the words are wanted, and nothing here knows quotes.
  if (expected === "tuple" && typeof found === "string" && !/["'\\]/.test(found))
    return `write \`[${found
      .trim()
      .split(/\s+/)
      .map((word) => JSON.stringify(word))
      .join(", ")}]\``;
  if ((expected === "array" || expected === "tuple") && typeof found === "string")
    return `write \`[${JSON.stringify(found)}]\``;
  if (expected === "int" && typeof found === "string" && /^\d+$/.test(found)) return `write \`${found}\``;
  return null;
}

function wrongChoice(path: Path, choices: readonly string[], found: unknown): Finding {
  const list = choices.map((choice) => `"${choice}"`).join(", ");
  if (typeof found !== "string") {
    const joined = Array.isArray(found) ? found.join("+") : "";
    const help = choices.includes(joined) ? `write \`"${joined}"\`` : `one of ${list}`;
    return {
      code: "FL0220",
      path,
      message: `\`${dotted(path)}\` must be a string, not ${typeOf(found)}`,
      help,
    };
  }
  const help = didYouMean(found, choices) ?? (choices.length === 1 ? `write ${list}` : `one of ${list}`);
  return { code: "FL0221", path, message: `\`${dotted(path)}\` cannot be "${found}"`, help };
}

function rangeMessage(path: Path, issue: Extract<Issue, { code: "too_small" | "too_big" }>): string {
  const name = `\`${dotted(path)}\``;
  if (issue.code === "too_small" && issue.origin !== "number" && issue.origin !== "int")
    return `${name} must not be empty`;
  if (issue.code === "too_small") return `${name} must be ${issue.minimum} or more`;
  return `${name} must be ${issue.maximum} or less`;
}
