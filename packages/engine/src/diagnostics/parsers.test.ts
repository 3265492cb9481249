import process from "node:process";
import fc from "fast-check";
import { parse, TomlError } from "smol-toml";
import { getStaticTOMLValue, ParseError, parseTOML } from "toml-eslint-parser";
import { expect, it } from "vitest";
import { isPlain } from "./plain.ts";

/*
 * A file is what the first parser says, at the places that the second one
 * says. So where both take a text, they have to have read the same.
 */

const REFUSED = Symbol("refused");

function first(text: string): unknown {
  try {
    return parse(text, { maxDepth: 32, unsafeKeyBehaviour: "throw" });
  } catch (error) {
    if (error instanceof TomlError) return REFUSED;
    throw error;
  }
}

function second(text: string): unknown {
  try {
    return getStaticTOMLValue(parseTOML(text, { tomlVersion: "1.0" }));
  } catch (error) {
    if (error instanceof ParseError) return REFUSED;
    throw error;
  }
}

/**
 * Dates as text, since each parser has a class of its own; a line's end in a text as one character, since TOML leaves
 * it to the parser; everything else as it is.
 */
function plain(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/\r+\n/g, "\n");
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "bad date" : "date";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

const bare = fc.constantFrom("a", "b", "key", "a-b", "_", "7", "A1");
const quoted = fc.constantFrom('"a b"', "'x'", '"\\u00e9"', '"é"', '""', "'#'", '"]"');
const key = fc
  .array(fc.oneof({ weight: 4, arbitrary: bare }, quoted), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join("."));
const scalar = fc.constantFrom(
  ...[
    '"text"',
    "'C:\\\\x'",
    '"\\t\\"\\\\"',
    '"""two\nlines"""',
    '"""\n  a \\\n  b"""',
    "'''\nraw\n'''",
    '"""a""b"""',
    '""',
    "''",
  ],
  ...["1", "-7", "+3", "0", "1_000", "0xff", "0o17", "0b101", "9007199254740991"],
  ...["1.5", "-0.0", "1e3", "6.02E+23", "inf", "-inf", "nan", "true", "false"],
  ...["2026-01-01", "2026-01-01T10:00:00Z", "2026-01-01 10:00:00.5+02:00", "2026-01-01T10:00:00", "10:30:00"],
);
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((items) => `[ # comment\n  ${items.map((item) => `${item},\n`).join("")}]`),
    fc
      .array(fc.tuple(key, tie("value")), { maxLength: 3 })
      .map((pairs) => `{ ${pairs.map(([name, item]) => `${name} = ${item}`).join(", ")} }`),
  ),
}));
const line = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(key, value).map(([name, item]) => `${name} = ${item}`) },
  { weight: 2, arbitrary: key.map((name) => `[${name}]`) },
  { weight: 1, arbitrary: key.map((name) => `[[${name}]]`) },
  { weight: 1, arbitrary: fc.constantFrom("", "# a comment", "\t", "a = 1 # behind") },
);
const document = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"))
  .map(([lines, end]) => lines.join(end) + end);
const slip = fc.record({
  at: fc.nat(200),
  drop: fc.nat(4),
  put: fc.constantFrom(
    "",
    "[",
    "]",
    "{",
    "}",
    "=",
    ".",
    ",",
    '"',
    "'",
    "#",
    "\\",
    "\n",
    "\r",
    " ",
    "0",
    "-",
    "_",
    "1979-05-27",
  ),
});
const slipped = fc
  .tuple(document, slip)
  .map(([text, { at, drop, put }]) => text.slice(0, at) + put + text.slice(at + drop));

it("both parsers read the same where both read, and both read most", () => {
  let both = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 2, arbitrary: document }, slipped), (text) => {
      const [one, other] = [first(text), second(text)];
      if (one === REFUSED || other === REFUSED) return;
      both++;
      expect(plain(one)).toEqual(plain(other));
    }),
    { numRuns: 5_000 },
  );
  expect(both).toBeGreaterThan(1_000);
});

