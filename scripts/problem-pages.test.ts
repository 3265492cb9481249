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

const PACKAGES = path.join(import.meta.dirname, "../packages");
const CORPUS = path.join(PACKAGES, "fleet/test/corpus");

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

/** Every file of ours that is loaded because this one is: not what is imported for its types, nor what is asked for later. */
async function loadedWith(file: string, known = new Set<string>()): Promise<ReadonlySet<string>> {
  if (known.has(file)) return known;
  known.add(file);
  const text = await readFile(file, "utf8");
  for (const [, names = "", from = ""] of text.matchAll(/^(?:import|export) ([^;]*?)from "([^"]+)"/gm)) {
    const isTypes = /^type /.test(names) || /^\{(\s*type [^,}]+,?)+\s*\}\s*$/.test(names);
    const own = /^@fleet\/(\w+)$/.exec(from)?.[1];
    const next =
      own === undefined ? path.resolve(path.dirname(file), from) : path.join(PACKAGES, own, "src/index.ts");
    if (!isTypes && next.endsWith(".ts") && (own !== undefined || from.startsWith(".")))
      await loadedWith(next, known);
  }
  return known;
}

it.each(["cli", "engine"])("is not loaded when the program of %s starts", async (name) => {
  const files = [...(await loadedWith(path.join(PACKAGES, name, "src/bin.ts")))];
  expect(files.filter((file) => /diagnostics\/(code-table|codes\/)/.test(file))).toEqual([]);
  expect(files.some((file) => file.endsWith("verbs/explain.ts"))).toBe(true);
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
