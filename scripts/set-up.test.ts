import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, cp, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";

/*
 * scripts/fleet on machines that lack this or that. Each machine is a folder of
 * programs; node, npm, pnpm and apt-get are stand-ins that note how they were
 * called, so nothing is downloaded.
 */

const SCRIPTS = import.meta.dirname;
const REAL = [
  "cat",
  "cmp",
  "cp",
  "env",
  "find",
  "flock",
  "id",
  "mkdir",
  "mv",
  "readlink",
  "rm",
  "sh",
  "sleep",
  "tail",
];

const note = (name: string) => `echo "${name} $*" >>"$MACHINE/calls"`;

const node = (version: string) => `case $1 in
  --version) echo v${version} ;;
  */build-cli.ts) ${note("build")}
    [ ! -e "$MACHINE/broken" ] || { echo 'no such export'; exit 1; }
    dist=\${1%/scripts/*}/packages/cli/dist/fleet; mkdir -p "$dist"; : >"$dist/start.cjs" ;;
  *) while [ "\${1#--}" != "$1" ]; do shift; done; shift; [ -n "\${FLEET_WARM_UP:-}" ] || echo "ran $*"; exit "\${EXIT:-0}" ;;
esac`;

const pnpm = (version: string) => `case $1 in
  --version) echo ${version} ;;
  *) ${note("pnpm")}; mkdir -p "$2/node_modules/.pnpm"; cp "$2/pnpm-lock.yaml" "$2/node_modules/.pnpm/lock.yaml" ;;
esac`;

const NPM = `${note("npm")}
[ ! -e "$MACHINE/offline" ] || { echo 'npm error ENOTFOUND'; exit 1; }
[ ! -e "$MACHINE/slow" ] || { : >"$MACHINE/began"; sleep 60; }
bin=$3/node_modules/.bin; mkdir -p "$bin"
case "$*" in *node@24*) cp "$MACHINE/new-node" "$bin/node" ;; esac
case "$*" in *pnpm@12*) cp "$MACHINE/new-pnpm" "$bin/pnpm" ;; esac`;

