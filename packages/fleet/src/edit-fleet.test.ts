import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editedFleet, type FleetTable } from "./edit-fleet.ts";
import type { Keys } from "./fleet-file/edit.ts";

const PIN = "0123456789abcdef0123456789abcdef01234567";

const edit = (text: string, table: FleetTable, keys: Keys): Promise<string> =>
  editedFleet(new TextEncoder().encode(text), table, keys).catch(({ code, message, hint }) =>
    JSON.stringify({ code, message, hint }),
  );

/** A person's file, with all that could be lost. */
const OURS = `# Top.
[engine]   # here
url = './x'     # where
ref="v0.1.0"

# about shop
[[project]] # shop
name    = "shop"   # n
path    = "shop"
enabled = false    # never
# the end of shop

# about web
[[project]]
name="web"
path='web'
tags = [ "a",  # first
  "b" ]
# tail`;

const shop = { project: "shop" };
const web = { project: "web" };

describe("an edit of fleet.toml touches nothing but", () => {
  it.each<[string, FleetTable, Keys, string, string]>([
    ["a value", shop, { enabled: true }, "enabled = false ", "enabled = true "],
    ["a value in quotes of another kind", "engine", { url: "../y" }, "'./x'", '"../y"'],
    ["a value without blanks around it", "engine", { ref: "v0.2.0" }, 'ref="v0.1.0"', 'ref="v0.2.0"'],
    [
      "a new key's line, after the table's last key, aligned like it",
      shop,
      { engine: PIN, after: ["web"] },
      "never\n",
      `never\nengine  = "${PIN}"\nafter   = ["web"]\n`,
    ],
    ["a new key in the last table", web, { enabled: false }, '  "b" ]\n', '  "b" ]\nenabled = false\n'],
    ["a line, and what is said in it", shop, { enabled: null }, "enabled = false    # never\n", ""],
    ["a value of several lines that goes", web, { tags: null }, 'tags = [ "a",  # first\n  "b" ]\n', ""],
  ])("%s", async (_sentence, table, keys, before, after) => {
    for (const text of [OURS, `\uFEFF${OURS}`, `${OURS}\n\n`, OURS.replaceAll("\n", "\r\n")]) {
      const asThere = (part: string) => (text.includes("\r") ? part.replaceAll("\n", "\r\n") : part);
      expect(text).toContain(asThere(before));
      expect(await edit(text, table, keys)).toBe(text.replace(asThere(before), asThere(after)));
    }
  });

  it.each<[string, string, FleetTable, Keys, string]>([
    [
      "beside keys of one length",
      '[engine]\nurl = "x"\n',
      "engine",
      { ref: "v" },
      '[engine]\nurl = "x"\nref = "v"\n',
    ],
    [
      "that is longer than where all are aligned",
      '[[project]]\nname = "a"\npath = "a"\n',
      { project: "a" },
      { enabled: true },
      '[[project]]\nname = "a"\npath = "a"\nenabled = true\n',
    ],
    ["in an empty file", "", "engine", { ref: "v2" }, '[engine]\nref = "v2"\n'],
    ["under a comment", "# ours\n", "engine", { ref: "v2" }, '# ours\n\n[engine]\nref = "v2"\n'],
    ["under a line without an end", "# ours", "engine", { ref: "v2" }, '# ours\n\n[engine]\nref = "v2"\n'],
    ["in a table with no keys", "[engine] # e", "engine", { ref: "v2" }, '[engine] # e\nref = "v2"'],
    [
      "as a dotted name",
      'engine.url = "x"\n',
      "engine",
      { ref: "v" },
      'engine.url = "x"\nengine.ref = "v"\n',
    ],
    [
      "in an inline table",
      'engine = { url = "x" }',
      "engine",
      { ref: "v" },
      'engine = { url = "x", ref = "v" }',
    ],
    [
      "under tabs",
      '[[project]]\n\tname = "a"\n\tpath = "a"\n\n\t[[project]]\n\tname = "b"\n\tpath = "b"\n',
      { project: "a" },
      { enabled: false },
      '[[project]]\n\tname = "a"\n\tpath = "a"\n\tenabled = false\n\n\t[[project]]\n\tname = "b"\n\tpath = "b"\n',
    ],
    [
      "before a table of another kind",
      '[[project]]\nname = "a"\npath = "a"\n# e\n[engine]\nref = "v"\n',
      { project: "a" },
      { engine: PIN },
      `[[project]]\nname = "a"\npath = "a"\nengine = "${PIN}"\n# e\n[engine]\nref = "v"\n`,
    ],
    [
      "in one project of an array",
      'project = [\n  { name = "a", path = "a" }, # one\n  { name = "b", path = "b" },\n]\n',
      { project: "b" },
      { enabled: false },
      'project = [\n  { name = "a", path = "a" }, # one\n  { name = "b", path = "b", enabled = false },\n]\n',
    ],
  ])("a new key %s", async (_sentence, text, table, keys, expected) => {
    expect(await edit(text, table, keys)).toBe(expected);
  });

  it("a last line without an end, and leaves none there", async () => {
    const text = '[[project]]\r\nname = "a"\r\npath = "a"\r\nenabled = false';
    expect(await edit(text, { project: "a" }, { enabled: null })).toBe(
      '[[project]]\r\nname = "a"\r\npath = "a"',
    );
    expect(await edit(text, { project: "a" }, { engine: PIN })).toBe(`${text}\r\nengine = "${PIN}"`);
  });

  it("what differs: the same again is the same text", async () => {
    expect(await edit(OURS, shop, { enabled: false, engine: null })).toBe(OURS);
  });

  it("what was asked for, whatever stands around it", async () => {
    const space = fc.constantFrom("", " ", "   ", "\t");
    const tail = fc.constantFrom("", " # [[project]]", "  # x = 1", "#");
    const eol = fc.constantFrom("\n", "\r\n");
    const gap = fc.constantFrom("", "\n", "# between\n", "\n\n# a = 1\n\n");
    const file = fc.record({
      indent: space,
      before: space,
      behind: space,
      tail,
      eol,
      gap,
      end: fc.boolean(),
    });
    const change = fc.record(
      {
        enabled: fc.constantFrom(true, null),
        engine: fc.constantFrom(PIN, null),
        tags: fc.constant(["x", "y"]),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        file,
        change,
        async ({ indent, before, behind, tail: said, eol: end, gap: free, ...one }, keys) => {
          const line = (key: string, value: string) => `${indent}${key}${before}=${behind}${value}${said}`;
          const table = (name: string) =>
            [
              "[[project]]",
              line("name", `"${name}"`),
              line("path", `"${name}"`),
              line("enabled", "false"),
            ].join("\n");
          const tables = ["a", "b", "c"].map(table);
          const text = (tables.join(`\n${free}`) + (one.end ? "\n" : "")).replaceAll("\n", end);
          const edited = await edit(text, { project: "b" }, keys);
          const others = `${tables[0]}\n${free}`.replaceAll("\n", end);
          expect(edited.startsWith(others)).toBe(true);
          expect(edited.endsWith(`${free}${tables[2]}${one.end ? "\n" : ""}`.replaceAll("\n", end))).toBe(
            true,
          );
          expect(edited.replaceAll(end, "")).not.toMatch(/[\r\n]/);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("an edit of fleet.toml is refused", () => {
  const byHand = (where: string, line: string) =>
    JSON.stringify({
      code: "INVALID_FILE",
      message: `${where} is laid out so that only you can change it`,
      hint: `write there yourself:\n${line}`,
    });

  it.each<[string, string, FleetTable, Keys, string]>([
    [
      "where a comment stands inside the value",
      OURS,
      web,
      { tags: ["c"] },
      byHand('the [[project]] "web"', 'tags = ["c"]'),
    ],
    [
      "where a key would leave an inline table",
      'engine = { url = "x", ref = "v" }',
      "engine",
      { ref: null },
      byHand("[engine]", "(without ref)"),
    ],
    [
      "where the inline table is empty",
      "engine = {}",
      "engine",
      { ref: "v" },
      byHand("[engine]", 'ref = "v"'),
    ],
    [
      "for a project that is not there",
      OURS,
      { project: "wbe" },
      { enabled: true },
      JSON.stringify({ code: "UNKNOWN_NAME", message: 'fleet.toml has no project "wbe"' }),
    ],
    [
      "where the file would be wrong after it",
      OURS,
      shop,
      { engine: "abc" },
      JSON.stringify({
        code: "INVALID_FILE",
        message: "fleet.toml can't be changed like that",
        hint: "correct it first: fleet validate",
      }),
    ],
    [
      "where the file is wrong before it",
      "[engine\n",
      "engine",
      { ref: "v" },
      JSON.stringify({
        code: "INVALID_FILE",
        message: "fleet.toml can't be changed like that",
        hint: "correct it first: fleet validate",
      }),
    ],
  ])("%s", async (_sentence, text, table, keys, said) => {
    expect(await edit(text, table, keys)).toBe(said);
  });
});
