import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, signal, until } from "./real.ts";

const TOML = agentsToml('[agents.ada]\nkind = "persistent"\n').replace("0.05", "0.01");

async function ownAda(...scenario: readonly string[]): Promise<OwnProject> {
  const project = await ownProject(TOML, { ".demo/scenario": scenario.map((line) => `${line}\n`).join("") });
  await project.watchdog();
  expect((await project.run(["up"])).code).toBe(0);
  return project;
}

const words = async (project: OwnProject, name = "ada") =>
  (await project.heard(name)).map((line) => line.replace(/^\[fleet \w+\] /, ""));

const settled = (project: OwnProject, name = "ada") =>
  until("nothing waits", async () => (await createStore(project.state).next(name)) === null, 20);

it("delivers thirty messages to three agents, to each its own in the order they were sent, each once", async () => {
  const names = ["ada", "bob", "cyd"];
  const toml = agentsToml(names.map((name) => `[agents.${name}]\nkind = "persistent"\n`).join(""));
  const project = await ownProject(toml.replace("0.05", "0.01"));
  await project.watchdog();
  await project.up();
  const sent = Array.from({ length: 10 }, (_, nth) => `message ${nth}`);
  for (const text of sent)
    for (const name of names) expect((await project.run(["send", name, "--no-wait", text])).code).toBe(0);
  for (const name of names) {
    await settled(project, name);
    expect(await words(project, name)).toEqual(sent);
    const receipts = await until("the last receipt is written", async () => {
      const all = (await project.journal("submitted")).filter(({ agent }) => agent === name);
      return all.length >= sent.length && all;
    });
    expect(receipts.map(({ text }) => text)).toEqual(sent);
  }
});

it("gives a receipt when the agent has it, not before", async () => {
  const project = await ownAda();
  const { code, out } = await project.run(["send", "ada", "Please", "look", "again."]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^confirmed [0-9a-f]{7} after \d+ ms\n$/)]);
  expect(await project.heard("ada")).toEqual([`[fleet ${out.slice(10, 17)}] Please look again.`]);
});

it("delivers lines, quotes and what looks like keys or commands as they are", async () => {
  const project = await ownAda();
  const text = "-n one;\n\ttwo #{pid} #(touch ran) $HOME 'x' \"y\" C-c Enter\nünï 漢字;";
  expect((await project.run(["send", "ada", "--", text])).code).toBe(0);
  expect(await words(project)).toEqual([text.replaceAll("\n", "\\n").replaceAll("\t", "    ")]);
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
  expect(await project.run(["send", "ada", "good morning"])).toMatchObject({
    code: 4,
    err: expect.stringMatching(/ada does not run: .*--no-wait/s),
  });
  const { code, out } = await project.run(["send", "ada", "--no-wait", "good morning"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^queued \w{7}\n$/)]);
  await project.watchdog();
  await project.up();
  await settled(project);
  expect(await words(project)).toEqual(["good morning"]);
});

it("tells the next run what the last one had not taken in, and not what it had", async () => {
  const project = await ownAda();
  expect((await project.run(["send", "ada", "demo: wedge busy"])).code).toBe(0);
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await project.looks(5);
  signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
  await settled(project);
  expect(await words(project)).toEqual(["demo: wedge busy", "hello"]);
});

it("does not tell the next run what the last one died of hearing", async () => {
  const project = await ownAda();
  const { code, out } = await project.run(["send", "ada", "demo: die 3"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^confirmed /)]);
  expect((await project.run(["send", "ada", "hello"])).code).toBe(0);
  expect(await words(project)).toEqual(["demo: die 3", "hello"]);
});
