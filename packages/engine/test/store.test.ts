import { mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { readJournal } from "../src/host/journal.ts";
import { createStore, type Store } from "../src/host/store.ts";
import type { JournalEntry } from "../src/watch/journal.ts";
import type { Message } from "../src/watch/message.ts";
import { FRESH_RECORDS, NO_WISHES } from "../src/watch/records.ts";
import { ownDirectory } from "./real.ts";

async function ownStore(): Promise<Store> {
  const store = createStore(path.join(await ownDirectory(), "state"));
  await store.make();
  return store;
}

const message = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  to: "ada",
  at: 1000,
  from: "person",
  text: `text of ${id}`,
  sha: null,
  turn: null,
  ...more,
});

const drafts = async (store: Store) =>
  (await readdir(store.directory, { recursive: true })).filter((name) => name.endsWith(".new"));

it("knows nothing, and makes nothing, before there is a state directory", async () => {
  const store = createStore(path.join(await ownDirectory(), "state"));
  expect(await store.records()).toEqual(FRESH_RECORDS);
  expect(await store.wishes()).toEqual(NO_WISHES);
  expect(await store.next("ada")).toBe(null);
  expect(await store.settled("ada", "1")).toBe(null);
  expect(await store.recent()).toEqual([]);
  expect(await readdir(path.dirname(store.directory))).toEqual([]);
});

it("gives back what it was given, keeps the copy before, and leaves no draft behind", async () => {
  const store = await ownStore();
  for (const epoch of [1, 2]) await store.save({ ...FRESH_RECORDS, epoch });
  expect((await store.records()).epoch).toBe(2);
  expect(JSON.parse(await readFile(store.at("records.json.before"), "utf8")).epoch).toBe(1);
  await store.wish({ ...NO_WISHES, agents: { ada: { state: "up", at: 5, anew: false } } });
  expect((await store.wishes()).agents).toEqual({ ada: { state: "up", at: 5, anew: false } });
  expect(await drafts(store)).toEqual([]);
});

it.each([
  ["cut short", (text: string) => text.slice(0, 40)],
  ["emptied", () => ""],
  ["full of zeros", (text: string) => "\0".repeat(text.length)],
])("goes on with the copy before when records.json is %s", async (_, damage) => {
  const store = await ownStore();
  for (const epoch of [1, 2]) await store.save({ ...FRESH_RECORDS, epoch });
  await writeFile(store.at("records.json"), damage(await readFile(store.at("records.json"), "utf8")));
  expect((await store.records()).epoch).toBe(1);
  await rm(store.at("records.json.before"));
  await expect(store.records()).rejects.toMatchObject({ code: "INVALID_FILE" });
});

it("refuses what a newer engine wrote, and does not take an older copy for it", async () => {
  const store = await ownStore();
  for (const epoch of [1, 2]) await store.save({ ...FRESH_RECORDS, epoch });
  await writeFile(store.at("records.json"), JSON.stringify({ ...FRESH_RECORDS, schema: 2 }));
  await expect(store.records()).rejects.toMatchObject({
    code: "INVALID_FILE",
    hint: expect.stringContaining("newer"),
  });
});

it("passes over what it does not know, and fills in what is missing", async () => {
  const store = await ownStore();
  await writeFile(
    store.at("records.json"),
    '{"schema":1,"epoch":3,"fresh_idea":{"a":1},"agents":{"ada":{"mood":7}}}',
  );
  const { epoch, agents } = await store.records();
  expect([epoch, agents.ada?.run, agents.ada?.failures]).toEqual([3, null, 0]);
});

it("hands messages out oldest first, each once, whatever was queued again", async () => {
  const store = await ownStore();
  const wanted = [7, 30, 200, 1000, 20_000].map((at) => message(`m${at}`, { at }));
  for (const one of wanted.toReversed()) await store.queue(one);
  await store.queue(message("for-bob", { to: "bob", at: 1 }));
  const got: Message[] = [];
  for (let next = await store.next("ada"); next !== null; next = await store.next("ada")) {
    got.push(next);
    await store.queue({ ...next, at: 90_000 });
    await store.settle(next, "submitted");
    await store.queue({ ...next, at: 90_000 });
  }
  expect(got).toEqual(wanted);
  expect((await store.next("bob"))?.id).toBe("for-bob");
  expect(await drafts(store)).toEqual([]);
});

it("says how each message ended", async () => {
  const store = await ownStore();
  for (const id of ["1", "2", "3"]) await store.queue(message(id));
  await store.settle(message("1"), "submitted");
  await store.settle(message("2"), "dropped");
  const ends = await Promise.all(["1", "2", "3", "4"].map((id) => store.settled("ada", id)));
  expect(ends.map((end) => end?.how)).toEqual(["submitted", "dropped", undefined, undefined]);
  expect(ends[0]?.message).toEqual(message("1"));
});

it("does not hand a message out again when a crash kept it from being taken away", async () => {
  const store = await ownStore();
  await store.queue(message("1"));
  await store.queue(message("2"));
  const [name = ""] = await readdir(store.at("outbox/ada/new"));
  const text = await readFile(store.at("outbox/ada/new", name));
  await store.settle(message("1"), "submitted");
  await writeFile(store.at("outbox/ada/new", name), text);
  expect((await store.next("ada"))?.id).toBe("2");
});

