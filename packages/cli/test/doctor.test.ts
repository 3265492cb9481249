import { spawn } from "node:child_process";
import { chmod, link, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { digest } from "@fleet/engine";
import { describe, expect, it, onTestFinished } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const AGENTS = `[defaults]
session_prefix = "shop-"
log_dir = ".state"
backend = "claude"
[agents.ada]
kind = "persistent"
`;

/** A fleet of one project whose agents run a Claude Code that says what it is told here. */
async function ownFleet(program: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  return ownDirectory({
    "fleet.toml": '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\n',
    "shop/agents.toml": AGENTS,
    "bin/claude": `#!/bin/sh\n${program}\n`,
    ...files,
  });
}

interface Found {
  readonly about: string;
  readonly level: string;
  readonly what: string;
  readonly mend: string | null;
  readonly fixable: boolean;
}

async function doctor(cwd: string, ...words: readonly string[]) {
  const env = { PATH: `${cwd}/bin:${process.env.PATH}` };
  const { exit, out } = await fleet(cwd, ["doctor", "--json", ...words], { env });
  const { healthy, mended, findings } = JSON.parse(out);
  const about = (what: string) => (findings as readonly Found[]).filter((one) => one.about === what);
  return { exit, healthy, mended: mended as readonly string[], about };
}

describe("fleet doctor", () => {
  it("looks at the machine alone where there is no fleet", async () => {
    const { about } = await doctor(await ownDirectory());
    expect(about("node")).toMatchObject([{ level: "ok", what: process.versions.node }]);
    expect(about("git").length).toBeGreaterThan(0);
    expect(about("files")).toEqual([]);
  });

  it("says what a version is known for, that nobody is logged in, and what mends it", async () => {
    const { exit, healthy, about } = await doctor(await ownFleet("echo '2.0.64 (Claude Code)'"));
    expect([exit, healthy]).toEqual([1, false]);
    expect(about("claude")).toMatchObject([{ level: "wrong", mend: expect.stringContaining("npm install") }]);
    expect(about("claude: login")).toMatchObject([{ level: "wrong", mend: "claude, then /login" }]);
  });

  it("knows that a login is there, and never reads it", async () => {
    const root = await ownFleet("echo 2.1.329", { ".claude/.credentials.json": "secret" });
    await chmod(path.join(root, ".claude/.credentials.json"), 0);
    expect((await doctor(root)).about("claude: login")).toMatchObject([{ level: "ok" }]);
  });

  it("gives a program that hangs up, and goes on with the rest", async () => {
    const root = await ownFleet("exit 1");
    const { about } = await doctor(root);
    expect(about("claude")).toMatchObject([{ what: "does not say its version" }]);
    expect(about("shop").length + about("files").length).toBeGreaterThan(0);
  });

  it("mends what is harmless, says so, and touches nothing else", async () => {
    const root = await ownFleet("echo 2.1.329", {
      "shop/.git/HEAD": "ref: refs/heads/main\n",
      "shop/.git/objects/.keep": "",
      "shop/.git/refs/.keep": "",
      "shop/.state/wishes.json": '{"off":true}',
      "shop/.state/records.json": '{"agents":{}}',
    });
    const state = path.join(root, "shop/.state");
    await chmod(state, 0o777);
    await leaveSocket(path.join(state, "tmux.sock"));
    const left = await leaveProcess(state);
    const before = await doctor(root);
    expect(before.about("shop: state")).toMatchObject([{ level: "wrong", fixable: true }]);
    expect(before.about("shop: socket")).toMatchObject([{ level: "note", fixable: true }]);
    expect(before.about("shop: .gitignore")).toMatchObject([{ level: "wrong", fixable: true }]);
    expect(before.about("shop: processes")).toMatchObject([
      { level: "wrong", fixable: false, mend: expect.stringContaining(`kill ${left}`) },
    ]);
    const after = await doctor(root, "--fix");
    expect(after.mended.length).toBe(3);
    for (const about of ["shop: state", "shop: socket", "shop: .gitignore"])
      expect(after.about(about)).toEqual([]);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    expect(await readFile(path.join(root, "shop/.gitignore"), "utf8")).toBe("/.state\n");
    // Whoever it is, only a person ends it.
    expect(after.about("shop: processes").length).toBe(1);
    expect((await doctor(root, "--fix")).mended).toEqual([]);
  });

  it("finds a remote that does not answer, and a clone without a name", async () => {
    const root = await ownFleet("echo 2.1.329", {
      "shop/clones/ada/.git/HEAD": "ref: refs/heads/main\n",
      "shop/clones/ada/.git/objects/.keep": "",
      "shop/clones/ada/.git/refs/.keep": "",
      "shop/clones/ada/.git/config": '[remote "origin"]\n\turl = /nowhere/shop.git\n',
    });
    const agents = path.join(root, "shop/agents.toml");
    await writeFile(agents, `${AGENTS}workdir = "clones/ada"\n`);
    const { about } = await doctor(root);
    expect(about("shop: remote")).toMatchObject([
      { level: "wrong", mend: "GIT_TERMINAL_PROMPT=0 git ls-remote /nowhere/shop.git" },
    ]);
    expect(about("shop: git")).toMatchObject([{ what: "does not know who commits in clones/ada" }]);
  });

  it("says so when the files are wrong, and goes on with the machine", async () => {
    const root = await ownFleet("echo 2.1.329");
    await writeFile(path.join(root, "fleet.toml"), "[[project\n");
    const { exit, about } = await doctor(root);
    expect(exit).toBe(1);
    expect(about("files")).toMatchObject([{ level: "wrong", mend: "fleet validate" }]);
    expect(about("node").length).toBe(1);
  });

  it("knows the names that there are", async () => {
    const root = await ownFleet("echo 2.1.329");
    expect(await fleet(root, ["doctor", "shp"])).toMatchObject({
      exit: 2,
      err: expect.stringContaining("did you mean `shop`?"),
    });
    expect(await fleet(await ownDirectory(), ["doctor", "shop"])).toMatchObject({ exit: 3 });
  });

  it("shows a person what is wrong first, with its reason and its remedy", async () => {
    const root = await ownFleet("echo 1.0.0");
    const env = { PATH: `${root}/bin:${process.env.PATH}` };
    const { out } = await fleet(root, ["doctor"], { env });
    const [first, why, mend] = out.split("\n");
    expect(first).toMatch(/^wrong {4}/);
    expect(why).toMatch(/^ {9}\S/);
    expect(mend).toMatch(/^ {9}mend: /);
    expect(out).toMatch(/\nlooked at \d+ things: \d+ wrong/);
  });
});

/** As a tmux server that was killed leaves it. */
async function leaveSocket(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const server = createServer();
  await new Promise<void>((done) => server.listen(`${file}.1`, done));
  await link(`${file}.1`, file);
  await new Promise((done) => server.close(done));
}

/** A process with the marks of a run that nobody remembers. */
async function leaveProcess(state: string): Promise<number> {
  const marks = { FLEET_PROJECT: digest(state), FLEET_AGENT: "ada", FLEET_INSTANCE: "i-1" };
  const child = spawn("sleep", ["600"], { env: { ...marks, PATH: process.env.PATH } });
  await new Promise((started) => child.on("spawn", started));
  onTestFinished(() => void child.kill("SIGKILL"));
  return child.pid ?? 0;
}
