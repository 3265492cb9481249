import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { VERSION } from "../src/version.ts";
import {
  agentsToml,
  ENV,
  LAUNCHER,
  ownDirectory,
  ownProgram,
  ownProject,
  processesWith,
  until,
} from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const BOB = '[agents.bob]\nkind = "loop"\nmodel = "opus"\n';
const OFF = '[agents.off]\nkind = "persistent"\nenabled = false\n';
const LOG = '[services.log]\ncommand = ["cat"]\n';
const LOOP =
  '[loop]\ndone_by = "bob"\nphases = [{ id = "one", plan = "plan-one.md" }, { id = "two", plan = "p.md" }]\n';

/** A program on PATH before all others, that notes each call and then does what the real one does. */
async function countingTmux() {
  const real = (await execa("sh", ["-c", "command -v tmux"])).stdout;
  const bin = await ownProgram("tmux", `echo "$*" >>"\${0%/*}/calls"\nexec ${real} "$@"`);
  return {
    env: { ...ENV, PATH: `${bin}:${ENV.PATH}` },
    calls: async () =>
      (await readFile(path.join(bin, "calls"), "utf8").catch(() => "")).split("\n").slice(0, -1),
  };
}

/** Names, kinds, modes, times and contents of everything below. */
async function treeHash(...roots: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const root of roots)
    for (const name of ["", ...(await readdir(root, { recursive: true })).sort()]) {
      const file = path.join(root, name);
      const { mode, mtimeMs, size } = await lstat(file);
      hash.update(JSON.stringify([file, mode, mtimeMs, size]));
      if ((mode & 0o170000) === 0o100000) hash.update(await readFile(file));
      if ((mode & 0o170000) === 0o120000) hash.update(await readlink(file));
    }
  return hash.digest("hex");
}

describe("status", () => {
  it("is the table that people know", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + OFF + LOG + LOOP));
    const table = (running: string) => `phase: one [1/2] plan=plan-one.md (in progress)
ada       persistent  demo  claude-sonnet-4-6  heal        ${running}
bob       loop        demo  claude-opus-4-8    heal+stall  ${running}
off       persistent  demo  claude-sonnet-4-6  heal        stopped (disabled)
log       service     -     -                  -           ${running}
watchdog  service     -     -                  -           ${running}
`;
    expect(await project.run(["status"])).toEqual({ code: 0, out: table("stopped"), err: "" });
    await project.up();
    expect(await project.run(["status"])).toEqual({ code: 0, out: table("RUNNING"), err: "" });
    const { out } = await project.run(["status", "-o", "wide"]);
    expect(out).toMatch(/^ada .* RUNNING +\d+s +is ready$/m);
    expect(out).toMatch(/^watchdog .* RUNNING +\d+s +epoch 1, pid \d+$/m);
  });

  it("as JSON has every key that scripts rely on", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + LOOP));
    const read = async () => JSON.parse((await project.run(["status", "--json"])).out);
    const phase = { id: "one", index: 0, total: 2, plan: "plan-one.md", state: "in progress" };
    const ada = {
      ...{ name: "ada", kind: "persistent", backend: "demo", model: "claude-sonnet-4-6", watch: "heal" },
      ...{
        enabled: true,
        state: "stopped",
        session: "p-ada",
        pid: null,
        since: null,
        is: "down",
        is_since: null,
        until: null,
        why: "never started",
        pending: false,
        orphan: false,
        restraint: null,
        next_slot: null,
        last_slot: null,
      },
    };
    const stopped = await read();
    expect(stopped).toMatchObject({ schema_version: 1, project: "project", phase, watchdog: null });
    expect(stopped.agents[0]).toEqual(ada);
    await project.up();
    const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const running = await read();
    expect(running.watchdog).toEqual({
      ...{ pid: expect.any(Number), epoch: 1, heartbeat: iso },
      ...{ version: VERSION, on_disk: VERSION, stale: false, trouble: null },
    });
    expect([running.orphans, running.keeper]).toEqual([[], null]);
    expect(running.agents[0]).toEqual({
      ...ada,
      ...{
        state: "RUNNING",
        pid: expect.any(Number),
        since: iso,
        is: "ready",
        is_since: iso,
        why: "is ready",
      },
    });
  });

  it("says unknown, and not stopped, when tmux does not answer", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    const bin = await ownProgram("tmux", "echo 'lost server' >&2; exit 1");
    const { code, out } = await project.run(["status"], { env: { ...ENV, PATH: `${bin}:${ENV.PATH}` } });
    expect(code).toBe(0);
    expect(out).toMatch(/^ada .* unknown$/m);
  });

  it("asks tmux once for a hundred agents", async () => {
    const names = Array.from({ length: 100 }, (_, nth) => `a${nth}`);
    const project = await ownProject(
      agentsToml(names.map((name) => `[agents.${name}]\nkind = "persistent"\n`).join("")),
    );
    expect((await project.up()).match(/started/g)).toHaveLength(100);
    const { env, calls } = await countingTmux();
    const { code, out } = await project.run(["status"], { env });
    expect([code, out.match(/RUNNING/g)?.length]).toEqual([0, 101]);
    expect(await calls()).toHaveLength(1);
  });
});

describe("commands that only read", () => {
  const READING = [
    ["status"],
    ["status", "--json"],
    ["status", "-o", "wide"],
    ["validate"],
    ["events"],
    ["events", "--json"],
    ["why"],
    ["why", "ada", "--json"],
    ["phase"],
    ["logs", "ada"],
    ["logs", "watchdog"],
    ["up", "--dry-run"],
  ];

  it("write nothing and start nothing where nothing ran yet", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + LOOP));
    const before = await treeHash(project.home);
    for (const words of READING) await project.run(words);
    expect(await treeHash(project.home)).toBe(before);
    expect(await processesWith(project.home)).toEqual([]);
  });

  it("write nothing beside a project that was brought down, nor into a home or a folder for temporary files", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + LOOP));
    await project.up();
    await project.run(["down"]);
    await until("nothing runs", async () => (await processesWith(project.home)).length === 0);
    const [HOME, TMPDIR] = [await ownDirectory(), await ownDirectory()];
    const before = await treeHash(project.home, HOME, TMPDIR);
    for (const words of READING) await project.run(words);
    const options = { cwd: "/", env: { ...ENV, HOME, TMPDIR }, extendEnv: false };
    for (const word of ["status", "validate", "events", "phase"])
      await execa(LAUNCHER, [word, "--config", project.config], options);
    expect(await treeHash(project.home, HOME, TMPDIR)).toBe(before);
    expect(await processesWith(project.home)).toEqual([]);
  });
});
