import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readLedger, titlesIn } from "./lib/ledger.ts";

/*
 * docs/ledger.md says which test proves which behaviour. A test that is
 * renamed, removed or skipped makes the ledger a lie, and this file red.
 */

const ROOT = path.join(import.meta.dirname, "..");

/** How many behaviours each letter has. */
const NUMBERS = {
  C: 16,
  D: 11,
  E: 15,
  F: 14,
  G: 14,
  H: 19,
  I: 8,
  J: 11,
  K: 14,
  L: 7,
  M: 14,
  P: 4,
  N: 9,
} as const;
const REGRESSIONS = 16;

const numbered = (prefix: string, count: number, width: number) =>
  Array.from({ length: count }, (_, index) => prefix + String(index + 1).padStart(width, "0"));

/** Files of the engine are named from its folder on. */
const fileOf = (name: string) =>
  path.join(ROOT, /^(packages|scripts)\//.test(name) ? name : `packages/engine/${name}`);

/** Bugs that the simulation must notice stand as proofs, too. */
const MUTANTS = /^sim\/mutants[a-z-]*\.ts$/;
const namesIn = (source: string) =>
  new Set([...source.matchAll(/^ {4}name: "(\w+)",$/gm)].map(([, name]) => name ?? ""));

const rows = readLedger(await readFile(path.join(ROOT, "docs/ledger.md"), "utf8"));

describe("the ledger", () => {
  it("has each behaviour once, in its order", () => {
    const traps = rows.filter(({ id }) => id.startsWith("T-")).length;
    expect(traps).toBeGreaterThan(0);
    expect(rows.map(({ id }) => id)).toEqual([
      ...Object.entries(NUMBERS).flatMap(([letter, count]) => numbered(letter, count, 1)),
      ...numbered("REG-", REGRESSIONS, 2),
      ...numbered("T-", traps, 2),
    ]);
  });

  it("has a test for each, or says why there is none", () => {
    const bare = rows.filter(
      ({ proofs, notes }) => proofs.length === 0 && !notes.includes("Review") && !notes.includes("Later"),
    );
    expect(bare.map(({ id }) => id)).toEqual([]);
  });

  it("names only tests that are there", async () => {
    const files = new Set(rows.flatMap(({ proofs }) => proofs.map(({ file }) => file)));
    const titles = new Map<string, ReadonlySet<string>>();
    for (const file of files) {
      const source = await readFile(fileOf(file), "utf8").catch(() => "");
      titles.set(file, MUTANTS.test(file) ? namesIn(source) : titlesIn(source));
    }
    const lost = rows.flatMap(({ id, proofs }) =>
      proofs
        .filter(({ file, title }) => !titles.get(file)?.has(title))
        .map(({ file, title }) => `${id} ${file}: ${title}`),
    );
    expect(lost).toEqual([]);
  });
});

describe("a test is found", () => {
  it.each([
    ["by its title", 'it("flies", () => {})', ["flies"]],
    ["in a group", 'describe("a bird", () => { it("flies", () => {}) })', ["flies"]],
    [
      "by the title of its table and its rows",
      'it.each([["high", 1], ["low", 2]])("flies %s", () => {})',
      ["flies %s", "high", "low"],
    ],
    ["by a row of one word", 'it.each(["high"])("flies %j", () => {})', ["flies %j", "high"]],
    [
      "by a row of a table elsewhere",
      'const ROWS = [["high", 1]]; it.each<Row>(ROWS)("%s", () => {})',
      ["%s", "high"],
    ],
    ["not when it is commented out", '// it("flies", () => {})\nit("swims", () => {})', ["swims"]],
    ["not when it is skipped", 'it.skip("flies", () => {}); it.todo("flies")', []],
    ["not in a group that is skipped", 'describe.skip("a bird", () => { it("flies", () => {}) })', []],
    ["not in other words", 'expect("flies"); log([["flies"]])', []],
  ])("%s", (_, source, expected) => {
    expect([...titlesIn(source)]).toEqual(expected);
  });
});

describe("a ledger", () => {
  it("has rows, tests and notes", () => {
    expect(
      readLedger(
        "# Title\n\n- **E1** It flies.\n  - `src/bird.test.ts`: flies, a bit\n  - Changed: no wings.\n",
      ),
    ).toEqual([
      { id: "E1", proofs: [{ file: "src/bird.test.ts", title: "flies, a bit" }], notes: ["Changed"] },
    ]);
  });

  it.each([
    ["a row without its stars", "- E1 It flies.\n"],
    ["a test before any row", "  - `src/bird.test.ts`: flies\n"],
    ["a test without its file", "- **E1** It flies.\n  - src/bird.test.ts: flies\n"],
    ["a note of another kind", "- **E1** It flies.\n  - Hope: it will.\n"],
  ])("is refused with %s", (_, text) => {
    expect(() => readLedger(text)).toThrow("neither a row nor a test nor a note");
  });
});
