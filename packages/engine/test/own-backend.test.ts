import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import type { Backend } from "../src/backends/backend.ts";
import { viewOf } from "../src/backends/view.ts";
import type { AgentSurvey, Survey } from "../src/verbs/survey.ts";
import { ENV, ownDirectory, processesWith, signal, until } from "./real.ts";

/*
 * docs/a-backend-of-your-own.md is a whole backend. Everything in it is taken
 * from there and done: a reader who does the same gets what the page says.
 */

const ROOT = path.join(import.meta.dirname, "../../..");
const ENGINE = path.join(ROOT, "packages/engine");
const PAGE = await readFile(path.join(ROOT, "docs/a-backend-of-your-own.md"), "utf8");

/** The page's code in this language, block by block. */
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code = ""]) => code);

const [program = ""] = blocks("sh");
const [source = "", imported = "", table = ""] = blocks("ts");
const SCREENS = (blocks("screens")[0] ?? "")
  .split(/^# /m)
  .slice(1)
  .map((entry) => {
    const [heading = "", ...lines] = entry.trimEnd().split("\n");
    const [name = "", meaning = ""] = heading.split(/: (?=\{)/);
    return { name, meaning: JSON.parse(meaning), screen: lines.join("\n") };
  });

const before = (text: string, place: string, line: string): string => {
  expect(text).toContain(place);
  return text.replace(place, line + place);
};

/** An engine with the page's backend: the sources, a file and two lines. */
async function ownEngine(): Promise<string> {
  const home = path.join(await ownDirectory(), "engine");
  const isNeeded = (file: string) => !/\/(?:captured|recorded|samples|screens)$|\.test\.ts$/.test(file);
  await cp(path.join(ENGINE, "src"), path.join(home, "src"), { recursive: true, filter: isNeeded });
  for (const file of ["agents", "package.json"]) await cp(path.join(ENGINE, file), path.join(home, file));
  await symlink(path.join(ENGINE, "node_modules"), path.join(home, "node_modules"));
  await mkdir(path.join(home, "src/backends/chat"));
  await writeFile(path.join(home, "src/backends/chat/chat.ts"), source);
  const index = path.join(home, "src/backends/index.ts");
  const backends = (await readFile(index, "utf8")).replace("Backend>> = {", "Backend>> = { chat,");
  await writeFile(index, before(backends, "import type { Backend }", imported));
  const schema = path.join(home, "src/agents-file/schema.ts");
  const tables = await readFile(schema, "utf8");
  await writeFile(schema, before(tables, "  demo: Settings.optional()", table));
  return home;
}

it("has the types of a backend, in an engine that it was added to", async () => {
  const home = await ownEngine();
  const settings = {
    extends: path.join(ROOT, "tsconfig.check.json"),
    compilerOptions: { typeRoots: [path.join(ROOT, "node_modules/@types")] },
    include: ["src/backends", "src/agents-file"],
  };
  await writeFile(path.join(home, "tsconfig.json"), JSON.stringify(settings));
  const tsc = path.join(ROOT, "node_modules/.bin/tsc");
  const checked = await execa(tsc, ["-p", home], { reject: false, all: true });
  expect(checked.all).toBe("");
  expect(checked.exitCode).toBe(0);
});

it("reads its screens as the page says", async () => {
  const { chat }: { readonly chat: Backend } = await import(
    path.join(await ownEngine(), "src/backends/chat/chat.ts")
  );
  expect(SCREENS).toHaveLength(11);
  for (const { name, meaning, screen } of SCREENS)
    expect(chat.read(viewOf(screen, "", 0)), name).toMatchObject(meaning);
  const [, told, , draft] = SCREENS.map(({ screen }) => chat.heard?.(screen, "[fleet 3f2a1c9]"));
  expect([told, draft]).toEqual([true, false]);
  expect(chat.heard?.("you> [fleet 3f2a1c9] hello", "[fleet 3f2a1c9]")).toBe(false);
});

it("is started, told, left alone with its question, healed and stopped by the engine", async () => {
  const engine = await ownEngine();
  const home = path.join(engine, "../project");
  await mkdir(home);
  await writeFile(path.join(home, "chat.sh"), program);
  const [settings = ""] = blocks("toml");
  const toml = settings.replace("/home/ada/chat.sh", path.join(home, "chat.sh"));
  const head = '[defaults]\nsession_prefix = "own-"\nlog_dir = "state"\n';
  const pace = '[supervision]\nbackoff = ["100ms"]\nrestart_gap = "0s"\n';
  await writeFile(path.join(home, "agents.toml"), head + toml + pace);
  const agents = (...words: readonly string[]) =>
    execa(path.join(engine, "agents"), words, {
      cwd: home,
      env: { ...ENV, FLEET_NODE: process.execPath },
      extendEnv: false,
      reject: false,
      all: true,
    });
  const ada = async (): Promise<AgentSurvey | undefined> => {
    const seen: Survey = JSON.parse((await agents("status", "--json")).stdout);
    return seen.agents[0];
  };
  const is = (word: string) => until(`ada is ${word}`, async () => (await ada())?.is === word, 30);

  expect((await agents("up")).all).toContain("ada");
  await is("ready");
  expect((await agents("send", "ada", "hello")).all).toContain("confirmed");
  expect((await agents("send", "ada", "delete it")).all).toContain("confirmed");
  await is("asking");
  expect((await agents("why", "ada")).stdout).toContain("May I delete it? (y/n)");

  const pid = (await ada())?.pid ?? 0;
  signal(pid, "SIGKILL");
  await until("it is started again", async () => ![pid, null].includes((await ada())?.pid ?? null), 30);
  await is("ready");
  expect((await agents("send", "ada", "limit")).all).toContain("confirmed");
  await is("limited");
  expect((await agents("down")).all).toContain("ada  stopped");
  await until("nothing is left", async () => (await processesWith(home)).length === 0);
}, 180_000);