const simple = fc.constantFrom('"a"', "'b\\n'", '""', "0", "-7", "+41", "true", "false", '"#"', '"[x]"');
const gap = fc.constantFrom("", " ", "\t", "\n", "\r\n", " # [comment\n  ");
const pairs = fc
  .array(fc.tuple(bare, simple), { maxLength: 3 })
  .map((all) => `{ ${all.map(([name, item]) => `${name} = ${item}`).join(" , ")}}`);
const item = fc.oneof({ weight: 4, arbitrary: simple }, pairs);
const list = fc
  .tuple(fc.array(fc.tuple(gap, item, gap), { maxLength: 3 }), fc.constantFrom("", ","), gap)
  .map(([items, last, end]) => `[${items.map((parts) => parts.join("")).join(",")}${last}${end}]`);
const header = fc.array(bare, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
const plainLine = fc.oneof(
  fc.tuple(bare, fc.oneof(item, list)).map(([name, value]) => `${name} = ${value}`),
  header.map((name) => `[${name}]`),
  header.map((name) => `[[${name}]]`),
  fc.constantFrom("", "# it's", "\t", "a = 1 # behind", "[a] # head"),
);
const plainDocument = fc
  .tuple(fc.array(plainLine, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"))
  .map(([lines, end]) => lines.join(end));

it("a plain text that the first parser takes is taken by the second one, and read the same", () => {
  const seen = { plain: 0, taken: 0, other: 0 };
  const slips = fc.tuple(plainDocument, slip).map(([text, { at, drop, put }]) => {
    const place = text.length === 0 ? 0 : at % text.length;
    return text.slice(0, place) + put + text.slice(place + drop);
  });
  fc.assert(
    fc.property(fc.oneof(plainDocument, slips), (text) => {
      if (!isPlain(text)) {
        seen.other++;
        return;
      }
      seen.plain++;
      const one = first(text);
      if (one === REFUSED) return;
      seen.taken++;
      expect(plain(second(text))).toEqual(plain(one));
    }),
    { numRuns: 20_000 },
  );
  expect(Math.min(seen.plain - seen.taken, seen.taken, seen.other)).toBeGreaterThan(1_000);
});

it.each([
  ["a dotted key", "a.b = 1"],
  ["a quoted key", '"a" = 1'],
  ["an escape", 'a = "\\e"'],
  ["a text over several lines", 'a = """\nb"""'],
  ["a float", "a = 1.5"],
  ["a leading zero", "a = 01"],
  ["a time", "a = 10:30"],
  ["a table in one line with a comma at its end", "a = { b = 1, }"],
  ["a table in one line with a comma right at its end", "a = { b = 1,}"],
  ["a table in one line over two", "a = { b = 1,\n c = 2 }"],
  ["a table in one line in another", "a = { b = { c = 1 } }"],
  ["a table in one line with a dotted key", "a = { b.c = 1 }"],
  ["a list in a list", "a = [[1]]"],
  ["a list with two commas", "a = [1,,2]"],
  ["a list that begins with a comma", "a = [,1]"],
  ["a value too many", "a = 1 2"],
  ["a lonely carriage return", "a = 1\rb = 2"],
  ["a header with a blank", "[ a ]"],
])("does not call plain what has %s", (_, text) => {
  expect(isPlain(text)).toBe(false);
});

// A pattern that tries every way to part the blanks would work for an hour here.
it("knows soon that a long text is not plain", () => {
  for (const part of [
    " ",
    "\t#",
    "a = [1,\n",
    "1, ",
    '"',
    "[",
    "#\n",
    "a = [",
    "a-",
    "{ a = 1 }, ",
    "{ a = [1, ",
  ]) {
    const began = process.cpuUsage();
    isPlain(`a = [${part.repeat(100_000)}\u0000`);
    isPlain(`${part.repeat(100_000)}\u0000`);
    expect(process.cpuUsage(began).user).toBeLessThan(2_000_000);
  }
});
