import { describe, expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, signal, until } from "./real.ts";

/** Who is silent for a second is stalled; a missed wait has half a second. */
const SHORT = { signal_tick: '"200ms"', stall_idle: '"1s"', stall_grace: '"500ms"' };

const stallable = () =>
  ownProject(agentsToml('[agents.ada]\nkind = "persistent"\nwatch = "heal+stall"\n', SHORT));

/** An agent that was told what to do; its process. */
async function told(project: OwnProject, ...words: readonly string[]): Promise<number | null> {
  await project.watchdog();
  await project.up();
  const { pid } = await project.agent("ada");
  for (const word of words) expect((await project.run(["send", "ada", word])).code).toBe(0);
  return pid;
}

const anotherRun = (project: OwnProject, pid: number | null) =>
  until("it runs anew", async () => {
    const agent = await project.agent("ada");
    return agent.pid !== null && agent.pid !== pid && agent.state === "RUNNING";
  });

const stops = async (project: OwnProject) =>
  (await project.journal("told-to-stop")).map(({ because }) => because);

/** The next run is as silent, and may have been ended as well by the time that somebody looks. */
const firstStop = async (project: OwnProject) => (await stops(project))[0];

/** Long after everybody else would have been taken for stalled. */
async function longAfter(project: OwnProject): Promise<void> {
  const store = createStore(project.state);
  const { heartbeat } = await store.records();
  await until("time passes", async () => (await store.records()).heartbeat > heartbeat + 2_500);
}

const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");

describe("silence", () => {
  it.each([
    ["at an empty box", "hello"],
    ["of a program that reads and prints nothing", "demo: wedge"],
    ["behind a screen that says it works", "demo: wedge busy"],
    ["behind a wheel that turns", "demo: spin 60"],
    ["with a wait until 2099", "demo: lie"],
  ])("is a stall: %s", async (_, words) => {
    const project = await stallable();
    await anotherRun(project, await told(project, words));
    expect(await firstStop(project)).toBe("stalled");
  });

  it.each([
    ["while a tool runs, as the screen says", "demo: tool 60"],
    ["at a usage limit", "demo: limit"],
    ["in a dialog", "demo: ask May I?"],
  ])("is none %s", async (_, words) => {
    const project = await stallable();
    const pid = await told(project, words);
    await longAfter(project);
    expect([(await project.agent("ada")).pid, await stops(project)]).toEqual([pid, []]);
  });

  it("is none while a child uses the processor, and one when it no longer does", async () => {
    const project = await stallable();
    const pid = await told(project, "demo: toil 6");
    await longAfter(project);
    expect([(await project.agent("ada")).pid, await stops(project)]).toEqual([pid, []]);
    await anotherRun(project, pid);
    expect(await firstStop(project)).toBe("stalled");
  });
});

describe("a declared wait", () => {
  const wait = (seconds: number) => `demo: say WAITING-UNTIL: ${soon(seconds)}`;

  it("that is missed brings one wake message, and the end of the run when that is not answered", async () => {
    const project = await stallable();
    const words = wait(3);
    const pid = await told(project, words);
    await until("it waits", async () => (await project.agent("ada")).is === "waiting");
    signal(pid ?? 0, "SIGSTOP");
    await anotherRun(project, pid);
    const [missed, ...others] = await project.journal("missed-wait");
    expect([others, await firstStop(project)]).toEqual([[], "stalled"]);
    const ended = Date.parse(words.slice(-20));
    expect(missed?.at).toBeGreaterThan(ended + 500);
    const [stop] = await project.journal("told-to-stop");
    expect(stop?.at).toBeGreaterThan((missed?.at ?? 0) + 500);
  });

  it("that is missed costs nothing when the wake message is answered", async () => {
    const project = await ownProject(
      agentsToml('[agents.ada]\nkind = "persistent"\nwatch = "heal+stall"\n', {
        ...SHORT,
        stall_grace: '"2s"',
        stall_idle: '"60s"',
      }),
    );
    const pid = await told(project, wait(1));
    await until("it was woken", async () => (await project.journal("missed-wait")).length === 1);
    // The demo agent answers what it hears, and declares no new wait.
    await until("it answered", async () => (await project.journal("submitted")).length === 2);
    await longAfter(project);
    expect([(await project.agent("ada")).pid, await stops(project)]).toEqual([pid, []]);
    const heard = await project.heard("ada");
    expect(heard.filter((line) => line.includes("The wait that you declared is over"))).toHaveLength(1);
  });
});
