import { existsSync } from "node:fs";
import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { isHeld } from "../src/host/lock.ts";
import { createStore } from "../src/host/store.ts";
import { agentsToml, ENV, LAUNCHER, ownProject, processesWith, until } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const BOB = '[agents.bob]\nkind = "loop"\nmodel = "opus"\n';
const OFF = '[agents.off]\nkind = "persistent"\nenabled = false\n';
const LOG = '[services.log]\ncommand = ["cat"]\n';

describe("up", () => {
  it("says of each agent what it came to, and says unchanged when asked again", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + OFF + LOG));
    const first = await project.run(["up"]);
    expect(first).toEqual({ code: 0, out: "ada  started\nbob  started\nlog  started\n", err: "" });
    const wishes = await readFile(path.join(project.state, "wishes.json"), "utf8");
    const again = await project.run(["up"]);
    expect(again).toEqual({ code: 0, out: "ada  unchanged\nbob  unchanged\nlog  unchanged\n", err: "" });
    expect(await readFile(path.join(project.state, "wishes.json"), "utf8")).toBe(wishes);
    expect((await project.run(["up", "off"])).out).toBe("off  started\n");
    expect((await project.journal("starting")).map(({ agent }) => agent).sort()).toEqual([
      "ada",
      "bob",
      "log",
      "off",
    ]);
  });

  it("says resumed, held and failed, why, and exits 1 when one has failed", async () => {
    const toml = agentsToml(
      '[agents.ada]\nkind = "persistent"\nworkdir = "a"\n[agents.asks]\nkind = "persistent"\nworkdir = "b"\n[services.bad]\ncommand = ["false"]\n',
    );
    const project = await ownProject(toml, { "a/x": "", "b/.demo/scenario": "at start: ask May I?\n" });
    await project.run(["up", "ada"]);
    await project.run(["down"]);
    const { code, out } = await project.run(["up", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      schema_version: 1,
      project: "project",
      agents: [
        { agent: "ada", outcome: "resumed", because: null },
        { agent: "asks", outcome: "held", because: "asks: May I?" },
        { agent: "bad", outcome: "failed", because: expect.stringContaining("with exit 1") },
      ],
    });
  });

  it("starts one agent without the others, and never one that is disabled unless it is named", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + OFF));
    expect((await project.run(["up", "ada"])).out).toBe("ada  started\n");
    expect((await project.agent("bob")).state).toBe("stopped");
    expect((await project.run(["up"])).out).toBe("ada  unchanged\nbob  started\n");
    expect((await project.agent("off")).state).toBe("stopped");
  });

  it("refuses a second one at the same moment, and does nothing of it", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    const both = await Promise.all([project.run(["up", "ada"]), project.run(["up", "bob"])]);
    const [won, lost] = both.toSorted((one, other) => one.code - other.code);
    expect([won?.code, lost?.code, lost?.out]).toEqual([0, 4, ""]);
    expect(lost?.err).toContain("another up or down of project is under way, so this up did nothing");
    expect(Object.keys((await createStore(project.state).wishes()).agents)).toHaveLength(1);
    expect(await project.journal("starting")).toHaveLength(1);
    expect(await processesWith(`agents\0keep\0${project.home}`)).toHaveLength(1);
  });

  it.each([
    ["no tmux", ["up"], { PATH: "/nowhere" }, 3, "tmux is not installed"],
    ["an unknown agent", ["up", "adda"], ENV, 2, "did you mean ada?"],
    ["an unknown flag", ["up", "--frsh"], ENV, 2, "did you mean `--fresh`?"],
    ["an unknown command", ["upp"], ENV, 2, "did you mean `agents up`?"],
    [
      "a config that is not there",
      ["up", "--config", "/nowhere/agents.toml"],
      ENV,
      3,
      "there is no /nowhere/agents.toml",
    ],
  ])("refuses, and makes nothing: %s", async (_, words, env, code, says) => {
    const project = await ownProject(agentsToml(ADA));
    const ran = await project.run(words, { env });
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(says);
    expect(await readdir(project.home)).toEqual(["agents.toml"]);
  });

  it("refuses a file with problems, shows each with its place, and makes nothing", async () => {
    const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistant"\nwtch = "heal"\n'));
    const { code, err } = await project.run(["up"]);
    expect(code).toBe(1);
    expect(err).toMatch(/agents\.toml has 2 problems/);
    expect(err.match(/agents\.toml:\d+:\d+/g)?.length).toBe(2);
    expect(await readdir(project.home)).toEqual(["agents.toml"]);
  });

  it.each([
    ["nobody may write", async (state: string) => symlink("/sys/kernel", state)],
    ["is a file", async (state: string) => writeFile(state, "")],
  ])("says what to do about a state directory that %s", async (_, make) => {
    const project = await ownProject(agentsToml(ADA));
    await make(project.state);
    const { code, err } = await project.run(["up"]);
    expect([code, err]).toEqual([3, expect.stringMatching(/can't be written: .*\n.*log_dir/)]);
    expect(await processesWith(project.home)).toEqual([]);
  });

  it("with --dry-run says what it would start, and does nothing", async () => {
    const project = await ownProject(agentsToml(ADA + OFF));
    const { code, out } = await project.run(["up", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toContain("ada  persistent  p-ada");
    expect(await readdir(project.home)).toEqual(["agents.toml"]);
  });
});

describe("down", () => {
  it("leaves no process, no server and no socket, from any folder, and may be asked again", async () => {
    const project = await ownProject(agentsToml(ADA + BOB + LOG), {
      ".demo/scenario": "at start: orphan 600\n",
    });
    const agents = (...words: readonly string[]) =>
      execa(LAUNCHER, [...words, "--config", project.config], {
        cwd: "/",
        env: ENV,
        extendEnv: false,
        reject: false,
      });
    expect(await agents("up")).toMatchObject({
      exitCode: 0,
      stdout: "ada  started\nbob  started\nlog  started",
    });
    expect((await processesWith(project.home)).length).toBeGreaterThan(7);
    expect(await agents("down")).toMatchObject({
      exitCode: 0,
      stdout: "ada  stopped\nbob  stopped\nlog  stopped",
    });
    await until("the keeper has ended too", async () => (await processesWith(project.home)).length === 0);
    expect(existsSync(project.socket)).toBe(false);
    expect(await agents("down")).toMatchObject({
      exitCode: 0,
      stdout: "ada  unchanged\nbob  unchanged\nlog  unchanged",
    });
    expect(await processesWith(project.home)).toEqual([]);
  });

  it("of one agent leaves the others and the watchdog at work", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    await project.up();
    const before = (await project.agent("bob")).pid;
    expect(await project.run(["down", "ada"])).toMatchObject({ code: 0, out: "ada  stopped\n" });
    expect((await project.agent("bob")).pid).toBe(before);
    expect(await isHeld(project.state, "watchdog")).toBe(true);
    expect((await project.run(["up"])).out).toBe("ada  resumed\nbob  unchanged\n");
  });

  it("makes nothing where nothing ever ran", async () => {
    const project = await ownProject(agentsToml(ADA));
    expect(await project.run(["down"])).toEqual({ code: 0, out: "ada  unchanged\n", err: "" });
    expect(await readdir(project.home)).toEqual(["agents.toml"]);
  });
});

describe("the others", () => {
  it("say so when there is nothing to talk to", async () => {
    const project = await ownProject(agentsToml(ADA + LOG));
    expect(await project.run(["wake"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("nobody watches project"),
    });
    expect(await project.run(["logs", "ada"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("does not run"),
    });
    expect(await project.run(["send", "log", "hello"])).toMatchObject({ code: 2 });
    expect(await project.run(["phase"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("no [loop]"),
    });
    expect(await project.run(["events"])).toEqual({ code: 0, out: "", err: "" });
  });

  it("restart an agent with its conversation, or with a new one where that is asked", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    expect(await project.run(["restart", "ada", "--json"])).toMatchObject({
      code: 0,
      out: expect.stringContaining('"outcome":"resumed"'),
    });
    const { out } = await project.run(["restart", "ada", "--fresh", "--json"]);
    expect(JSON.parse(out).agents).toEqual([{ agent: "ada", outcome: "started", because: null }]);
    // That was for one start: after it there is a conversation again.
    expect((await project.run(["restart"])).out).toBe("ada  resumed\n");
  });

  it("restart one agent, and leave the others", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    await project.up();
    const before = [(await project.agent("ada")).pid, (await project.agent("bob")).pid];
    expect((await project.run(["restart", "ada"])).code).toBe(0);
    const after = [(await project.agent("ada")).pid, (await project.agent("bob")).pid];
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });
});
