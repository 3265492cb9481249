import type { Code } from "./codes.ts";
import type { Span } from "./place.ts";

export interface Complaint {
  readonly code: Code;
  readonly message: string;
  readonly help: string | null;
  /** What to underline. */
  readonly at: Span;
}

type Row = readonly [pattern: RegExp, code: Code, message: string, help?: string];

/** The two parsers' own words, as ours. */
const ROWS: readonly Row[] = [
  [/redefine|multiple times/i, "FL0102", "this key or table is already defined"],
  [/unsafe property/i, "FL0212", "the names `__proto__` and `constructor` are not allowed as keys"],
  [/excessively nested/i, "FL0103", "values are nested more than 32 deep"],
  [
    /losslessly/i,
    "FL0100",
    "the integer is too large to be kept exactly",
    "keep it below 9007199254740992, or write it as a text",
  ],
  [/invalid date|invalid time/i, "FL0101", "there is no such date or time"],
  [
    /trailing comma/i,
    "FL0101",
    "an inline table may not end with a comma",
    "remove the comma; TOML 1.0 is read here",
  ],
  [
    /between the curly braces|inline-table-newline/i,
    "FL0101",
    "an inline table must stay on one line",
    "write it on one line, or as a [table] of its own; TOML 1.0 is read here",
  ],
  [/equal \(=\)/i, "FL0100", "expected `=` after the key"],
  [
    /followed by an end-of-line|must be a newline/i,
    "FL0100",
    "expected a new line after the value",
    "write one key a line",
  ],
  [
    /escape sequence|unicode escape|code point/i,
    "FL0100",
    "unknown escape in a string",
    "write `\\\\` for a backslash, or use single quotes",
  ],
  [/unfinished string|unterminated string/i, "FL0100", "the string is not closed"],
  [
    /unterminated array|unterminated inline|end of structure|unfinished (array|table)/i,
    "FL0100",
    "the array or table is not closed",
  ],
  [/unterminated table-key/i, "FL0100", "the table header is not closed", "end it with `]`"],
  [/leading zero/i, "FL0100", "a number may not start with 0"],
  [/control char/i, "FL0002", "control characters are not allowed"],
  [
    /illegal character in key|illegal empty bare key|unexpected end of key|unexpected token/i,
    "FL0100",
    "this is not a key",
    "a bare key has only A-Z, a-z, 0-9, - and _; quote it otherwise",
  ],
  [
    /invalid value|unspecified value/i,
    "FL0100",
    "this is not a value",
    "put text in double quotes; true and false are lower case",
  ],
];

const plain = (message: string) => {
  const [line = ""] = message.replace(/^Invalid TOML document: /, "").split("\n");
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/\.$/, "");
};

