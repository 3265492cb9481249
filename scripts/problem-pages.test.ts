import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { readAgentsFile } from "../packages/engine/src/agents-file.ts";
import type { World } from "../packages/engine/src/command/command.ts";
import { runCommands } from "../packages/engine/src/command/main.ts";
import { CODES } from "../packages/engine/src/diagnostics/code-table.ts";
import { ExplainOutput } from "../packages/engine/src/outputs.ts";
import { explain } from "../packages/engine/src/verbs/explain.ts";
import { readFleetFile } from "../packages/fleet/src/fleet-file.ts";

const CORPUS = path.join(import.meta.dirname, "../packages/fleet/test/corpus");

/** What an example leaves out, because it is about something else. */
const REST: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  "agents.toml": [
    [/^\[defaults\]/m, '[defaults]\nsession_prefix = "x-"\nlog_dir = ".ao-state"'],
    [/^\[agents\./m, '[agents.other]\nkind = "persistent"'],
  ],
  "fleet.toml": [[/^\[\[project\]\]/m, '[[project]]\nname = "other"\npath = "other"']],
};

async function codesOf(of: string, example: string): Promise<readonly string[]> {
  const missing = (REST[of] ?? []).filter(([there]) => !there.test(example)).map(([, text]) => text);
  const bytes = new TextEncoder().encode([example, ...missing, ""].join("\n"));
  const { problems } = of === "fleet.toml" ? await readFleetFile(of, bytes) : await readAgentsFile(of, bytes);
  return problems.map(({ code }) => code);
}

const inToml = Object.entries(CODES).filter(([, { example }]) => example.of !== "sh");

it.each(inToml)(
  "what %s calls wrong is wrong for that, and what it calls right is right",
  async (code, page) => {
    const { of, wrong, right } = page.example;
    expect(await codesOf(of, wrong)).toEqual([code]);
    expect(await codesOf(of, right)).toEqual([]);
  },
);

it("has a case in the corpus for each code", async () => {
  const files = (await readdir(CORPUS, { recursive: true })).filter((name) => name.endsWith("expect.json"));
  const texts = await Promise.all(files.map((name) => readFile(path.join(CORPUS, name), "utf8")));
  const seen = new Set(texts.flatMap((text) => text.match(/(?<="code": ")FL\d{4}/g) ?? []));
  // A file cannot make a bug; the fuzz tests look for one.
  expect(Object.keys(CODES).filter((code) => !seen.has(code))).toEqual(["FL9999"]);
  expect([...seen].filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
});

it("is loaded by nothing that starts", async () => {
  const folder = path.join(import.meta.dirname, "../packages");
  const files = (await readdir(folder, { recursive: true })).filter(
    (name) => /^\w+\/src\/.*\.ts$/.test(name) && !name.includes("diagnostics/code"),
  );
  const loading = files.map(async (name) => {
    const text = await readFile(path.join(folder, name), "utf8");
    return /^import (?!type\b)[^;]*diagnostics\/code-table|^import (?!type\b)[^;]*\/codes?\b/m.test(text)
      ? [name]
      : [];
  });
  expect((await Promise.all(loading)).flat()).toEqual([]);
});

it("is told to scripts as the schema says", async () => {
  let answer = "";
  const world: World = {
    cwd: "/",
    env: {},
    signal: new AbortController().signal,
    input: async () => "",
    out: (text: string) => {
      answer += text;
    },
    err: () => {},
    color: false,
  };
  expect(
    await runCommands(
      { program: "fleet", about: "", version: "", commands: [explain] },
      ["explain", "--json"],
      world,
    ),
  ).toBe(0);
  expect(ExplainOutput.parse(JSON.parse(answer)).codes.map(({ code }) => code)).toEqual(Object.keys(CODES));
});
