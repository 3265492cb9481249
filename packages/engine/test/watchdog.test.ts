import { readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import {
  agentsToml,
  ENV,
  isAlive,
  type OwnProject,
  ownProject,
  processesWith,
  signal,
  until,
} from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\nwatch = "heal"\n';

const scenario = (...lines: readonly string[]) => ({
  ".demo/scenario": lines.map((line) => `${line}\n`).join(""),
});

const pidOf = async (project: OwnProject, name = "ada"): Promise<number> =>
  (await project.agent(name)).pid ?? 0;

const anotherRun = (project: OwnProject, before: number, name = "ada") =>
  until(`another run of ${name}`, async () => {
    const { pid } = await project.agent(name);
    return pid !== null && pid !== before && pid;
  });

const instanceOf = (project: OwnProject, name = "ada") =>
  project.tmux("show-options", "-v", "-t", `=p-${name}:`, "@fleet_instance");

const starts = async (project: OwnProject, agent = "ada") =>
  (await project.journal("starting")).filter((entry) => entry.agent === agent);

const gaveUp = (project: OwnProject) =>
  until("it is given up", async () => (await project.journal("gave-up")).length > 0);

it("starts an agent, sees it ready, and starts it again when it dies", async () => {
  const project = await ownProject(agentsToml(ADA));
  await project.watchdog();
  expect(await project.up()).toBe("ada  started\n");
  const pid = await pidOf(project);
  signal(pid, "SIGKILL");
  const next = await anotherRun(project, pid);
  expect([isAlive(pid), isAlive(next)]).toEqual([false, true]);
  await until("it is ready", async () => (await project.journal("became-ready")).length === 2);
  expect((await project.journal("died")).map(({ exit }) => exit)).toEqual([{ signal: "9" }]);
  expect((await project.agent("ada")).state).toBe("RUNNING");
});

it("goes on with the conversation of a persistent agent, and begins a loop's anew", async () => {
  const project = await ownProject(agentsToml(`${ADA}[agents.bob]\nkind = "loop"\nwatch = "heal"\n`));
  await project.watchdog();
  await project.up();
  for (const name of ["ada", "bob"]) {
    const pid = await pidOf(project, name);
    signal(pid, "SIGKILL");
    await anotherRun(project, pid, name);
  }
  const says = (name: string) => async () => {
    const { out } = await project.run(["logs", name]);
    return out.includes(`demo agent ${name}`) && out;
  };
  expect(await until("ada speaks", says("ada"))).toContain("resumed conversation");
  expect(await until("bob speaks", says("bob"))).not.toContain("resumed conversation");
});

it("stops an agent that ignores TERM and has orphans, to the last process", async () => {
  const project = await ownProject(
    agentsToml(ADA),
    scenario("at start: ignore-term", "at start: orphan 600"),
  );
  await project.watchdog();
  await project.up();
  const mark = `FLEET_INSTANCE=${await instanceOf(project)}`;
  await until("the orphan is there", async () => (await processesWith(mark)).length >= 3);
  expect(await project.run(["down", "ada"])).toMatchObject({ code: 0, out: "ada  stopped\n" });
  expect(await processesWith(mark)).toEqual([]);
  expect((await project.agent("ada")).state).toBe("stopped");
  expect((await project.journal("killed")).length).toBeGreaterThan(0);
});

it("REG-09: brings back the one that died, whoever else runs the same program in the same folder", async () => {
  const project = await ownProject(agentsToml(`${ADA}[agents.upgrader]\nkind = "task"\n`));
  await project.watchdog();
  await project.up();
  const hand = execa("sh", [path.join(project.state, "demo-agent.sh")], {
    cwd: project.home,
    env: { ...ENV, DEMO_AGENT: "ada", DEMO_JOURNAL: path.join(project.home, "by-hand") },
    extendEnv: false,
    reject: false,
    stdin: "pipe",
  });
  const [pid, upgrader] = [await pidOf(project), await pidOf(project, "upgrader")];
  signal(pid, "SIGKILL");
  await anotherRun(project, pid);
  expect([await pidOf(project, "upgrader"), isAlive(hand.pid ?? 0)]).toEqual([upgrader, true]);
  await project.run(["down"]);
  expect(isAlive(hand.pid ?? 0)).toBe(true);
});

it("never starts a second run while a process of the first lives", async () => {
  const project = await ownProject(
    agentsToml(ADA),
    scenario("at start 1: ignore-term", "at start 1: orphan 600"),
  );
  await project.watchdog();
  await project.up();
  const [pid, mark] = [await pidOf(project), `FLEET_INSTANCE=${await instanceOf(project)}`];
  await until("the orphan is there", async () => (await processesWith(mark)).length >= 3);
  signal(pid, "SIGKILL");
  await until("another run", async () => {
    const next = await pidOf(project);
    const old = await processesWith(mark);
    if (next !== 0 && next !== pid) expect(old).toEqual([]);
    return next !== 0 && next !== pid;
  });
  const story = (await project.journal()).map(({ what }) => what);
  expect(story.lastIndexOf("starting")).toBeGreaterThan(story.indexOf("killed"));
  expect(story.indexOf("killed")).toBeGreaterThan(0);
});

it("gives an agent up that dies again and again, leaves it at that, and tries anew when asked", async () => {
  const toml = agentsToml(ADA, { start_limit: "3" });
  const project = await ownProject(
    toml,
    scenario(...[1, 2, 3, 4].map((nth) => `after 0.2 of start ${nth}: die 3`)),
  );
  await project.watchdog();
  await project.run(["up"]);
  await gaveUp(project);
  await project.looks(5);
  expect(await starts(project)).toHaveLength(4);
  expect(await project.agent("ada")).toMatchObject({ state: "stopped", is: "failed" });
  expect((await project.agent("ada")).why).toMatch(
    /^FAILED start-limit 3 in 30 m|^FAILED start-limit 3 in 1800 s/,
  );
  expect(await project.up()).toMatch(/^ada {2}(started|resumed)\n$/);
  expect(await starts(project)).toHaveLength(5);
});

it("remembers over its own end that it gave an agent up", async () => {
  const project = await ownProject(agentsToml(ADA, { start_limit: "1" }), scenario("at start: die 3"));
  const first = await project.watchdog();
  await project.run(["up"]);
  await gaveUp(project);
  await first.kill();
  await project.watchdog();
  await project.looks(3);
  expect(await starts(project)).toHaveLength(2);
});

it("leaves a task that has ended as it is", async () => {
  const project = await ownProject(agentsToml('[agents.job]\nkind = "task"\n'));
  await project.watchdog();
  await project.up();
  signal(await pidOf(project, "job"), "SIGKILL");
  await until("its end is known", async () => (await project.journal("died")).length === 1);
  await project.looks(5);
  expect(await starts(project, "job")).toHaveLength(1);
  expect(await project.agent("job")).toMatchObject({ state: "stopped", is: "finished" });
});

it("never touches a session that it did not make, and refuses to start over it", async () => {
  const project = await ownProject(agentsToml(`${ADA}[agents.bob]\nkind = "persistent"\n`));
  await project.watchdog();
  await project.tmux("new-session", "-d", "-s", "p-ada", "cat");
  const pid = await project.tmux("display-message", "-p", "-t", "=p-ada:", "#{pane_pid}");
  const refused = await project.run(["up"]);
  expect(refused.code).toBe(4);
  expect(refused.err).toContain("p-ada");
  expect(await project.up("bob")).toBe("bob  started\n");
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await project.looks(5);
  expect((await project.run(["down"])).code).toBe(0);
  expect(await project.tmux("list-panes", "-a", "-F", "#{session_name} #{pane_pid}")).toBe(`p-ada ${pid}`);
  expect(isAlive(Number(pid))).toBe(true);
  expect((await project.tmux("capture-pane", "-p", "-t", "=p-ada:")).trim()).toBe("");
});

it("brings everything back when the tmux server is killed, and blames no agent", async () => {
  const toml = agentsToml(`${ADA}[services.log]\ncommand = ["cat"]\n`, { start_limit: "1" });
  const project = await ownProject(toml);
  await project.watchdog();
  await project.up();
  for (const _ of [1, 2, 3]) {
    const before = [await pidOf(project), await pidOf(project, "log")];
    signal(Number(await project.tmux("display-message", "-p", "#{pid}")), "SIGKILL");
    await Promise.all([anotherRun(project, before[0] ?? 0), anotherRun(project, before[1] ?? 0, "log")]);
    await until("they are ready", async () => {
      const { agents } = await createStore(project.state).records();
      return agents.ada?.run?.ready != null && agents.log?.run?.ready != null;
    });
  }
  expect((await project.journal("vanished")).map((entry) => entry.with)).toEqual(Array(6).fill("server"));
  expect(await project.journal("gave-up")).toEqual([]);
  expect((await createStore(project.state).records()).agents.ada?.failures).toBe(0);
});

it("holds the project alone: a second watchdog is refused and changes nothing", async () => {
  const project = await ownProject(agentsToml(ADA));
  const { pid } = await project.watchdog();
  const before = await readFile(path.join(project.state, "records.json"), "utf8");
  const second = await project.run(["watchdog"]);
  expect([second.code, second.err]).toEqual([4, expect.stringContaining("another watchdog holds project")]);
  const { epoch } = JSON.parse(before);
  expect(await createStore(project.state).records()).toMatchObject({ epoch, pid });
});

describe("what an agent's screen says", () => {
  const told = async (project: OwnProject, words: string) => {
    await project.watchdog();
    await project.up();
    const pid = await pidOf(project);
    expect((await project.run(["send", "ada", words])).code).toBe(0);
    return pid;
  };
  const stallable = (more: Readonly<Record<string, string>> = {}) =>
    agentsToml('[agents.ada]\nkind = "persistent"\nwatch = "heal+stall"\n', {
      ...{ signal_tick: '"200ms"', stall_idle: '"700ms"', stall_grace: '"300ms"' },
      ...more,
    });

  it("a fatal error that stands ends the run, and its conversation", async () => {
    const project = await ownProject(agentsToml(ADA));
    const pid = await told(project, "demo: fatal thinking blocks cannot be modified");
    await anotherRun(project, pid);
    const [, second] = await starts(project);
    expect(second?.run).toMatchObject({ resumed: false });
    expect((await project.journal("told-to-stop")).map(({ because }) => because)).toEqual(["fatal"]);
    expect((await project.heard("ada")).length).toBe(1);
  });

  it("a usage limit is no stall: the agent is left alone", async () => {
    const project = await ownProject(stallable());
    const pid = await told(project, "demo: limit");
    await until("it is limited", async () => (await project.agent("ada")).is === "limited");
    const { heartbeat } = await createStore(project.state).records();
    await until("more than the stall's time has passed", async () => {
      const records = await createStore(project.state).records();
      return records.heartbeat > heartbeat + 1_500;
    });
    expect([await pidOf(project), await project.journal("told-to-stop")]).toEqual([pid, []]);
  });
});