/** What to say of a syntax error, given the parser's message, the text and where it stopped. */
export function complaintOf(parserMessage: string, text: string, offset: number): Complaint {
  const line = lineAt(text, offset);
  const row = ROWS.find(([pattern]) => pattern.test(parserMessage));
  const at = placeOfFault(parserMessage, text, offset);
  if (row === undefined) return { code: "FL0100", message: plain(parserMessage), help: null, at };
  const [, code, message, help = null] = row;
  const say = (other: string | null, words = message) => ({ code, message: words, help: other, at });
  if (code === "FL0102" && /^\s*\[[^[]/.test(line)) {
    const name = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim() ?? "";
    const twins = text.slice(0, offset).includes(`[[${name}]]`);
    return say(twins ? `write \`[[${name}]]\` for one more entry` : help);
  }
  if (code === "FL0002" && /[\n\r]|^$/.test(text.charAt(offset)))
    return { code: "FL0100", message: "the string is not closed", help: CLOSE, at };
  if (code !== "FL0100") return say(help);
  if (/not closed/.test(message) && text.slice(offset).trim() !== "" && !/string/.test(message))
    return say("put a comma between two values", "expected a comma, or the end of the array or table");
  if (/not a key/.test(message) && /^\s*\[[^\]]*$/.test(line))
    return say("end it with `]`", "the table header is not closed");
  if (/not a value/.test(message) && /[\n\r#]|^$/.test(text.charAt(offset)))
    return say("write it after the `=`, on the same line", "the value is missing");
  if (/^(<{7}|={7}|>{7})( |$)/.test(line))
    return say("settle the merge, and remove its markers", "this is a marker of a merge conflict");
  if (/^\s*[{[]?\s*"[^"]*"\s*:/.test(line) || /^\s*\{/.test(text))
    return say('this looks like JSON; write TOML: key = "value"', "this is not a key");
  if (/^\s*[\w-]+\s*:/.test(line))
    return say("TOML uses `=` between key and value", "expected `=` after the key");
  if (/^\s*[\w.-]+\s+[^=\s]/.test(line)) return say(null, "expected `=` after the key");
  return say(help);
}

const CLOSE = "end it with the quotes that it began with";

function lineAt(text: string, offset: number): string {
  const end = text.indexOf("\n", offset);
  return text.slice(text.lastIndexOf("\n", offset - 1) + 1, end === -1 ? undefined : end);
}

/** The parsers stop where they know that something is wrong, which is often behind what is. */
function placeOfFault(parserMessage: string, text: string, offset: number): Span {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  if (/escape|code point/i.test(parserMessage)) {
    const slash = text.lastIndexOf("\\", offset);
    if (slash >= start) return [slash, slash + 2];
  }
  if (/trailing comma/i.test(parserMessage)) {
    const comma = before.trimEnd().length - 1;
    if (text.charAt(comma) === ",") return [comma, comma + 1];
  }
  if (/invalid date|invalid time/i.test(parserMessage)) {
    // Of a bad date the second parser tells the end.
    const lead = /[\d:.TtZz+-]*$/.exec(before)?.[0].length ?? 0;
    return wordAt(text, offset - lead);
  }
  if (/redefine|multiple times/i.test(parserMessage)) {
    const quoted = /^("[^"\n]*"|'[^'\n]*')/.exec(text.slice(offset, offset + LONGEST))?.[0];
    if (quoted !== undefined) return [offset, offset + quoted.length];
  }
  const quote = /control char/i.test(parserMessage) ? openQuote(before.slice(start)) : -1;
  return quote === -1 ? wordAt(text, offset) : [start + quote, start + quote + 1];
}

/** Where the string begins that is still open at the end of a line, or -1. */
function openQuote(line: string): number {
  const rest = line.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, (closed) => " ".repeat(closed.length));
  return rest.search(/["']/);
}

const LONGEST = 60;

/** A whole key, number or word, since that is what a person has to look at; of anything else one character. */
export function wordAt(text: string, offset: number): Span {
  const word = /^[\w.+:-]*/.exec(text.slice(offset, offset + LONGEST))?.[0] ?? "";
  // A colon is part of a time, and of nothing else.
  const length = (/^\d/.test(word) ? word : word.replace(/:.*$/, "")).length;
  if (length > 0) return [offset, offset + length];
  return [offset, /^[\n\r]|^$/.test(text.charAt(offset)) ? offset : offset + 1];
}

/** Where the key or table that comes again at an offset was first, as far as whole lines tell. */
export function firstOf(text: string, offset: number): number | null {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const before = text.slice(0, start).split("\n");
  const end = text.indexOf("\n", start);
  const line = text.slice(start, end === -1 ? undefined : end);
  const header = (candidate: string) => /^\s*\[+\s*([^\]]*?)\s*\]/.exec(candidate)?.[1] ?? null;
  const key = (candidate: string) => /^\s*([^\s=#[][^=]*?)\s*=/.exec(candidate)?.[1] ?? null;
  const table = before.findLastIndex((candidate) => header(candidate) !== null);
  const nth =
    header(line) !== null
      ? before.findIndex((candidate) => header(candidate) === header(line))
      : before.findIndex(
          (candidate, index) => index > table && key(candidate) !== null && key(candidate) === key(line),
        );
  if (nth === -1) return null;
  const lead = /^\s*\[*\s*/.exec(before[nth] ?? "")?.[0].length ?? 0;
  return before.slice(0, nth).reduce((sum, skipped) => sum + skipped.length + 1, lead);
}
