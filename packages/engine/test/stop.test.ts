import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, processesWith, signal, until } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';

const scenario = (...lines: readonly string[]) => ({
  ".demo/scenario": lines.map((line) => `${line}\n`).join(""),
});

/** What happened to its run from the first step of its end on. */
const endOf = async (project: OwnProject, agent = "ada"): Promise<readonly string[]> => {
  const story = (await project.journal()).filter((entry) => entry.agent === agent);
  const words = story.map(({ what }) => what).filter((what) => !["said", "decided", "killed"].includes(what));
  const first = words.findIndex((what) => what === "quit-typed" || what === "told-to-stop");
  return words.slice(first);
};

it("asks an agent to quit by itself, and it ends with no signal", async () => {
  const project = await ownProject(agentsToml(ADA));
  await project.up();
  expect(await project.run(["down", "ada"])).toMatchObject({ code: 0, out: "ada  stopped\n" });
  expect(await endOf(project)).toEqual(["quit-typed", "quit-entered", "stopped", "cleared"]);
  expect(await project.journal("stopped")).toMatchObject([{ because: "unwanted", exit: { code: 0 } }]);
  expect(await project.heard("ada")).toEqual(["/quit"]);
});

it("tells an agent by a signal when it takes no word: it works, asks, or a person is typing", async () => {
  for (const order of ["busy 60", "ask May I?"]) {
    const project = await ownProject(agentsToml(ADA), scenario(`after 0.3: ${order}`));
    await project.up();
    const word = order.split(" ")[0] === "ask" ? "asking" : "busy";
    await until("it does so", async () =>
      (await project.journal("said")).some(({ mood }) => (mood as { mood: string }).mood === word),
    );
    await project.run(["down", "ada"]);
    expect(await endOf(project)).toEqual(["told-to-stop", "stopped", "cleared"]);
    expect(await project.heard("ada")).toEqual([]);
  }
  const project = await ownProject(agentsToml(ADA));
  await project.up();
  await project.tmux("send-keys", "-t", "=p-ada:", "-l", "rm -rf");
  await until("the draft stands there", async () =>
    (await project.tmux("capture-pane", "-p", "-t", "=p-ada:")).includes("❯ rm -rf"),
  );
  await project.run(["down", "ada"]);
  expect(await endOf(project)).toEqual(["told-to-stop", "stopped", "cleared"]);
  expect(await project.heard("ada")).toEqual([]);
});

it("tells by a signal who was asked and does not quit, and then kills", async () => {
  const toml = agentsToml(ADA, { quit_grace: '"300ms"' });
  const project = await ownProject(toml, scenario("at start: swallow 9", "at start: ignore-term"));
  await project.up();
  expect(await project.run(["down", "ada"])).toMatchObject({ code: 0 });
  expect(await endOf(project)).toEqual(["quit-typed", "quit-entered", "told-to-stop", "stopped", "cleared"]);
  expect((await project.journal("killed")).length).toBeGreaterThan(0);
});

it("goes on with the step that a watchdog was killed at", async () => {
  const toml = agentsToml(ADA, { quit_grace: '"2s"' });
  const project = await ownProject(toml, scenario("at start: swallow 9", "at start: ignore-term"));
  const first = await project.watchdog();
  await project.up();
  const instance = await project.tmux("show-options", "-v", "-t", "=p-ada:", "@fleet_instance");
  const ended = project.run(["down", "ada"]);
  const store = createStore(project.state);
  const step = async () => (await store.records()).agents.ada?.stopping?.step;
  await until("Enter was pressed", async () => (await step()) === "quit-entered");
  await first.kill();
  // The command line brings another, with a keeper that brings a third.
  await until("it is told", async () => (await step()) === "told", 20);
  signal((await store.records()).pid, "SIGKILL");
  expect(await ended).toMatchObject({ code: 0 });
  expect(await endOf(project)).toEqual(["quit-typed", "quit-entered", "told-to-stop", "stopped", "cleared"]);
  expect(await processesWith(`FLEET_INSTANCE=${instance}`)).toEqual([]);
});

it("goes on to the end though the watchdog is killed meanwhile and nobody starts it again", async () => {
  const project = await ownProject(agentsToml(ADA, { quit_grace: '"2s"' }), scenario("at start: swallow 9"));
  const watchdog = await project.watchdog();
  await project.up();
  const instance = await project.tmux("show-options", "-v", "-t", "=p-ada:", "@fleet_instance");
  const ended = project.run(["down"]);
  const store = createStore(project.state);
  await until("it is asked to quit", async () => (await store.records()).agents.ada?.stopping != null);
  await watchdog.kill();
  expect(await ended).toMatchObject({ code: 0, out: "ada  stopped\n" });
  expect(await processesWith(`FLEET_INSTANCE=${instance}`)).toEqual([]);
  expect((await project.journal("watchdog-ended")).at(-1)).toMatchObject({ because: "off" });
});

it("lets who is at work end its turn, says who is waited for, and stops the others at once", async () => {
  const toml = agentsToml(`${ADA}[agents.bob]\nkind = "persistent"\nworkdir = "b"\n`);
  const project = await ownProject(toml, { "b/.demo/scenario": "at start: busy 3\n" });
  await project.up();
  const notes: string[] = [];
  const ended = project.run(["down", "--drain", "60s"], { err: (text) => notes.push(text) });
  await until("ada is down", async () => (await project.agent("ada")).is === "down");
  expect(await project.agent("bob")).toMatchObject({ state: "RUNNING", is: "draining" });
  await project.run(["send", "bob", "--no-wait", "one more thing"]);
  expect((await ended).code).toBe(0);
  expect(notes.join("")).toMatch(/^waiting for .*bob, until \S+Z at the latest/);
  expect(await endOf(project, "bob")).toEqual(["quit-typed", "quit-entered", "stopped", "cleared"]);
  expect(await project.heard("bob")).toEqual(["/quit"]);
});

