import type { Code } from "./codes.ts";

export interface Complaint {
  readonly code: Code;
  readonly message: string;
  readonly help: string | null;
}

type Row = readonly [pattern: RegExp, code: Code, message: string, help?: string];

/** The two parsers' own words, as ours. */
const ROWS: readonly Row[] = [
  [/redefine|multiple times/i, "FL0102", "this key or table is already defined"],
  [/unsafe property/i, "FL0212", "the names `__proto__` and `constructor` are not allowed as keys"],
  [/excessively nested/i, "FL0103", "values are nested more than 32 deep"],
  [/losslessly/i, "FL0100", "the integer is too large to be kept exactly"],
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
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const line = text.slice(start, text.indexOf("\n", offset) === -1 ? undefined : text.indexOf("\n", offset));
  const row = ROWS.find(([pattern]) => pattern.test(parserMessage));
  if (row === undefined) return { code: "FL0100", message: plain(parserMessage), help: null };
  const [, code, message, help = null] = row;
  if (code === "FL0102" && /^\s*\[[^[]/.test(line)) {
    const name = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim() ?? "";
    const twins = text.slice(0, start).includes(`[[${name}]]`);
    return { code, message, help: twins ? `write \`[[${name}]]\` for one more entry` : help };
  }
  if (code === "FL0100" && /^\s*[{[]?\s*"[^"]*"\s*:/.test(line))
    return { code, message, help: 'this looks like JSON; write TOML: key = "value"' };
  if (code === "FL0100" && /^\s*\{/.test(text))
    return { code, message, help: 'this looks like JSON; write TOML: key = "value"' };
  if (code === "FL0100" && /^\s*[\w-]+\s*:/.test(line))
    return { code, message, help: "TOML uses `=` between key and value" };
  if (code === "FL0100" && /^\s*[\w.-]+\s+[^=\s]/.test(line))
    return { code, message: "expected `=` after the key", help: null };
  return { code, message, help };
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
