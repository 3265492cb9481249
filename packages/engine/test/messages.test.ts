import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, signal, until } from "./real.ts";

const TOML = agentsToml('[agents.ada]\nkind = "persistent"\n');

async function ownAda(...scenario: readonly string[]): Promise<OwnProject> {
  const project = await ownProject(TOML, { ".demo/scenario": scenario.map((line) => `${line}\n`).join("") });
  await project.watchdog();
  expect((await project.run(["up"])).code).toBe(0);
  return project;
}

const words = async (project: OwnProject) =>
  (await project.heard("ada")).map((line) => line.replace(/^\[fleet \w+\] /, ""));

const settled = (project: OwnProject) =>
  until("nothing waits", async () => (await createStore(project.state).next("ada")) === null, 20);

it("delivers thirty messages in the order in which they were sent, each once", async () => {
  const project = await ownAda();
  const sent = Array.from({ length: 30 }, (_, nth) => `message ${nth}`);
  for (const text of sent) expect((await project.run(["send", "ada", "--no-wait", text])).code).toBe(0);
  await settled(project);
  expect(await words(project)).toEqual(sent);
  expect((await project.journal("submitted")).map(({ text }) => text)).toEqual(sent);
});

it("gives a receipt when the agent has it, not before", async () => {
  const project = await ownAda();
  const { code, out } = await project.run(["send", "ada", "Please", "look", "again."]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^submitted [0-9a-f]{7}\n$/)]);
  expect(await project.heard("ada")).toEqual([`[fleet ${out.slice(10, 17)}] Please look again.`]);
});

it("delivers lines, quotes and what looks like keys or commands as they are", async () => {
  const project = await ownAda();
  const text = "-n one;\n\ttwo #{pid} #(touch ran) $HOME 'x' \"y\" C-c Enter\nünï 漢字;";
  expect((await project.run(["send", "ada", "--", text])).code).toBe(0);
  expect(await words(project)).toEqual([text.replaceAll("\n", "\\n").replaceAll("\t", "\\t")]);
});

it("presses Enter again when an Enter was swallowed, and submits once", async () => {
  const project = await ownAda("at start: swallow 3");
  expect((await project.run(["send", "ada", "are you there?"])).code).toBe(0);
  expect(await words(project)).toEqual(["are you there?"]);
  expect((await project.journal("pressed-enter")).length).toBeGreaterThanOrEqual(4);
});

it("types nothing and presses no key while a dialog is up, and delivers when a person has answered it", async () => {
  const project = await ownAda("at start: ask May I?");
  expect((await project.agent("ada")).is).toBe("asking");
  expect((await project.run(["send", "ada", "--timeout", "0.3", "hello"])).code).toBe(3);
  await project.looks(10);
  expect(await project.heard("ada")).toEqual([]);
  await project.tmux("send-keys", "-t", "=p-ada:", "1");
  await settled(project);
  expect(await words(project)).toEqual(["dialog: 1", "hello"]);
});

it("leaves a person's draft alone, and types when it is gone", async () => {
  const project = await ownAda();
  await project.tmux("send-keys", "-l", "-t", "=p-ada:", "my own words");
  await until("the draft stands", async () =>
    (await project.run(["logs", "ada"])).out.includes("❯ my own words"),
  );
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await project.looks(10);
  expect((await project.run(["logs", "ada"])).out).toMatch(/❯ my own words$/m);
  await project.tmux("send-keys", "-t", "=p-ada:", "Enter");
  await settled(project);
  expect(await words(project)).toEqual(["my own words", "hello"]);
});

it("waits while a person reads back, and types nothing into copy mode", async () => {
  const project = await ownAda();
  await project.tmux("copy-mode", "-t", "=p-ada:");
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await project.looks(10);
  expect(await project.heard("ada")).toEqual([]);
  await project.tmux("send-keys", "-X", "-t", "=p-ada:", "cancel");
  await settled(project);
  expect(await words(project)).toEqual(["hello"]);
});

it("keeps a message for an agent that is not there yet, and tells it once it is", async () => {
  const project = await ownProject(TOML);
  const { code, out } = await project.run(["send", "ada", "good morning"]);
  expect([code, out]).toEqual([0, expect.stringContaining("nobody watches project now")]);
  await project.watchdog();
  await project.up();
  await settled(project);
  expect(await words(project)).toEqual(["good morning"]);
});

it("tells the next run what the last one died of hearing, if it had not heard it yet", async () => {
  const project = await ownAda("at start 1: slow-start 60");
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await project.looks(5);
  signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
  await settled(project);
  expect(await words(project)).toEqual(["hello"]);
});
