import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, processesWith, until } from "./real.ts";

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
  const second = await project.watchdog();
  await until("it is told", async () => (await step()) === "told");
  await second.kill();
  await project.watchdog();
  expect(await ended).toMatchObject({ code: 0 });
  expect(await endOf(project)).toEqual(["quit-typed", "quit-entered", "told-to-stop", "stopped", "cleared"]);
  expect(await processesWith(`FLEET_INSTANCE=${instance}`)).toEqual([]);
});