it("passes over what is no message, and a draft that a crash left", async () => {
  const store = await ownStore();
  await store.queue(message("good"));
  await writeFile(store.at("outbox/ada/new/000000000000001-torn.json"), '{"id":"to');
  await writeFile(store.at("outbox/ada/new/000000000000002-x.json.77.new"), JSON.stringify(message("draft")));
  await writeFile(store.at("outbox/ada/new/README"), "hello");
  expect((await store.next("ada"))?.id).toBe("good");
});

it("takes 200 messages for an agent, and no more until some are settled", async () => {
  const store = await ownStore();
  const all = Array.from({ length: 200 }, (_, at) => message(`m${at}`, { at }));
  for (const one of all) await store.queue(one);
  await expect(store.queue(message("more"))).rejects.toMatchObject({ code: "BUSY" });
  await store.settle(all[0] ?? message(""), "dropped");
  await store.queue(message("more"));
});

it("keeps a bounded number of settled messages, the newest", async () => {
  const store = await ownStore();
  await mkdir(store.at("outbox/ada/done"), { recursive: true });
  for (let at = 0; at < 510; at++) {
    const name = `${String(at).padStart(15, "0")}-m${at}.json`;
    await writeFile(
      store.at("outbox/ada/done", name),
      JSON.stringify({ ...message(`m${at}`, { at }), settled: "submitted" }),
    );
  }
  await store.settle(message("last"), "submitted");
  expect(await readdir(store.at("outbox/ada/done"))).toHaveLength(500);
  expect(await store.settled("ada", "m9")).toBe(null);
  expect((await store.settled("ada", "m509"))?.how).toBe("submitted");
});

const entry = (at: number): JournalEntry => ({ at, agent: null, what: "noted", text: "ünï" });

async function read(store: Store): Promise<readonly number[]> {
  const { signal } = new AbortController();
  const times: number[] = [];
  for await (const { at } of readJournal(store.at("journal.jsonl"), { signal })) times.push(at);
  return times;
}

it("reads a journal whose last line was cut short by a crash, and one with lines that are none", async () => {
  const store = await ownStore();
  await store.journal([entry(1), entry(2)]);
  const { length } = await readFile(store.at("journal.jsonl"));
  await truncate(store.at("journal.jsonl"), length - 5);
  expect(await read(store)).toEqual([1]);
  expect((await store.recent()).map(({ at }) => at)).toEqual([1]);
});

it("loses no entry to the torn line before it", async () => {
  const store = await ownStore();
  await store.journal([entry(1), entry(2)]);
  const { length } = await readFile(store.at("journal.jsonl"));
  await truncate(store.at("journal.jsonl"), length - 5);
  await store.journal([entry(3)]);
  await store.journal([entry(4)]);
  expect(await read(store)).toEqual([1, 3, 4]);
});

it("follows the journal as it grows, through a rotation", async () => {
  const store = await ownStore();
  await store.journal([entry(1)]);
  const stop = new AbortController();
  const times: number[] = [];
  for await (const { at } of readJournal(store.at("journal.jsonl"), { follow: true, signal: stop.signal })) {
    times.push(at);
    if (at === 1) await store.journal([entry(2), entry(3)]);
    if (at === 3) {
      // A hole: it takes no space, and no time.
      await truncate(store.at("journal.jsonl"), 16 * 1024 * 1024);
      await store.journal([entry(4)]);
    }
    if (at === 4) stop.abort();
  }
  expect(times).toEqual([1, 2, 3, 4]);
  expect((await readdir(store.directory)).filter((name) => name.startsWith("journal")).sort()).toEqual([
    "journal.jsonl",
    "journal.jsonl.1",
  ]);
});

// Nobody may make files in /sys, not even root.
const NOBODYS = "/sys/kernel";

it("says so when its directory can't be made", async () => {
  const file = path.join(await ownDirectory(), "file");
  await writeFile(file, "");
  for (const directory of [path.join(NOBODYS, "state"), file, path.join(file, "state")])
    await expect(createStore(directory).make()).rejects.toMatchObject({ code: "NOT_WRITABLE" });
});

it.each([
  ["wishes", (store: Store) => store.wish(NO_WISHES)],
  ["records", (store: Store) => store.save(FRESH_RECORDS)],
  ["messages", (store: Store) => store.queue(message("1"))],
  ["the journal", (store: Store) => store.journal([entry(1)])],
  ["a wake", (store: Store) => store.wake()],
])("says so when it can't write %s", async (_, write) => {
  await expect(write(createStore(NOBODYS))).rejects.toMatchObject({
    code: "NOT_WRITABLE",
    message: expect.stringContaining(NOBODYS),
  });
});

it("keeps what it had when the disk is full, and leaves no draft", async () => {
  const store = await ownStore();
  await store.save({ ...FRESH_RECORDS, epoch: 1 });
  await symlink("/dev/full", store.at(`records.json.${process.pid}.new`));
  await expect(store.save({ ...FRESH_RECORDS, epoch: 2 })).rejects.toMatchObject({
    code: "NOT_WRITABLE",
    message: expect.stringContaining("the disk is full"),
  });
  expect((await store.records()).epoch).toBe(1);
  expect(await drafts(store)).toEqual([]);
});

it("makes the state directory for its owner alone", async () => {
  const store = await ownStore();
  await store.save(FRESH_RECORDS);
  await store.queue(message("1"));
  const open = (await readdir(store.directory, { recursive: true })).map(async (name) => [
    name,
    (await stat(store.at(name))).mode & 0o077,
  ]);
  expect((await stat(store.directory)).mode & 0o077).toBe(0);
  expect((await Promise.all(open)).filter(([, others]) => others !== 0)).toEqual([]);
});