const ALL: Readonly<Record<string, string | null>> = {
  git: "",
  tmux: "",
  node: node("24.1.0"),
  npm: NPM,
  pnpm: pnpm("12.3.4"),
  "apt-get": `${note("apt-get")}; case "$*" in *tmux) cp "$MACHINE/bin/git" "$MACHINE/bin/tmux" ;; esac`,
};

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function ownMachine(programs: Readonly<Record<string, string | null>> = {}) {
  const machine = await mkdtemp(path.join(tmpdir(), "fleet test "));
  onTestFinished(() => rm(machine, { recursive: true, force: true }));
  const root = path.join(machine, "check out");
  const bin = path.join(machine, "bin");
  const program = (file: string, text: string) => writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  await mkdir(bin);
  for (const name of REAL) await symlink(`/usr/bin/${name}`, path.join(bin, name));
  for (const [name, text] of Object.entries({ ...ALL, ...programs }))
    if (text !== null) await program(path.join(bin, name), text);
  await program(path.join(machine, "new-node"), node("24.9.0"));
  await program(path.join(machine, "new-pnpm"), pnpm("12.9.0"));

  await mkdir(path.join(root, "packages/one/src"), { recursive: true });
  for (const file of ["fleet", "lib/set-up.sh"])
    await cp(path.join(SCRIPTS, file), path.join(root, "scripts", file));
  for (const file of [
    "scripts/bundle.ts",
    "scripts/build-cli.ts",
    "scripts/start.cjs",
    "packages/one/package.json",
  ])
    await writeFile(path.join(root, file), "");
  for (const file of ["pnpm-lock.yaml", "packages/one/src/a.ts", "packages/one/src/b.ts"])
    await writeFile(path.join(root, file), "1");

  const start = (file: string, args: readonly string[], env: object): ChildProcess =>
    spawn(file, args, {
      cwd: "/",
      env: { PATH: bin, MACHINE: machine, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a test can end it with all that it started.
      detached: true,
    });
  return {
    root,
    at: (file: string) => path.join(machine, file),
    start: (env: object = {}) => start(path.join(root, "scripts/fleet"), ["status"], env),
    run: (args: readonly string[] = ["status"], env: object = {}, file = path.join(root, "scripts/fleet")) =>
      finish(start(file, args, env)),
    /** The programs that were called since the last time, without what they were told. */
    async calls(): Promise<string> {
      const text = await readFile(path.join(machine, "calls"), "utf8").catch(() => "");
      await rm(path.join(machine, "calls"), { force: true });
      return text;
    },
    /** As if it had been edited after everything else. */
    later: (file: string) => utimes(path.join(root, file), new Date(), new Date(Date.now() + 60_000)),
  };
}

async function finish(child: ChildProcess): Promise<Ran> {
  let [out, err] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  await once(child, "close");
  return { code: child.exitCode, out, err };
}

const names = (calls: string): readonly string[] =>
  calls.split("\n").flatMap((line) => line.split(" ")[0] || []);

describe("a machine that has everything", () => {
  it("gets the packages and the program once, and says so", async () => {
    const { run, calls } = await ownMachine();
    const err = "fleet: getting the packages of the lockfile …\nfleet: building fleet …\n";
    expect(await run()).toEqual({ code: 0, out: "ran status\n", err });
    expect(names(await calls())).toEqual(["pnpm", "build"]);
    expect(await run()).toEqual({ code: 0, out: "ran status\n", err: "" });
    expect(await calls()).toBe("");
  });

  it("passes on every word and the exit code", async () => {
    const { run } = await ownMachine();
    await run();
    expect(await run(["send", "a b", "*", ""], { EXIT: "4" })).toEqual({
      code: 4,
      out: "ran send a b * \n",
      err: "",
    });
  });

  it("is found through symlinks", async () => {
    const { run, root, at } = await ownMachine();
    await symlink(path.join(root, "scripts/fleet"), at("one"));
    await symlink("one", at("two"));
    expect(await run(["up"], {}, at("two"))).toMatchObject({ code: 0, out: "ran up\n" });
  });

  it.each([
    ["a source is edited", "packages/one/src/a.ts", ["build"]],
    ["a manifest is edited", "packages/one/package.json", ["build"]],
    ["a source is gone", "packages/one/src", ["build"]],
    ["the way to build is edited", "scripts/bundle.ts", ["build"]],
  ])("builds again when %s", async (_, file, expected) => {
    const { run, later, calls } = await ownMachine();
    await run();
    await calls();
    await later(file);
    expect(await run()).toMatchObject({ code: 0, out: "ran status\n" });
    expect(names(await calls())).toEqual(expected);
  });

  it("gets the packages again when the lockfile changes", async () => {
    const { root, run, later, calls } = await ownMachine();
    await run();
    await calls();
    await writeFile(path.join(root, "pnpm-lock.yaml"), "2");
    await later("pnpm-lock.yaml");
    expect((await run()).code).toBe(0);
    expect(names(await calls())).toEqual(["pnpm", "build"]);
  });

  it("is set up by one of two that come at the same time", async () => {
    const { start, calls } = await ownMachine();
    const both = await Promise.all([finish(start()), finish(start())]);
    expect(both).toMatchObject([
      { code: 0, out: "ran status\n" },
      { code: 0, out: "ran status\n" },
    ]);
    expect(names(await calls())).toEqual(["pnpm", "build"]);
  });

  it("says what is wrong when a source does not build, and does not run the old program", async () => {
    const { run, at, later } = await ownMachine();
    await run();
    await writeFile(at("broken"), "");
    await later("packages/one/src/a.ts");
    const { code, out, err } = await run();
    expect([code, out]).toEqual([3, ""]);
    expect(err).toContain("no such export\nfleet: fleet can't be built from its sources (see above)");
    expect((await run()).code).toBe(3);
    await rm(at("broken"));
    expect(await run()).toMatchObject({ code: 0, out: "ran status\n" });
  });
});

describe("a machine that lacks something", () => {
  it.each<readonly [string, Readonly<Record<string, string | null>>, string]>([
    ["its Node is too old", { node: node("20.1.0") }, "node@24"],
    ["it has no Node", { node: null }, "node@24"],
    ["its pnpm is too old", { pnpm: pnpm("9.0.0") }, "pnpm@12"],
    ["both are missing", { node: null, pnpm: null }, "node@24 pnpm@12"],
  ])("gets the missing tools from npm when %s", async (_, programs, wanted) => {
    const { run, calls, at } = await ownMachine(programs);
    const { code, out, err } = await run();
    expect([code, out]).toEqual([0, "ran status\n"]);
    expect(err).toMatch(/^fleet: getting .* into .toolchain \(once\) …\n/);
    const [npm = ""] = (await calls()).split("\n");
    expect(npm.endsWith(` ${wanted}`)).toBe(true);
    await rm(at("bin/npm"));
    expect(await run()).toEqual({ code: 0, out: "ran status\n", err: "" });
  });

  const said = (text: string) => expect.stringContaining(text);

  it.each<readonly [string, Readonly<Record<string, string | null>>, string]>([
    [
      "git",
      { git: null, "apt-get": null },
      "git is not installed; the engines of projects are git submodules: install it",
    ],
    [
      "npm",
      { node: null, npm: null, pnpm: null },
      "npm is not installed; it brings Node 24 and pnpm 12: run ",
    ],
    ["git, with dnf", { git: null, "apt-get": null, dnf: "" }, "dnf install -y git\n"],
    ["git, with pacman", { git: null, "apt-get": null, pacman: "" }, "pacman -S --noconfirm git\n"],
    ["git, with apk", { git: null, "apt-get": null, apk: "" }, "apk add git\n"],
    ["git, with brew", { git: null, "apt-get": null, brew: "" }, "run brew install git\n"],
  ])("stops with the command to type when it has no %s", async (_, programs, sentence) => {
    const { run, calls } = await ownMachine(programs);
    expect(await run()).toEqual({ code: 3, out: "", err: said(sentence) });
    expect(await calls()).toBe("");
  });

  it("only warns when it has no tmux, for not every command needs it", async () => {
    const { run } = await ownMachine({ tmux: null });
    const { code, err } = await run();
    expect([code, err.split("\n")[0]]).toEqual([
      0,
      said("tmux is not installed; agents can't be started without it"),
    ]);
  });

  it.runIf(process.getuid?.() === 0)("installs what is missing when FLEET_YES says so", async () => {
    const { run, calls } = await ownMachine({ tmux: null });
    const { code, err } = await run([], { FLEET_YES: "1" });
    expect([code, err.split("\n")[0]]).toEqual([0, "fleet: installing tmux …"]);
    expect(await calls()).toContain("apt-get update\napt-get install -y --no-install-recommends tmux\n");
  });

  it("says that the network is missing, and keeps nothing that is half there", async () => {
    const { run, at } = await ownMachine({ node: null });
    await writeFile(at("offline"), "");
    const { code, err } = await run();
    expect([code, err]).toEqual([
      3,
      said("npm error ENOTFOUND\nfleet: npm could not get Node 24 (see above)"),
    ]);
    await rm(at("offline"));
    expect((await run()).code).toBe(0);
  });

  it("starts over after a kill -9 in the middle", async () => {
    const { start, run, at } = await ownMachine({ node: null });
    await writeFile(at("slow"), "");
    const { pid } = start();
    await until(() => access(at("began")));
    process.kill(-(pid ?? 0), "SIGKILL");
    await rm(at("slow"));
    expect(await run()).toMatchObject({ code: 0, out: "ran status\n" });
  });

  it("refuses a FLEET_NODE that is too old", async () => {
    const { run, at } = await ownMachine({ "node-20": node("20.0.0") });
    const { code, err } = await run([], { FLEET_NODE: at("bin/node-20") });
    expect([code, err]).toEqual([3, said("which is not a Node 24 or newer: set it to one, or unset it")]);
  });

  it("says so when nobody may write there", async () => {
    const { root, run } = await ownMachine();
    // What root is refused as well: a folder cannot be where a file is.
    await writeFile(path.join(root, ".toolchain"), "");
    expect(await run()).toEqual({
      code: 3,
      out: "",
      err: said("can't be written to, and fleet is not set up there"),
    });
  });
});

/** Asks again until it answers. */
async function until(ask: () => Promise<unknown>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await wait(10)) {
    const answered = await ask().then(
      () => true,
      () => false,
    );
    if (answered) return;
  }
  throw new Error("waited 10 s in vain");
}
