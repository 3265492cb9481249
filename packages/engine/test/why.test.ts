import { truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { readJournal } from "../src/host/journal.ts";
import { createStore } from "../src/host/store.ts";
import type { JournalEntry } from "../src/watch/journal.ts";
import { parseEntry } from "../src/watch/journal.ts";
import { agentsToml, ownDirectory, ownProject, signal, until } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const BOB = '[agents.bob]\nkind = "loop"\nworkdir = "later"\n';

it("tells a death, the start after it and why, with the watchdog or without it", async () => {
  const project = await ownProject(agentsToml(ADA + BOB, { signal_tick: '"200ms"' }));
  const watchdog = await project.watchdog();
  await project.run(["up", "ada"]);
  await project.run(["send", "ada", "hello"]);
  signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
  await until("it is ready again", async () => (await project.journal("became-ready")).length === 2);
  const story = async () => (await project.run(["why", "ada"])).out;
  const told = await until("it is told", async () => {
    const text = await story();
    return /ago {2}ada is ready/.test(text) && text;
  });
  const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ +\\d+s ago  ";
  for (const line of [
    "ada was told \\(\\w+\\): hello",
    "ada died by signal 9",
    "ada is gone; restart 1 of 5 in 30 min, the next death waits 100 ms: started",
    "ada started again, with its conversation",
  ])
    expect(told).toMatch(new RegExp(`^${time}${line}$`, "m"));
  expect(told.startsWith("ada ")).toBe(true);
  await watchdog.kill();
  expect((await story()).split("\n")[0]).toBe("nobody watches: nothing comes next until: up");
  expect(await story()).toContain("ada died by signal 9");
});

it("tells why it does not act, once, over restarts of the watchdog", async () => {
  const project = await ownProject(agentsToml(ADA + BOB, { signal_tick: '"100ms"' }));
  for (const _ of [1, 2, 3]) {
    const watchdog = await project.watchdog();
    if (_ === 1) void project.run(["up", "bob"]);
    await until("it is decided", async () => (await project.journal("decided")).length > 0);
    await project.looks(5);
    await watchdog.kill();
  }
  // The first watchdog may have looked before it was asked for.
  const bob = (await project.journal("decided")).filter(({ agent, is }) => agent === "bob" && is !== "down");
  expect(bob.map(({ is, because, does }) => [is, because, does])).toEqual([
    ["held", "its workdir later is not there yet", []],
  ]);
  expect((await project.run(["why", "bob"])).out).toContain(
    "bob is wished up, but its workdir later is not there yet: left alone\n  next: it is started as soon as nothing holds it up\n",
  );
});

it("answers as JSON with the evidence as data, and counts", async () => {
  const project = await ownProject(agentsToml(ADA));
  await project.watchdog();
  await project.up();
  signal((await project.agent("ada")).pid ?? 0, "SIGKILL");
  await until("it is ready again", async () => (await project.journal("became-ready")).length === 2);
  // The journal is written before the records that say so.
  await until("it is known to be ready", async () => (await project.agent("ada")).is === "ready");
  const answer = JSON.parse((await project.run(["why", "--json"])).out);
  expect(answer).toMatchObject({ schema_version: 1, project: "project", keeper: null });
  expect(answer.agents).toMatchObject([{ name: "ada", evidence: { does: [] }, next: { at: null } }]);
  const restart = answer.story.find(({ is }: JournalEntry) => is === "missing" && answer);
  expect(restart).toMatchObject({ agent: "ada", what: "decided" });
  expect(answer.counters).toMatchObject({
    ...{ automaticRestarts: 1, falseRestarts: 0, lostMessages: 0, doubledMessages: 0 },
    timeToHeal: { count: 1 },
  });
  const { out } = await project.run(["why", "--counters"]);
  expect(out).toMatch(/^automatic restarts +1$/m);
  expect(out).toMatch(/^false restarts +0$/m);
  expect(await project.run(["why", "bob"])).toMatchObject({ code: 2 });
  expect(await project.run(["why", "-n", "none"])).toMatchObject({ code: 2 });
});

const entry = (at: number): JournalEntry => ({ at, agent: null, what: "noted", text: "ünï".repeat(40) });
const MOST = 16 * 1024 * 1024;

async function ownStore() {
  const store = createStore(path.join(await ownDirectory(), "state"));
  await store.make();
  return store;
}

it("reads the journal through a rotation, the older file first", async () => {
  const store = await ownStore();
  await store.journal([entry(1), entry(2)]);
  await truncate(store.at("journal.jsonl"), MOST);
  await store.journal([entry(3)]);
  const times: number[] = [];
  const { signal: never } = new AbortController();
  for await (const { at } of readJournal(store.at("journal.jsonl"), { signal: never })) times.push(at);
  expect(times).toEqual([1, 2, 3]);
});

it("loses no entry to a follower while the journal is rotated again and again", async () => {
  const store = await ownStore();
  const file = store.at("journal.jsonl");
  const stop = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const { at } of readJournal(file, { follow: true, signal: stop.signal })) {
      seen.push(at);
      if (at === 2_000) stop.abort();
    }
  })();
  for (let at = 1; at <= 2_000; at++) {
    await store.journal([entry(at)]);
    // A hole, so that the next entry begins a new file. Two files are kept: a reader must come by in between.
    if (at % 500 !== 0) continue;
    await until("the follower has come so far", async () => seen.length >= at - 300);
    await truncate(file, MOST);
  }
  await following;
  expect(seen).toEqual(Array.from({ length: 2_000 }, (_, nth) => nth + 1));
}, 60_000);

it("shows of the events what is young enough", async () => {
  const project = await ownProject(agentsToml(ADA));
  const store = createStore(project.state);
  await store.make();
  const now = Date.now();
  const lines = [now - 7_200_000, now - 60_000, now].map((at) => ({ at, agent: "ada", what: "cleared" }));
  await store.journal(lines);
  const count = async (...words: readonly string[]) =>
    (await project.run(["events", "--json", ...words])).out.split("\n").flatMap(parseEntry).length;
  expect(await count()).toBe(3);
  expect(await count("--since", "1h")).toBe(2);
  expect(await count("--since", "30s")).toBe(1);
  expect(await count("--since", new Date(now - 3_600_000).toISOString())).toBe(2);
  expect((await project.run(["events", "--since", "yesterday"])).code).toBe(2);
});

it("goes on with a journal that somebody emptied", async () => {
  const store = await ownStore();
  const stop = new AbortController();
  const seen: number[] = [];
  await store.journal([entry(1)]);
  for await (const { at } of readJournal(store.at("journal.jsonl"), { follow: true, signal: stop.signal })) {
    seen.push(at);
    if (at === 1) {
      await writeFile(store.at("journal.jsonl"), "");
      setTimeout(() => void store.journal([entry(2)]), 200);
    }
    if (at === 2) stop.abort();
  }
  expect(seen).toEqual([1, 2]);
});

it("loses no entry that was written between the last reading and a rotation", async () => {
  const store = await ownStore();
  const file = store.at("journal.jsonl");
  const stop = new AbortController();
  const seen: number[] = [];
  await store.journal([entry(1)]);
  for await (const { at } of readJournal(file, { follow: true, signal: stop.signal })) {
    seen.push(at);
    if (at === 1) {
      await store.journal([entry(2)]);
      await truncate(file, MOST);
      await store.journal([entry(3)]);
    }
    if (at === 3) stop.abort();
  }
  expect(seen).toEqual([1, 2, 3]);
});
