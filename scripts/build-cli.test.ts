import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const BUILD = path.join(import.meta.dirname, "build-cli.ts");
const FLAGS = ["--min-semi-space-size=16", "--max-semi-space-size=16"];

const AUTHOR = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.invalid",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.invalid",
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fleet-test-"));
  await run(process.execPath, [BUILD, folder]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const fleet = (words: readonly string[], env: object = {}) =>
  run(process.execPath, [...FLAGS, path.join(folder, "start.cjs"), ...words], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });

/** Every file, with what tells whether it was written. */
async function snapshot(): Promise<readonly string[]> {
  const files = await readdir(folder);
  const facts = await Promise.all(files.map((file) => stat(path.join(folder, file))));
  return files.map((file, nth) => `${file} ${facts[nth]?.mtimeMs} ${facts[nth]?.size}`);
}

it("is the whole program, without its sources and node_modules", async () => {
  const { version } = JSON.parse(
    await readFile(path.join(import.meta.dirname, "../packages/cli/package.json"), "utf8"),
  );
  expect((await fleet(["--version"])).stdout).toBe(`fleet ${version}\n`);
  expect((await fleet(["--help"])).stdout).toContain("create-project");
});

it("has the templates of new projects inside", async () => {
  await writeFile(path.join(folder, "fleet.toml"), '[engine]\nurl = "/nowhere.git"\n');
  const words = ["create-project", "site", "--template", "builder-adversary", "--dry-run", "-y"];
  expect((await fleet(words)).stdout).toContain("  scripts/clones.sh\n");
  await rm(path.join(folder, "fleet.toml"));
});

it("serves a project whose engine is made of its own source without a process, and starts there what is pinned", async () => {
  const root = await mkdtemp(path.join(tmpdir(), "fleet-test-"));
  const env = { FLEET_NODE: process.execPath, HOME: root, ...AUTHOR };
  const served = (...words: string[]) =>
    run(process.execPath, [...FLAGS, path.join(folder, "start.cjs"), ...words], {
      cwd: root,
      env: { PATH: process.env.PATH, ...env },
    }).catch((error: { stdout: string; stderr: string }) => error);
  try {
    await run(process.execPath, [
      path.join(import.meta.dirname, "release-engine.ts"),
      "--to",
      `${root}/engine.git`,
    ]);
    await writeFile(path.join(root, "fleet.toml"), `[engine]\nurl = "${root}/engine.git"\n`);
    await served("create-project", "shop", "--enable", "-y");
    const engine = path.join(root, "projects/shop/engine");
    expect((await served("up", "shop")).stdout).toBe("hello  started\n");
    const { watchdog } = JSON.parse((await served("status", "shop", "--json")).stdout);
    const command = await readFile(`/proc/${watchdog.pid}/cmdline`, "utf8");
    expect(command.split("\0")).toContain(path.join(engine, "agents.mjs"));
    expect((await served("down", "shop")).stdout).toBe("hello  stopped\n");
    // Who is asked by a process comes to this.
    await writeFile(path.join(engine, "agents"), "#!/bin/sh\necho 'agents: asked' >&2\nexit 3\n");
    expect((await served("status")).stdout).toBe("shop  stopped  -  1 stopped\n");
    await appendFile(path.join(engine, "agents.mjs"), "\n");
    expect((await served("status")).stdout).toContain("the engine of shop: asked");
  } finally {
    await served("down", "shop");
    await rm(root, { recursive: true, force: true });
  }
}, 60_000);

it("keeps V8's code cache from a first run, and writes nothing ever after", async () => {
  await fleet(["--version"], { FLEET_WARM_UP: "1" });
  const before = await snapshot();
  expect(before.filter((line) => line.includes(".cache ")).length).toBeGreaterThan(0);
  await fleet(["--version"]);
  await fleet(["--help"]);
  expect(await snapshot()).toEqual(before);
});

it.each([
  ["yargs", "recommendCommands"],
  ["execa", "ExecaSyncError"],
  ["simple-git", "@kwsites"],
  ["the second TOML parser", "parseForESLint"],
  ["the terminal emulator", "scrollOnEraseInDisplay"],
  ["the live screen", "?1049h"],
  ["prom-client", "A metric with the name"],
])("loads %s only where it is needed", async (_, text) => {
  const parts = (await readdir(folder)).filter((name) => name.endsWith(".cjs"));
  const texts = await Promise.all(parts.map((name) => readFile(path.join(folder, name), "utf8")));
  const holders = parts.filter((_name, nth) => texts[nth]?.includes(text));
  // What the first run loaded has a cache.
  const loaded = holders.filter((name) => existsSync(path.join(folder, `${name}.cache`)));
  expect([holders.length > 0, loaded]).toEqual([true, []]);
});

it("leaves the parts of a program that may still run, for a day", async () => {
  const old = ["recent-aaaaaaaa.cjs", "recent-aaaaaaaa.cjs.cache"];
  for (const name of old) await writeFile(path.join(folder, name), "");
  await run(process.execPath, [BUILD, folder]);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(old));
  expect((await fleet(["--version"])).stdout).toMatch(/^fleet /);
});

it("tells a Node that is too old in a sentence", async () => {
  const start = await readFile(path.join(folder, "start.cjs"), "utf8");
  const newer = path.join(folder, "newer.cjs");
  await writeFile(newer, start.replace("OLDEST = 24", "OLDEST = 99"));
  const ran = await run(process.execPath, [newer]).catch((error: unknown) => error);
  expect(ran).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("and fleet needs 99 or newer: run rm "),
  });
});