it("stops who is still at work when the time is over; and leaves the wish when its caller leaves", async () => {
  const project = await ownProject(agentsToml(ADA), { ".demo/scenario": "at start: busy 600\n" });
  await project.up();
  const caller = new AbortController();
  const left = project.run(["down", "ada", "--drain", "4s"], { signal: caller.signal });
  await until("it drains", async () => (await project.agent("ada")).is === "draining");
  caller.abort();
  expect((await left).code).toBe(130);
  expect((await project.agent("ada")).state).toBe("RUNNING");
  await until("it is down", async () => (await project.agent("ada")).is === "down");
  const { at, drain } = (await createStore(project.state).wishes()).agents.ada ?? { at: 0 };
  const [told] = await project.journal("told-to-stop");
  expect(drain).toBe(at + 4_000);
  expect(told?.at).toBeGreaterThanOrEqual(at + 4_000);
});

it("refuses a time to drain that is none, and does nothing", async () => {
  const project = await ownProject(agentsToml(ADA));
  const ran = await project.run(["down", "--drain", "soon"]);
  expect([ran.code, ran.err]).toEqual([
    2,
    expect.stringContaining('--drain takes a time such as 90s or 10m, not "soon"'),
  ]);
});

it("stops loops, tasks, persistent agents and services one after the other", async () => {
  const kinds = ["persistent", "loop", "task"].map((kind) => `[agents.${kind}]\nkind = "${kind}"\n`);
  const project = await ownProject(agentsToml(`${kinds.join("")}[services.log]\ncommand = ["cat"]\n`));
  await project.up();
  expect((await project.run(["down"])).code).toBe(0);
  const ends = await project.journal("stopped");
  expect(ends.map(({ agent }) => agent)).toEqual(["loop", "task", "persistent", "log"]);
});

it("leaves alone what outlived a task and an agent that nobody watches, until a person asks", async () => {
  const toml = agentsToml(
    '[agents.job]\nkind = "task"\n[agents.ada]\nkind = "persistent"\nwatch = "none"\nworkdir = "a"\n',
  );
  const files = { ...scenario("at start: orphan 600"), "a/.demo/scenario": "at start: orphan 600\n" };
  const project = await ownProject(toml, files);
  await project.watchdog();
  await project.up();
  const marks: string[] = [];
  for (const name of ["job", "ada"]) {
    const instance = await project.tmux("show-options", "-v", "-t", `=p-${name}:`, "@fleet_instance");
    const mark = `FLEET_INSTANCE=${instance}`;
    await until("the orphan is there", async () => (await processesWith(mark)).length >= 3);
    signal((await project.agent(name)).pid ?? 0, "SIGKILL");
    await until("it has ended", async () => (await project.agent(name)).is === "outlived");
    marks.push(mark);
  }
  await project.looks(5);
  for (const mark of marks) expect((await processesWith(mark)).length).toBeGreaterThan(0);
  expect(await project.journal("told-to-stop")).toEqual([]);
  expect((await project.run(["down"])).code).toBe(0);
  for (const mark of marks) expect(await processesWith(mark)).toEqual([]);
});

it("starts nothing that was held when it was wished down, though what it waited for comes", async () => {
  const project = await ownProject(
    agentsToml(`${ADA}[agents.bob]\nkind = "persistent"\nworkdir = "later"\n`),
  );
  await project.watchdog();
  const caller = new AbortController();
  const up = project.run(["up"], { signal: caller.signal });
  await until("bob is held", async () => (await project.agent("bob")).is === "held");
  caller.abort();
  await up;
  expect((await project.run(["down", "bob"])).code).toBe(0);
  await mkdir(path.join(project.home, "later"));
  await project.looks(3);
  expect((await project.journal("starting")).map(({ agent }) => agent)).toEqual(["ada"]);
  expect((await project.agent("bob")).is).toBe("down");
});

it("starts anew who is wished up again while it is being stopped, and fails nobody for that", async () => {
  const project = await ownProject(
    agentsToml(ADA, { quit_grace: '"1s"' }),
    scenario("at start 1: swallow 9", "at start 1: ignore-term"),
  );
  await project.watchdog();
  await project.up();
  const caller = new AbortController();
  const down = project.run(["down", "ada"], { signal: caller.signal });
  await until("it is being stopped", async () => (await project.agent("ada")).is === "stopping");
  caller.abort();
  expect((await down).code).toBe(130);
  expect(await project.run(["up"])).toMatchObject({ code: 0, out: "ada  resumed\n" });
  const { agents } = await createStore(project.state).records();
  expect(agents.ada).toMatchObject({ failures: 0, stopping: null });
});

it("a restart of all ends no watchdog", async () => {
  const project = await ownProject(agentsToml(`${ADA}[services.log]\ncommand = ["cat"]\n`));
  await project.up();
  const { pid } = await createStore(project.state).records();
  expect((await project.run(["restart"])).code).toBe(0);
  await project.looks(2);
  expect((await createStore(project.state).records()).pid).toBe(pid);
  expect(await project.journal("watchdog-ended")).toEqual([]);
});
