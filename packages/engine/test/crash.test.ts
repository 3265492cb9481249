import { rm, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { type Message, PLAIN } from "../src/watch/message.ts";
import type { Mail } from "../src/watch/record.ts";
import { agentsToml, isAlive, type OwnProject, ownProject, processesWith, signal, until } from "./real.ts";

const AGENTS = ["ada", "bob"] as const;
const TOML = agentsToml(AGENTS.map((name) => `[agents.${name}]\nkind = "persistent"\n`).join(""));

const message = (to: string, nth: number): Message => ({
  ...PLAIN,
  id: `${to}${String(nth).padStart(3, "0")}`,
  to,
  at: Date.now(),
  from: "person",
  text: `word ${nth}`,
});

const pidsOf = (project: OwnProject) =>
  Promise.all(AGENTS.map(async (name) => (await project.agent(name)).pid));

const keepers = (project: OwnProject) => processesWith(`agents\0keep\0${project.home}`);

it("loses nothing and repeats nothing when the watchdog is killed at twenty moments", async () => {
  const project = await ownProject(TOML);
  const store = createStore(project.state);
  let watchdog = await project.watchdog();
  await project.up();
  const before = await pidsOf(project);
  const sent: Record<string, string[]> = { ada: [], bob: [] };
  for (let nth = 0; nth < 20; nth++) {
    for (const to of AGENTS) {
      const one = message(to, nth);
      await store.queue(one);
      sent[to]?.push(`[fleet ${one.id}] ${one.text}`);
    }
    await store.wake();
    // A different moment of typing, looking, pressing Enter and writing it down each time.
    await new Promise((resolve) => setTimeout(resolve, (nth * 37) % 170));
    await watchdog.kill();
    watchdog = await project.watchdog();
  }
  await until(
    "all is settled",
    async () => {
      const next = await Promise.all(AGENTS.map((name) => store.next(name)));
      return next.every((one) => one === null);
    },
    20,
  );
  for (const name of AGENTS) expect(await project.heard(name)).toEqual(sent[name]);
  expect(await pidsOf(project)).toEqual(before);
  expect((await project.tmux("list-sessions", "-F", "#{session_name}")).split("\n").sort()).toEqual([
    "p-ada",
    "p-bob",
  ]);
  const receipts = await until("the last receipt is written", async () => {
    const all = await project.journal("submitted");
    return all.length >= 40 && all;
  });
  expect(receipts.map((entry) => entry.message).sort()).toEqual(
    AGENTS.flatMap((name) => Array.from({ length: 20 }, (_, nth) => message(name, nth).id)).sort(),
  );
  expect((await store.records()).epoch).toBe(21);
}, 60_000);

it("writes a receipt that a crash kept from being written, once", async () => {
  const project = await ownProject(TOML);
  const store = createStore(project.state);
  let watchdog = await project.watchdog();
  await project.up();
  await project.run(["send", "ada", "hello"]);
  const [receipt] = await until("a receipt", async () => {
    const all = await project.journal("submitted");
    return all.length === 1 && all;
  });
  const unwritten = (await project.journal()).filter(({ what }) => what !== "submitted");
  await watchdog.kill();
  // As it stands when the crash comes between the settling of a message and the record of it.
  const { agents, ...records } = await store.records();
  if (agents.ada === undefined) throw new Error("no record of ada");
  const mail = {
    id: String(receipt?.message),
    state: "typed",
    door: false,
    since: Date.now(),
    enters: 1,
    tries: 1,
  } as const;
  const cut = { ...records, agents: { ...agents, ada: { ...agents.ada, mail } } };
  await writeFile(store.at("journal.jsonl"), unwritten.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  for (const _ of ["unwritten", "written"]) {
    await store.save(cut);
    watchdog = await project.watchdog();
    await project.looks(2);
    expect(await project.journal("submitted")).toMatchObject([{ agent: "ada", text: "hello" }]);
    await watchdog.kill();
  }
  expect(await project.heard("ada")).toHaveLength(1);
});

it("starts each agent once when the watchdog is killed while it starts them", async () => {
  const project = await ownProject(TOML);
  const store = createStore(project.state);
  for (let nth = 0; nth < 5; nth++) {
    const { epoch } = await store.records();
    const up = project.run(["up"]);
    const { pid } = await until("a watchdog begins", async () => {
      const records = await store.records();
      return records.epoch > epoch && records;
    });
    await new Promise((resolve) => setTimeout(resolve, nth * 20));
    signal(pid, "SIGKILL");
    expect(await up).toMatchObject({ code: 0, err: "" });
    for (const name of AGENTS)
      expect(await processesWith(`DEMO_JOURNAL=${project.state}/demo/${name}.journal`)).toHaveLength(2);
    expect((await store.records()).agents.ada?.failures).toBe(0);
    expect((await project.run(["down"])).code).toBe(0);
  }
});

it("replaces a keeper that was killed, and leaves the agents at work", async () => {
  const project = await ownProject(TOML);
  await project.up();
  const before = await pidsOf(project);
  const { pid, epoch } = await createStore(project.state).records();
  const [keeper = 0, ...more] = await keepers(project);
  expect(more).toEqual([]);
  signal(keeper, "SIGKILL");
  await until(
    "another keeper and another watchdog",
    async () => {
      const records = await createStore(project.state).records();
      const [next] = await keepers(project);
      return next !== undefined && next !== keeper && records.epoch === epoch + 1 && !isAlive(pid);
    },
    15,
  );
  expect((await project.run(["send", "ada", "hello"])).out).toMatch(/^confirmed /);
  expect(await pidsOf(project)).toEqual(before);
  expect(await keepers(project)).toHaveLength(1);
});

it("restarts a watchdog that was killed, and leaves the agents at work", async () => {
  const project = await ownProject(TOML);
  await project.up();
  const before = await pidsOf(project);
  const { pid } = await createStore(project.state).records();
  signal(pid, "SIGKILL");
  expect((await project.run(["send", "ada", "hello"])).out).toMatch(/^confirmed /);
  await until("it is heard", async () => (await project.heard("ada")).length === 1);
  expect(await pidsOf(project)).toEqual(before);
  expect((await createStore(project.state).records()).pid).not.toBe(pid);
});

/** A message that a watchdog had begun, and the keys that it pressed, when it was killed with nothing written down after its intent. */
async function cutShort(
  intent: Partial<Mail>,
  keys: (project: OwnProject, typed: string) => Promise<unknown>,
) {
  const project = await ownProject(TOML);
  const store = createStore(project.state);
  const watchdog = await project.watchdog();
  await project.up();
  await watchdog.kill();
  const one = message("ada", 0);
  await store.queue(one);
  const { agents, ...records } = await store.records();
  if (agents.ada === undefined) throw new Error("no record of ada");
  const mail: Mail = {
    id: one.id,
    state: "typing",
    door: false,
    since: Date.now(),
    enters: 0,
    tries: 1,
    ...intent,
  };
  await store.save({ ...records, agents: { ...agents, ada: { ...agents.ada, mail } } });
  const typed = `[fleet ${one.id}] ${one.text}`;
  await keys(project, typed);
  const began = Date.now();
  await project.watchdog();
  await until("it is settled", async () => (await store.settled("ada", one.id)) !== null);
  await project.looks(5);
  expect(await project.heard("ada")).toEqual([typed]);
  return { end: (await store.settled("ada", one.id))?.end, took: Date.now() - began, project };
}

const type = (project: OwnProject, typed: string) => project.tmux("send-keys", "-l", "-t", "=p-ada:", typed);
const enter = (project: OwnProject) => project.tmux("send-keys", "-t", "=p-ada:", "Enter");

it.each<[string, Partial<Mail>, Parameters<typeof cutShort>[1]]>([
  ["before the first key", {}, async () => {}],
  ["between the text and the note of it", {}, type],
  ["before an Enter that was about to be pressed", { state: "typed", enters: 1 }, type],
  [
    "between an Enter and the note of it",
    { state: "typed", enters: 1 },
    async (project, typed) => {
      await type(project, typed);
      await enter(project);
      await until("it is heard", async () => (await project.heard("ada")).length === 1);
    },
  ],
])("says a message once when the watchdog was killed %s", async (_, intent, keys) => {
  expect((await cutShort(intent, keys)).end).toEqual({ state: "confirmed" });
});

it("says a message once when its echo had scrolled away before the watchdog came back", async () => {
  const { end } = await cutShort({ state: "typed", enters: 1 }, async (project, typed) => {
    await type(project, typed);
    await enter(project);
    await until("it is heard", async () => (await project.heard("ada")).length === 1);
    await project.tmux("send-keys", "-R", "-t", "=p-ada:");
    await project.tmux("clear-history", "-t", "=p-ada:");
    await project.tmux("send-keys", "-t", "=p-ada:", "Up");
  });
  expect(end).toEqual({ state: "submitted" });
});

it("takes its own agents over when all that it remembered is lost, however often it was restarted before", async () => {
  const project = await ownProject(TOML);
  const store = createStore(project.state);
  let watchdog = await project.watchdog();
  await project.up();
  const before = await pidsOf(project);
  for (let nth = 0; nth < 3; nth++) {
    await watchdog.kill();
    watchdog = await project.watchdog();
    await project.looks(1);
  }
  await watchdog.kill();
  const { epoch } = await store.records();
  for (const name of ["records.json", "records.json.before"]) await rm(store.at(name), { force: true });
  await project.watchdog();
  expect((await store.records()).epoch).toBe(epoch + 1);
  await project.looks(2);
  expect(await pidsOf(project)).toEqual(before);
  expect((await project.run(["send", "ada", "still there?"])).code).toBe(0);
});
