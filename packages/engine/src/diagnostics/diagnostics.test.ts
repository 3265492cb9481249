import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effortOf } from "../../test/effort.ts";
import { ValidateOutput } from "../outputs.ts";
import type { Problem } from "../problem.ts";
import { readToml, withPlaces } from "./document.ts";
import { diagnosticsJson, renderProblems } from "./render.ts";
import { oneLine, sanitize } from "./safe-text.ts";
import { closest } from "./suggest.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(content: Uint8Array): Promise<string> {
  const first = readToml("f.toml", content);
  const result = first.ok ? await withPlaces(first.value) : first;
  if (result.ok) return "ok";
  return result.problems
    .map(
      ({ code, line, column, message, help }) =>
        `${code} ${line}:${column} ${message}${help === null ? "" : ` (${help})`}`,
    )
    .join("\n");
}

const closed = "the array or table is not closed";

describe("bytes and syntax", () => {
  it.each<[string, Uint8Array, string]>([
    ["one byte order mark is fine", bytes("\uFEFFa = 1"), "ok"],
    [
      "two are not",
      bytes("\uFEFF\uFEFFa = 1"),
      "FL0002 1:1 the invisible character U+FEFF is not allowed outside comments (remove it)",
    ],
    [
      "one in the middle is not",
      bytes("ab\uFEFFc = 1"),
      "FL0002 1:3 the invisible character U+FEFF is not allowed outside comments (remove it)",
    ],
    [
      "latin-1",
      Uint8Array.from([...bytes('a = 1\nb = "caf'), 0xe9, 0x22]),
      "FL0001 2:9 not UTF-8 text at byte 14 (save the file as UTF-8)",
    ],
    [
      "an overlong slash",
      Uint8Array.from([0x61, 0xc0, 0xaf]),
      "FL0001 1:2 not UTF-8 text at byte 1 (save the file as UTF-8)",
    ],
    [
      "a cut character at the end",
      Uint8Array.from([0x23, 0xe2, 0x82]),
      "FL0001 1:2 not UTF-8 text at byte 1 (save the file as UTF-8)",
    ],
    ["a NUL", bytes('a = "x\u0000"'), "FL0002 1:7 the control character U+0000 is not allowed (remove it)"],
    [
      "a DEL in a comment",
      bytes("# \u007f"),
      "FL0002 1:3 the control character U+007F is not allowed (remove it)",
    ],
    [
      "an override of direction in a string",
      bytes('a = "#\u202e"'),
      "FL0002 1:7 the invisible character U+202E is not allowed outside comments (remove it)",
    ],
    ["an override of direction in a comment", bytes('a = "\\"" # \u202e'), "ok"],
    [
      "every one of several",
      bytes("# \u0001\n# \u0002"),
      "FL0002 1:3 the control character U+0001 is not allowed (remove it)\nFL0002 2:3 the control character U+0002 is not allowed (remove it)",
    ],
    ["both line ends", bytes("a = 1\r\nb = 2\n"), "ok"],
    [
      "a bare carriage return",
      bytes("a = 1\rb = 2"),
      "FL0100 1:6 expected a new line after the value (write one key a line)",
    ],
    ["too large", new Uint8Array(256 * 1024 + 1).fill(0x23), "FL0003 1:1 the file is larger than 256 KiB"],
    ["no equals sign", bytes('name "a"'), "FL0100 1:6 expected `=` after the key"],
    [
      "two on a line",
      bytes("a = 1 b = 2"),
      "FL0100 1:7 expected a new line after the value (write one key a line)",
    ],
    [
      "an unknown escape",
      bytes('a = "\\q"'),
      "FL0100 1:6 unknown escape in a string (write `\\\\` for a backslash, or use single quotes)",
    ],
    [
      "a full-width digit",
      bytes("a = \uff11"),
      "FL0100 1:5 this is not a value (put text in double quotes; true and false are lower case)",
    ],
    [
      "a word that is no value",
      bytes("a = yes"),
      "FL0100 1:5 this is not a value (put text in double quotes; true and false are lower case)",
    ],
    ["an open string", bytes('a = "x'), "FL0100 1:5 the string is not closed"],
    ["a key twice", bytes("a = 1\na = 2"), "FL0102 2:1 this key or table is already defined"],
    [
      "a table after an array of tables",
      bytes("[[project]]\n[project]"),
      "FL0102 2:2 this key or table is already defined (write `[[project]]` for one more entry)",
    ],
    [
      "a table under an inline one",
      bytes("a = { x = 1 }\n[a.y]"),
      "FL0102 2:2 this key or table is already defined",
    ],
    [
      "TOML 1.1: a comma at the end",
      bytes("a = { x = 1, }"),
      "FL0101 1:12 an inline table may not end with a comma (remove the comma; TOML 1.0 is read here)",
    ],
    [
      "TOML 1.1: a table over lines",
      bytes("a = {\nx = 1 }"),
      "FL0101 2:1 an inline table must stay on one line (write it on one line, or as a [table] of its own; TOML 1.0 is read here)",
    ],
    ["a day that no February has", bytes("a = 2026-02-30"), "FL0101 1:5 there is no such date or time"],
    [
      "an integer that would lose digits",
      bytes("a = 9007199254740993"),
      "FL0100 1:5 the integer is too large to be kept exactly (keep it below 9007199254740992, or write it as a text)",
    ],
    ["an array that once hung the parser", bytes("a=[1 #"), `FL0100 1:7 ${closed}`],
    [
      "a hundred thousand brackets",
      bytes(`a=${"[".repeat(100_000)}`),
      "FL0103 1:35 values are nested more than 32 deep",
    ],
    [
      "twenty thousand dots",
      bytes(`a = 1\n[${"b.".repeat(20_000)}b]`),
      "FL0103 2:2 keys or values are nested more than 32 deep",
    ],
    [
      "forty dots",
      bytes(`a = 1\n${"bb.".repeat(40)}b = 1`),
      "FL0103 2:1 keys or values are nested more than 32 deep",
    ],
    [
      "a text of 130 KB",
      bytes(`a = 1\nbbb = "${"x".repeat(130_000)}"`),
      "FL0103 2:1 a text is longer than 64 KiB",
    ],
    [
      "a key of objects",
      bytes("a = 1\nx.constructor.y = 1"),
      "FL0212 2:1 the names `__proto__` and `constructor` are not allowed as keys",
    ],
  ])("%s", async (_, content, expected) => {
    expect(await read(content)).toBe(expected);
  });

  it.each([
    ["a hundred thousand brackets", `a=${"[".repeat(100_000)}`],
    ["inline tables without an end", "a={".repeat(50_000)],
    ["twenty thousand dots", `${"b.".repeat(20_000)}b = 1`],
    ["a header of as many", `[${"b.".repeat(20_000)}b]`],
    ["an array that once hung the parser", "a=[1 #"],
    ["a text that never ends", `a = """\n${"line\n".repeat(40_000)}`],
    ["a text of 130 KB", `a = "${"x".repeat(130_000)}"`],
    ["more than a file may hold", "#".repeat(256 * 1024 + 1)],
  ])("%s: refused before the parser that recurses is asked", (_, toml) => {
    const read = readToml("f.toml", bytes(toml));
    expect(read.ok).toBe(false);
  });

  it.each([
    ["a key", "a = 1\n[t]\na = 1\n# a = 1\n  a = 2", "3:1"],
    ["a table", "[t.u]\nx = 1\n[v]\n[ t.u ]", "1:2"],
    ["a list that is no list", "[[p]]\n[p]", "1:3"],
    ["a table that keys made", "a.b = 1\n[a]", null],
  ])("shows where %s was first", (_, toml, expected) => {
    const result = readToml("f.toml", bytes(toml));
    const [first] = result.ok ? [] : (result.problems[0]?.related ?? []);
    expect(first === undefined ? null : `${first.line}:${first.column}`).toBe(expected);
  });

  it("answers any bytes, and soon", async () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.string({ unit: "binary", maxLength: 60 }).map(bytes),
    );
    const effort = await effortOf(() =>
      fc.assert(
        fc.asyncProperty(anything, async (content) => {
          expect(await read(content)).not.toBe("");
        }),
        { numRuns: 500 },
      ),
    );
    expect(effort).toBeLessThan(5);
  }, 60_000);
});

