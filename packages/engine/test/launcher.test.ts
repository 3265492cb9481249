import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { ownDirectory, until } from "./real.ts";

const LAUNCHER = path.join(import.meta.dirname, "../agents");

/** An engine's release tree around a program of the test's own. */
async function ownEngine(program: string, name = "engine"): Promise<string> {
  const home = path.join(await ownDirectory(), name);
  await mkdir(home, { recursive: true });
  await cp(LAUNCHER, path.join(home, "agents"));
  await writeFile(path.join(home, "agents.mjs"), program);
  return home;
}

/** A program that stands for Node and only knows its version. */
async function ownNode(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "node");
  await writeFile(
    file,
    `#!/bin/sh\n[ "$1" = --version ] && echo v${version} || echo "node ${version} ran $*"\n`,
    {
      mode: 0o755,
    },
  );
  return file;
}

const start = (file: string, args: readonly string[], more: { cwd?: string; env?: NodeJS.ProcessEnv } = {}) =>
  spawn(file, args, {
    cwd: "/",
    ...more,
    env: { PATH: process.env.PATH, FLEET_NODE: process.execPath, ...more.env },
  });

async function outcome(child: ChildProcess) {
  if (child.stdout === null || child.stderr === null) throw new Error("no pipes");
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, out, err };
}

const ECHO = "console.log(JSON.stringify(process.argv.slice(2)))";

describe("the launcher", () => {
  it("hands every word on as it is, in a path with spaces", async () => {
    const home = await ownEngine(ECHO, "an engine's [home]");
    const words = ["up", "", "two words", "*", "$(id)", "--", "-x"];
    const { code, out } = await outcome(start(path.join(home, "agents"), words));
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(words);
  });

  it("finds its home through relative and absolute symlinks, and from its own folder", async () => {
    const home = await ownEngine(ECHO);
    const other = await ownDirectory();
    await symlink(path.relative(other, path.join(home, "agents")), path.join(other, "first"));
    await symlink(path.join(other, "first"), path.join(other, "second"));
    expect(await outcome(start(path.join(other, "second"), ["x"]))).toMatchObject({
      code: 0,
      out: '["x"]\n',
    });
    expect(await outcome(start("./second", ["x"], { cwd: other }))).toMatchObject({
      code: 0,
      out: '["x"]\n',
    });
    expect(await outcome(start("sh", ["agents", "x"], { cwd: home }))).toMatchObject({
      code: 0,
      out: '["x"]\n',
    });
  });

  it("runs the sources where there is no bundle", async () => {
    const home = path.join(await ownDirectory(), "engine");
    await mkdir(path.join(home, "src"), { recursive: true });
    await cp(LAUNCHER, path.join(home, "agents"));
    await writeFile(
      path.join(home, "src/bin.ts"),
      "const said: string = 'from source';\nconsole.log(said);\n",
    );
    expect(await outcome(start(path.join(home, "agents"), []))).toMatchObject({
      code: 0,
      out: "from source\n",
    });
  });

  it("passes the exit code on", async () => {
    const home = await ownEngine("process.exitCode = 4");
    expect((await outcome(start(path.join(home, "agents"), []))).code).toBe(4);
  });

  it("takes the machine's Node when it is new enough", async () => {
    const home = await ownEngine("");
    const bin = path.join(home, "../bin");
    await ownNode(bin, "24.0.0");
    const env = { FLEET_NODE: "", PATH: `${bin}:/usr/bin:/bin` };
    const { out } = await outcome(start(path.join(home, "agents"), ["up"], { env }));
    expect(out).toBe(`node 24.0.0 ran ${home}/agents.mjs up\n`);
  });

  it("takes the Node of a toolchain in a folder above it when the machine's is too old", async () => {
    const home = await ownEngine("", "projects/demo/engine");
    const bin = path.join(home, "../bin");
    await ownNode(bin, "20.20.2");
    await ownNode(path.join(home, "../../../.toolchain/node_modules/.bin"), "26.1.0");
    const env = { FLEET_NODE: "", PATH: `${bin}:/usr/bin:/bin` };
    const { out } = await outcome(start(path.join(home, "agents"), ["up"], { env }));
    expect(out).toBe(`node 26.1.0 ran ${home}/agents.mjs up\n`);
  });

  it("says in one sentence what is missing, and exits 3", async () => {
    const home = await ownEngine("");
    const bin = path.join(home, "../bin");
    const old = await ownNode(bin, "20.20.2");
    const path_ = `${bin}:/usr/bin:/bin`;
    expect(
      await outcome(start(path.join(home, "agents"), [], { env: { FLEET_NODE: "", PATH: path_ } })),
    ).toEqual({
      code: 3,
      out: "",
      err: "agents: this needs Node 24 or newer (Node 20.20.2 is too old): install it (https://nodejs.org/en/download), or set FLEET_NODE to its path\n",
    });
    expect(
      await outcome(start(path.join(home, "agents"), [], { env: { FLEET_NODE: old, PATH: path_ } })),
    ).toEqual({
      code: 3,
      out: "",
      err: `agents: FLEET_NODE is ${old}, which is not a Node 24 or newer: set it to one, or unset it\n`,
    });
  });
});

