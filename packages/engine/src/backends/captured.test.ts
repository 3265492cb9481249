import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { meaningOf, misread } from "../../test/meanings.ts";
import { BACKENDS } from "./index.ts";
import { viewOf } from "./view.ts";

/*
 * Screens that `test/capture-screens.ts` captured from the real programs: each
 * moment in three sizes. What it means is in its name.
 */

/** When they are taken to have been captured. */
const AT = Date.UTC(2026, 10, 21, 20, 0);

interface Captured {
  readonly name: string;
  readonly text: string;
  readonly title: string;
}

const folderOf = (cli: string): string => path.join(import.meta.dirname, cli, "captured");

function capturedOf(cli: string): readonly Captured[] {
  const folder = folderOf(cli);
  const facts: Readonly<Record<string, { readonly title: string }>> = JSON.parse(
    readFileSync(path.join(folder, "screens.json"), "utf8"),
  );
  return Object.entries(facts).map(([name, { title }]) => ({
    name,
    title,
    text: readFileSync(path.join(folder, `${name}.ansi.txt`), "utf8"),
  }));
}

/** What `agents record` made of screens that rules did not know at first; named after what they mean, too. */
function recordedOf(cli: string): readonly Captured[] {
  const folder = path.join(import.meta.dirname, cli, "recorded");
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.map((file) => {
    const { title, screen } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
    return { name: file.replace(/\.json$/, ""), title, text: screen.join("\n") };
  });
}

const CLIS = readdirSync(import.meta.dirname).filter((name) => existsSync(folderOf(name)));

describe.each(CLIS)("the captured screens of %s", (cli) => {
  it("each have their facts, and hold nothing of the machine on which they were captured", () => {
    const captured = capturedOf(cli);
    const files = captured.map(({ name }) => `${name}.ansi.txt`);
    expect([...files, "screens.json"].sort()).toEqual(readdirSync(folderOf(cli)).sort());
    const telling = captured.filter(({ text, title }) => /fleet-?seat|\/tmp\/|\/root/.test(text + title));
    expect(telling.map(({ name }) => name)).toEqual([]);
  });
});

const READERS = Object.entries(BACKENDS).filter(([name]) => CLIS.includes(name));
const ROWS = READERS.flatMap(([cli, backend]) =>
  [...capturedOf(cli), ...recordedOf(cli)].flatMap((one) => {
    const meaning = meaningOf(one.name);
    return meaning === null ? [] : [{ ...one, cli, backend, meaning }];
  }),
);

it.each(ROWS)("$cli shows $name", ({ backend, text, title, meaning }) => {
  expect(misread(meaning, backend.read(viewOf(text, title, AT)))).toEqual([]);
});
