import { writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, ENV, type OwnProject, ownProject, signal, until } from "./real.ts";

const BIN = path.join(import.meta.dirname, "../src/bin.ts");
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

it("says it to each of a role or to all who are up, with a receipt each, and the worst of them as its exit code", async () => {
  const kinds = { ada: "writer", bob: "writer", cyd: "reader", off: "reader" };
  const toml = Object.entries(kinds).map(
    ([name, role]) =>
      `[agents.${name}]\nkind = "loop"\nrole = "${role}"\n${name === "off" ? "enabled = false\n" : ""}`,
  );
  const project = await ownProject(`${agentsToml(toml.join(""))}[services.log]\ncommand = ["cat"]\n`);
  await project.watchdog();
  await project.up();
  const some = await project.run(["send", "@writer", "Please", "rebase."]);
  expect(some).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^ada {2}confirmed [0-9a-f]{7} after \d+ ms\nbob {2}confirmed [0-9a-f]{7} after \d+ ms\n$/,
    ),
  });
  const all = JSON.parse((await project.run(["send", "--all", "--json", "Go", "on."])).out);
  expect(all.receipts.map(({ to, state }: { to: string; state: string }) => [to, state])).toEqual([
    ["ada", "confirmed"],
    ["bob", "confirmed"],
    ["cyd", "confirmed"],
  ]);
  expect(await words(project, "bob")).toEqual(["Please rebase.", "Go on."]);
  const readers = await project.run(["send", "@reader", "Read this."]);
  expect(readers).toMatchObject({
    code: 4,
    out: expect.stringContaining("off  off is disabled and does not run"),
  });
  expect(await words(project, "cyd")).toEqual(["Go on.", "Read this."]);
  expect(await project.run(["send", "@raeder", "x"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("did you mean @reader?"),
  });
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
  expect(await project.run(["send", "ada", "--timeout", "300ms", "hello"])).toMatchObject({
    code: 3,
    err: expect.stringMatching(/message \w{7} is still queued: it asks: May I\?/),
  });
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
  expect(await project.run(["send", "ada", "--timeout", "300ms", "hello"])).toMatchObject({
    code: 3,
    err: expect.stringContaining("still queued: something else stands in its input box"),
  });
  await project.looks(10);
  expect((await project.run(["logs", "ada"])).out).toMatch(/❯ my own words$/m);
  await project.tmux("send-keys", "-t", "=p-ada:", "Enter");
  await settled(project);
  expect(await words(project)).toEqual(["my own words", "hello"]);
});

it("waits while a person reads back, and types nothing into copy mode", async () => {
  const project = await ownAda();
  await project.tmux("copy-mode", "-t", "=p-ada:");
  expect(await project.run(["send", "ada", "--timeout", "300ms", "hello"])).toMatchObject({
    code: 3,
    err: expect.stringContaining("still queued: somebody reads back in its terminal"),
  });
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

it.each([
  ["100 KB in one line", "x".repeat(100 * 1024 - 1)],
  ["5,000 lines", Array.from({ length: 5_000 }, (_, nth) => `line ${nth}`).join("\n")],
])("delivers %s, which the box shows as a placeholder, whole and once", async (_, text) => {
  const project = await ownAda();
  const sent = await project.run(["send", "ada", "-"], { input: async () => text });
  expect(sent).toMatchObject({ code: 0, out: expect.stringMatching(/^confirmed /) });
  const heard = (await words(project)).map((line) => line.replaceAll("\\n", "\n"));
  expect([heard.length, heard[0] === text]).toEqual([1, true]);
  expect(await project.journal("typing")).toHaveLength(1);
});

it("refuses a message that is too long, and says what to do instead", async () => {
  const project = await ownAda();
  const input = async () => "ü".repeat(60 * 1024);
  expect(await project.run(["send", "ada", "-"], { input })).toMatchObject({
    code: 2,
    err: expect.stringMatching(/122880 bytes.*write it to a file/s),
  });
  expect(await project.heard("ada")).toEqual([]);
});

it("refuses at once what nobody would hear", async () => {
  const toml = TOML.concat('[agents.eve]\nkind = "persistent"\nenabled = false\n');
  const project = await ownProject(toml);
  await project.up();
  expect(await project.run(["send", "eve", "hello"])).toMatchObject({
    code: 4,
    err: expect.stringContaining("eve is disabled and does not run"),
  });
  await project.run(["down", "ada"]);
  expect((await project.run(["send", "ada", "hello"])).code).toBe(4);
  expect(await project.run(["send", "ada", "--json", "--no-wait", "hello"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(
      /^\{"schema_version":1,"id":"\w{7}","to":"ada","state":"queued","latency_ms":null\}\n$/,
    ),
  });
});

it("gives up on a message that came too late, and says so", async () => {
  const project = await ownAda("at start: ask May I?");
  expect(await project.run(["send", "ada", "--expires", "200ms", "hello"])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^expired \w{7} after \d+ ms: it was not to be said so late\n$/),
  });
  await project.tmux("send-keys", "-t", "=p-ada:", "1");
  expect((await project.run(["send", "ada", "there?"])).code).toBe(0);
  expect(await words(project)).toEqual(["dialog: 1", "there?"]);
  expect(await project.journal("expired")).toMatchObject([{ text: "hello", from: "person" }]);
});

it("hears twenty senders at the same moment, each once, none in the middle of another", async () => {
  const project = await ownAda();
  const texts = Array.from({ length: 20 }, (_, nth) => `from ${nth}: ${`${nth} `.repeat(40)}end`);
  const sent = await Promise.all(
    texts.map((text) =>
      execa(process.execPath, [BIN, "send", "--config", project.config, "--timeout", "50s", "ada", text], {
        env: ENV,
        extendEnv: false,
        reject: false,
      }),
    ),
  );
  expect(sent.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(texts.map(() => [0, ""]));
  expect((await words(project)).toSorted()).toEqual(texts.toSorted());
}, 90_000);

it("tells the next run what still stood in the box of the last one, though Enter was pressed", async () => {
  const project = await ownAda("at start 1: swallow 1000");
  await project.run(["send", "ada", "--no-wait", "hello"]);
  await until("an Enter", async () => (await project.journal("pressed-enter")).length > 1);
  signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
  await settled(project);
  expect(await words(project)).toEqual(["hello"]);
  expect(await project.journal("taken-back")).toHaveLength(1);
});

it("sets a torn message aside, says where, and goes on with the next", async () => {
  const project = await ownAda();
  const store = createStore(project.state);
  await project.run(["send", "ada", "first"]);
  await writeFile(store.at("outbox/ada/new/000000000000000-torn.json"), '{"id":"to');
  expect((await project.run(["send", "ada", "second"])).code).toBe(0);
  expect(await words(project)).toEqual(["first", "second"]);
  expect(await project.journal("message-unreadable")).toMatchObject([
    { agent: "ada", file: store.at("outbox/ada/bad/000000000000000-torn.json") },
  ]);
});
