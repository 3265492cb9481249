import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { sweepDrafts, writeWhole } from "../src/host/files.ts";
import { readJournal } from "../src/host/journal.ts";
import { createStore, type Store } from "../src/host/store.ts";
import type { JournalEntry } from "../src/watch/journal.ts";
import { type Message, PLAIN } from "../src/watch/message.ts";
import { FRESH_RECORDS, NO_WISHES } from "../src/watch/records.ts";
import { ownDirectory } from "./real.ts";

async function ownStore(): Promise<Store> {
  const store = createStore(path.join(await ownDirectory(), "state"));
  await store.make();
  return store;
}

const message = (id: string, more: Partial<Message> = {}): Message => ({
  ...PLAIN,
  id,
  to: "ada",
  at: 1000,
  from: "person",
  text: `text of ${id}`,
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

it("does not copy a damaged file over the one good copy", async () => {
  const store = await ownStore();
  for (const epoch of [1, 2]) await store.save({ ...FRESH_RECORDS, epoch });
  await writeFile(store.at("records.json"), '{"schema":1,');
  await store.save(await store.records());
  await writeFile(store.at("records.json"), "");
  expect((await store.records()).epoch).toBe(1);
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

it("hands messages out in the order they came, whatever the clock said, each once", async () => {
  const store = await ownStore();
  const wanted = [30, 7, 20_000, 200, 1000].map((at) => message(`m${at}`, { at }));
  for (const one of wanted) await store.queue(one);
  await store.queue(message("for-bob", { to: "bob", at: 1 }));
  const got: Message[] = [];
  for (let next = await store.next("ada"); next !== null; next = await store.next("ada")) {
    got.push(next);
    await store.queue({ ...next, at: 90_000 });
    await store.settle(next, { state: "submitted" });
    await store.queue({ ...next, at: 90_000 });
  }
  expect(got).toEqual(wanted);
  expect((await store.next("bob"))?.id).toBe("for-bob");
  expect(await drafts(store)).toEqual([]);
});

it("goes on counting after messages of an earlier version, which bear the time", async () => {
  const store = await ownStore();
  await mkdir(store.at("outbox/ada/new"), { recursive: true });
  await mkdir(store.at("outbox/ada/done"), { recursive: true });
  const { also: _, kind: __, expires: ___, ...old } = message("old");
  await writeFile(store.at("outbox/ada/new/001780000000000-old.json"), JSON.stringify(old));
  const told = JSON.stringify({ ...old, id: "older", settled: "dropped" });
  await writeFile(store.at("outbox/ada/done/001770000000000-older.json"), told);
  await store.queue(message("young", { at: 5 }));
  expect(await readdir(store.at("outbox/ada/new"))).toEqual([
    "001780000000000-old.json",
    "001780000000001-young.json",
  ]);
  expect(await store.next("ada")).toEqual(message("old"));
  expect((await store.settled("ada", "older"))?.end).toEqual({ state: "refused", because: "dropped" });
});

it("counts on when the newest message was settled, and when all were", async () => {
  const store = await ownStore();
  for (const id of ["a", "b", "c"]) {
    await store.queue(message(id));
    await store.settle(message(id), { state: "confirmed" });
  }
  await store.queue(message("d"));
  expect(await readdir(store.at("outbox/ada/new"))).toEqual(["000000000000004-d.json"]);
});

it("says how each message ended", async () => {
  const store = await ownStore();
  const ends = [
    { state: "submitted" },
    { state: "confirmed" },
    { state: "refused", because: "no" },
    { state: "expired", because: "late" },
  ] as const;
  for (const end of ends) await store.queue(message(end.state));
  await store.queue(message("waiting"));
  for (const end of ends) await store.settle(message(end.state), end);
  for (const end of ends)
    expect(await store.settled("ada", end.state)).toEqual({ message: message(end.state), end });
  expect(await store.settled("ada", "waiting")).toBe(null);
  expect(await store.settled("ada", "unknown")).toBe(null);
});

it("does not hand a message out again when a crash kept it from being taken away", async () => {
  const store = await ownStore();
  await store.queue(message("1"));
  await store.queue(message("2"));
  const [name = ""] = await readdir(store.at("outbox/ada/new"));
  const text = await readFile(store.at("outbox/ada/new", name));
  await store.settle(message("1"), { state: "submitted" });
  await writeFile(store.at("outbox/ada/new", name), text);
  expect((await store.next("ada"))?.id).toBe("2");
});

it("sets aside what is no message, and says so once; a draft that a crash left is none", async () => {
  const store = await ownStore();
  await store.queue(message("good"));
  await writeFile(store.at("outbox/ada/new/000000000000000-torn.json"), '{"id":"to');
  await writeFile(store.at("outbox/ada/new/000000000000002-x.json.77.new"), JSON.stringify(message("draft")));
  await writeFile(store.at("outbox/ada/new/README"), "hello");
  expect((await store.next("ada"))?.id).toBe("good");
  expect(await store.sift("ada")).toEqual([store.at("outbox/ada/bad/000000000000000-torn.json")]);
  expect(await store.sift("ada")).toEqual([]);
  expect(await readdir(store.at("outbox/ada/bad"))).toEqual(["000000000000000-torn.json"]);
  expect((await store.next("ada"))?.id).toBe("good");
});

it("takes 50 messages of people for an agent, and no more until some are settled; the engine's own always", async () => {
  const store = await ownStore();
  for (let nth = 0; nth < 50; nth++) await store.queue(message(`m${nth}`));
  await expect(store.queue(message("more"))).rejects.toMatchObject({ code: "BUSY" });
  await store.queue(message("own", { from: "engine" }));
  for (const id of ["m0", "m1"]) await store.settle(message(id), { state: "refused", because: "deaf" });
  await store.queue(message("more"));
});

const claim = (sha: string): Message =>
  message(sha.slice(0, 7), {
    from: "handoff",
    kind: "claim",
    turn: 1,
    sha,
    text: "New claim on origin/main.",
  });

const shaOf = (nth: number): string => String(nth).padStart(40, "0").split("").toReversed().join("");

it("keeps few handoffs that wait, tells of every commit once, and queues none twice after a crash", async () => {
  const store = await ownStore();
  const shas = Array.from({ length: 300 }, (_, nth) => shaOf(nth));
  for (const sha of shas) await store.queue(claim(sha));
  // As after a crash that kept the first time from being remembered.
  for (const sha of shas) await store.queue(claim(sha));
  const waiting: Message[] = [];
  for (let next = await store.next("ada"); next !== null; next = await store.next("ada")) {
    waiting.push(next);
    await store.settle(next, { state: "confirmed" });
    for (const sha of shas) await store.queue(claim(sha));
  }
  expect(waiting.map(({ text }) => text)).toEqual([
    ...Array.from({ length: 4 }, () => "New claim on origin/main."),
    "296 new claims on origin/main.",
  ]);
  expect(waiting.flatMap(({ sha, also }) => [sha, ...also])).toEqual(shas);
});

it("does not change the message that is being typed", async () => {
  const store = await ownStore();
  for (let nth = 0; nth < 5; nth++) await store.queue(claim(shaOf(nth)));
  const begun = shaOf(4).slice(0, 7);
  await store.queue(claim(shaOf(5)), begun);
  await store.queue(claim(shaOf(6)), begun);
  const ids = (await readdir(store.at("outbox/ada/new"))).map((name) => name.slice(16, 23));
  expect(ids).toEqual([0, 1, 2, 3, 4, 5].map((nth) => shaOf(nth).slice(0, 7)));
  const texts = await Promise.all(
    (await readdir(store.at("outbox/ada/new"))).map((name) =>
      readFile(store.at("outbox/ada/new", name), "utf8"),
    ),
  );
  expect(texts.filter((text) => text.includes("2 new claims"))).toEqual([
    expect.stringContaining(`"id": "${shaOf(5).slice(0, 7)}"`),
  ]);
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
  await store.queue(message("last"));
  await store.settle(message("last"), { state: "submitted" });
  expect(await readdir(store.at("outbox/ada/done"))).toHaveLength(500);
  expect(await store.settled("ada", "m9")).toBe(null);
  expect((await store.settled("ada", "m509"))?.end).toEqual({ state: "submitted" });
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
  // In a process of its own, whose first draft has a name that is known, and a full disk behind it.
  const script = `
    import { symlinkSync } from "node:fs";
    import { createStore } from ${JSON.stringify(path.join(import.meta.dirname, "../src/host/store.ts"))};
    const store = createStore(process.argv[1]);
    symlinkSync("/dev/full", store.at(\`records.json.\${process.pid}-1.new\`));
    const records = await store.records();
    await store.save({ ...records, epoch: 2 }).catch(({ code, message }) => console.log(code, message));`;
  const ran = await execa(process.execPath, ["--input-type=module", "--eval", script, store.directory]);
  expect(ran.stdout).toMatch(/^NOT_WRITABLE .*the disk is full/);
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

it("sweeps away the drafts of writers that were killed, and leaves those of living ones", async () => {
  const home = await ownDirectory();
  const dead = spawnSync("true").pid;
  const names = [`records.json.${dead}-1.new`, `wishes.json.${process.pid}-2.new`, "records.json", "a.new"];
  for (const name of names) await writeFile(path.join(home, name), "{}");
  await sweepDrafts(home);
  expect((await readdir(home)).sort()).toEqual(names.slice(1).sort());
});

it("writes one file twice at once, each time whole", async () => {
  const file = path.join(await ownDirectory(), "wishes.json");
  await Promise.all([writeWhole(file, "one"), writeWhole(file, "two"), writeWhole(file, "three")]);
  expect(["one", "two", "three"]).toContain(await readFile(file, "utf8"));
  expect(await readdir(path.dirname(file))).toEqual(["wishes.json"]);
});