/** A watchdog that notes each life in a file, and then does as the test says. */
const watchdog = (then: string) => `
import { appendFileSync, readFileSync, existsSync } from "node:fs";
const [verb, flag, config] = process.argv.slice(2);
const lives = config + "/lives";
appendFileSync(lives, JSON.stringify({ pid: process.pid, verb, flag, config, keeper: process.env.FLEET_KEEPER_PID }) + "\\n");
const life = readFileSync(lives, "utf8").trim().split("\\n").length;
const stay = () => setInterval(() => {}, 1000);
${then}
`;

async function ownKeeper(then: string, env: NodeJS.ProcessEnv = {}) {
  const home = await ownEngine(watchdog(then));
  const project = path.join(await ownDirectory(), "a project");
  await mkdir(project);
  const keeper = start(path.join(home, "agents"), ["keep", project], {
    env: { FLEET_KEEPER_PAUSES: "0", ...env },
  });
  onTestFinished(() => void keeper.kill("SIGKILL"));
  const lives = async () =>
    (await readFile(path.join(project, "lives"), "utf8").catch(() => ""))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { pid: number; config: string; keeper: string });
  return { keeper, project, lives };
}

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("the keeper", () => {
  it("runs the project's watchdog, which learns who keeps it, and ends with it", async () => {
    const { keeper, project, lives } = await ownKeeper("process.exit(0)");
    expect(await outcome(keeper)).toEqual({ code: 0, out: "", err: "" });
    expect(await lives()).toMatchObject([
      { verb: "watchdog", flag: "--config", config: project, keeper: String(keeper.pid) },
    ]);
  });

  it.each([2, 4])("does not start it again when it refused with %i", async (code) => {
    const { keeper, lives } = await ownKeeper(`process.exit(${code})`);
    expect((await outcome(keeper)).code).toBe(code);
    expect(await lives()).toHaveLength(1);
  });

  it("starts it again when it dies or is killed", async () => {
    const { keeper, lives } = await ownKeeper(`
      if (life === 1) process.exit(70);
      if (life === 2) process.kill(process.pid, "SIGKILL");
      if (life === 3) process.exit(3);
      process.exit(0)`);
    const { code, err } = await outcome(keeper);
    expect(code).toBe(0);
    expect(await lives()).toHaveLength(4);
    expect(err.match(/ended with \d+/g)).toEqual(["ended with 70", "ended with 137", "ended with 3"]);
  });

  it("waits longer each time, as long as it is told", async () => {
    const { keeper } = await ownKeeper("process.exit(life === 5 ? 0 : 70)", {
      FLEET_KEEPER_PAUSES: "0 0.01 0.02",
    });
    const { err } = await outcome(keeper);
    expect(err.match(/in [\d.]+ s/g)).toEqual(["in 0 s", "in 0.01 s", "in 0.02 s", "in 0.02 s"]);
  });

  it("never gives up, and says each time when and how the watchdog ended", async () => {
    const { keeper, lives } = await ownKeeper("process.exit(life === 25 ? 0 : 70)");
    const { code, err } = await outcome(keeper);
    expect([code, (await lives()).length]).toEqual([0, 25]);
    const lines = err.trim().split("\n");
    expect(lines).toHaveLength(24);
    for (const line of lines)
      expect(line).toMatch(
        /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ agents: the watchdog of .* ended with 70; it starts again in 0 s$/,
      );
  });

  it("starts it again at once when it was asked to end and the keeper was not", async () => {
    const { keeper, lives } = await ownKeeper("process.exit(life < 4 ? 130 : 0)", {
      FLEET_KEEPER_PAUSES: "600",
    });
    const { code, err } = await outcome(keeper);
    expect([code, (await lives()).length]).toEqual([0, 4]);
    expect(err.match(/was asked to end; it starts again/g)).toHaveLength(3);
  });

  it("keeps on disk how often it died and when it starts again, until it is done", async () => {
    const state = await ownDirectory();
    const { keeper } = await ownKeeper("process.exit(70)", {
      FLEET_KEEPER_PAUSES: "0 0 600",
      FLEET_KEEPER_STATE: state,
    });
    const file = path.join(state, "keeper.json");
    const noted = await until("the third death", async () => {
      const text = await readFile(file, "utf8").catch(() => "{}");
      const note = JSON.parse(text);
      return note.deaths === 3 && note;
    });
    expect(noted).toEqual({
      pid: keeper.pid,
      ...{ deaths: 3, exit: 70, at: expect.any(Number), pause: 600 },
    });
    keeper.kill("SIGTERM");
    await outcome(keeper);
    expect(await readdir(state)).toEqual([]);
  });

  it("goes on where nothing can be written, and bounds its log where it can", async () => {
    const state = await ownDirectory();
    const nowhere = { FLEET_KEEPER_STATE: path.join(state, "missing") };
    const { keeper } = await ownKeeper("process.exit(life === 3 ? 0 : 70)", nowhere);
    expect((await outcome(keeper)).code).toBe(0);

    const log = path.join(state, "watchdog.log");
    const more = await ownKeeper("console.error('x'.repeat(600)); process.exit(life === 6 ? 0 : 70)", {
      ...{ FLEET_KEEPER_STATE: state, FLEET_KEEPER_LOG: "2000" },
    });
    await writeFile(log, "y".repeat(2_000));
    more.keeper.stderr?.resume();
    await once(more.keeper, "exit");
    expect((await readdir(state)).sort()).toEqual(["watchdog.log", "watchdog.log.1"]);
    for (const name of ["watchdog.log", "watchdog.log.1"])
      expect((await stat(path.join(state, name))).size).toBeLessThan(3_000);
    expect((await stat(log)).mode & 0o077).toBe(0);
    expect(await readFile(log, "utf8")).toContain("xxx");
  });

  it("waits for an agents.toml that was mended, however long that takes", async () => {
    const { keeper, lives } = await ownKeeper("process.exit(life === 13 ? 0 : 1)");
    expect((await outcome(keeper)).code).toBe(0);
    expect(await lives()).toHaveLength(13);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends the watchdog on %s, waits for it, and then ends",
    async (signal) => {
      const {
        keeper,
        project,
        lives: noted,
      } = await ownKeeper(`
      process.on("SIGTERM", () => setTimeout(() => { appendFileSync(lives + ".last", "said goodbye"); process.exit(0) }, 200));
      stay(); appendFileSync(lives + ".ready", "");`);
      await until("the watchdog is there", () =>
        readFile(path.join(project, "lives.ready")).then(
          () => true,
          () => false,
        ),
      );
      keeper.kill(signal);
      expect((await outcome(keeper)).code).toBe(0);
      expect(await readFile(path.join(project, "lives.last"), "utf8")).toBe("said goodbye");
      expect((await noted()).filter(({ pid }) => lives(pid))).toEqual([]);
    },
  );

  it("ends at once when it is told to while it pauses", async () => {
    const { keeper, lives: noted } = await ownKeeper("process.exit(70)", { FLEET_KEEPER_PAUSES: "600" });
    await until("the watchdog died", async () => {
      const [first] = await noted();
      return first !== undefined && !lives(first.pid);
    });
    keeper.kill("SIGTERM");
    expect((await outcome(keeper)).code).toBe(0);
  });

  it("leaves no watchdog behind, whenever it is told to end", async () => {
    for (let delay = 0; delay < 60; delay += 4) {
      const { keeper, lives: noted } = await ownKeeper(
        `process.on("SIGTERM", () => process.exit(0)); stay();`,
      );
      await new Promise((resolve) => setTimeout(resolve, delay));
      keeper.kill("SIGTERM");
      await outcome(keeper);
      expect((await noted()).filter(({ pid }) => lives(pid))).toEqual([]);
    }
  });

  it("is told apart in ps, and needs the folder of a project", async () => {
    const { keeper, project, lives: noted } = await ownKeeper("stay()");
    await until("the watchdog is there", async () => (await noted()).length === 1);
    const line = await readFile(`/proc/${keeper.pid}/cmdline`, "utf8");
    expect(line.split("\0").slice(1, 4)).toEqual([expect.stringMatching(/\/agents$/), "keep", project]);
    keeper.kill("SIGTERM");
    await outcome(keeper);
    const home = await ownEngine("");
    expect(await outcome(start(path.join(home, "agents"), ["keep", "/nowhere"]))).toEqual({
      code: 2,
      out: "",
      err: "agents: keep needs a project, its folder or its agents.toml: agents keep PROJECT\n",
    });
  });
});