const SOURCE = `[a]\n\tname = "b"\n${"x".repeat(300)}\nurl = "\u001b[31m\u202e"\n`;
const problem = (more: Partial<Problem>): Problem => ({
  file: "f.toml",
  line: 2,
  column: 9,
  end_line: 2,
  end_column: 12,
  code: "FL0300",
  severity: "error",
  message: "the name `b` is taken",
  help: null,
  related: [],
  ...more,
});
const render = (problems: readonly Problem[], color = false) =>
  renderProblems(problems, new Map([["f.toml", SOURCE]]), { color });

describe("a rendered problem", () => {
  it("shows the line, the place, where else to look and what to do", () => {
    const related = [
      { file: "g.toml", line: 1, column: 2, end_line: 1, end_column: 3, message: "first defined here" },
    ];
    expect(render([problem({ help: "rename it", related })])).toBe(
      [
        "error[FL0300]: the name `b` is taken",
        " --> f.toml:2:9",
        "  |",
        '2 | \tname = "b"',
        "  | \t       ^^^",
        "  = note: first defined here: g.toml:1:2",
        "  = help: rename it",
        "",
      ].join("\n"),
    );
  });

  it("cuts a long line round the place", () => {
    const lines = render([problem({ line: 3, column: 200, end_line: 3, end_column: 203 })]).split("\n");
    expect(lines[3]).toBe(`3 | …${"x".repeat(120)}…`);
    expect(lines[4]).toBe(`  | ${" ".repeat(41)}^^^`);
  });

  it("quotes no more of a file than fits a screen", () => {
    const [first = ""] = render([problem({ message: `there is no \`${"x".repeat(60_000)}\`` })]).split("\n");
    expect(first).toMatch(/^error\[FL0300\]: there is no `x+…$/);
    expect(first.length).toBeLessThan(300);
  });

  it("is nothing when there is none", () => expect(render([])).toBe(""));

  it("needs no source", () => {
    expect(render([problem({ file: "gone.toml" })])).toBe(
      "error[FL0300]: the name `b` is taken\n --> gone.toml:2:9\n",
    );
  });

  it("stops after fifty", () => {
    const many = Array.from({ length: 62 }, (_, index) => problem({ column: index + 1 }));
    expect(render(many)).toMatch(/\n… 12 more\n$/);
  });

  it("sends nothing to the terminal that comes from a file", () => {
    const text = render([
      problem({
        line: 4,
        column: 8,
        end_line: 4,
        end_column: 14,
        message: "a\u001b]0;x\u0007\nb",
        file: "f.toml",
      }),
    ]);
    expect(text).toContain('url = "\\u{1b}[31m\\u{202e}"');
    expect(text).toContain("a\\u{1b}]0;x\\u{7}\\nb");
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  });

  it("has colours only when asked", () => {
    expect(render([problem({})], true)).toContain("\u001b[1;31m");
  });

  it("is for scripts what the schema says, and a warning leaves a file valid", () => {
    const { file, line, column, end_line, end_column } = problem({});
    const related = [{ file, line, column, end_line, end_column, message: "first defined here" }];
    const warning = problem({ severity: "warning", related });
    expect(diagnosticsJson([warning])).toEqual({ valid: true, diagnostics: [warning] });
    expect(diagnosticsJson([problem({})]).valid).toBe(false);
    expect(ValidateOutput.parse(diagnosticsJson([problem({})]))).toEqual(diagnosticsJson([problem({})]));
  });
});

describe("text from outside", () => {
  it("keeps no control, direction or zero-width character", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(sanitize(text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Cs}\u200b\ufeff]/u);
        expect(oneLine(text)).not.toMatch(/[\n\t\u2028]/);
      }),
    );
  });

  it("keeps its letters, lines and tabs", () => expect(sanitize("é😀\n\tx")).toBe("é😀\n\tx"));
});

it.each([
  ["pth", "path"],
  ["bulder", "builder"],
  ["Loop", "loop"],
  ["opsu", "opus"],
  ["xyz", null],
  ["a", null],
])("for %s suggests %s", (word, expected) => {
  expect(closest(word, ["path", "builder", "loop", "opus", "adversary"])).toBe(expected);
});
