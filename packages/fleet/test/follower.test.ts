import { appendFile, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { take } from "@fleet/engine";
import { expect, it, onTestFinished } from "vitest";
import { type EngineStatus, readStatus } from "../src/engine/status.ts";
import { follow } from "../src/notify/follower.ts";
import { ownDirectory } from "./own.ts";

const START = Date.parse("2026-01-31T12:00:00Z");

const status = (watchdog: object | null): EngineStatus => {
  const read = readStatus(
    JSON.stringify({ schema_version: 1, project: "demo", phase: null, agents: [], watchdog }),
  );
  if (read === null) throw new Error("no status");
  return read;
};

/** A project whose files the test writes, followed by the clock of the test. */
async function ownFollowed() {
  const state = await ownDirectory();
  const file = path.join(await ownDirectory(), "demo.json");
  const records = path.join(state, "records.json");
  const journal = (second: number, entry: object) =>
    appendFile(
      path.join(state, "journal.jsonl"),
      `${JSON.stringify({ at: START + second * 1000, agent: null, ...entry })}\n`,
    );
  let answer = status(null);
  let asked = 0;
  const told: string[] = [];
  const settings = {
    name: "demo",
    state,
    file,
    since: START,
    ask: async () => {
      asked += 1;
      return answer;
    },
  };
  let follower = await follow(settings);
  return {
    state,
    /** What a notifier that is killed now leaves to the next. */
    kept: () => readFile(file, "utf8"),
    journal,
    told,
    asked: () => asked,
    says(watchdog: object | null) {
      answer = status(watchdog);
    },
    async writes(second: number) {
      await writeFile(records, "{}");
      await utimes(records, START / 1000 + second, START / 1000 + second);
    },
    /** As after a kill: from what is on disk. */
    async again() {
      follower = await follow(settings);
    },
    async look(second: number) {
      const { isUp } = await follower.look(START + second * 1000, async (notices) => {
        for (const { text, command } of notices) told.push(`${second}: ${text}; ${command}`);
      });
      return isUp;
    },
    async watch() {
      const lock = await take(state, "watchdog");
      if (lock === null) throw new Error("it is held");
      const release = () => lock.release();
      onTestFinished(release);
      return release;
    },
  };
}

const BEAT = { pid: 7, epoch: 1, heartbeat: "2026-01-31T12:00:00Z" };

it("asks about a watchdog that has not written for long, ever less often, and tells that it hangs", async () => {
  const { journal, writes, look, says, watch, told, asked } = await ownFollowed();
  await journal(0, { what: "watchdog-started" });
  await watch();
  await writes(0);
  for (let second = 0; second < 60; second++) await look(second);
  expect([asked(), told]).toEqual([0, []]);
  says({ ...BEAT, stale: false });
  for (let second = 60; second < 600; second += 5) await look(second);
  expect([asked() < 10, told]).toEqual([true, []]);
  says({ ...BEAT, stale: true });
  for (let second = 600; second < 3_000; second += 5) await look(second);
  expect(told).toEqual([expect.stringMatching(/^\d+: its watchdog hangs; fleet watchdog demo restart$/)]);
  expect(asked()).toBeLessThan(20);
  await writes(3_000);
  for (let second = 3_000; second < 3_060; second += 5) await look(second);
  expect(told.slice(1)).toEqual([expect.stringMatching(/^3030: is watched again after \d+ min/)]);
});

it("tells in its own words why a watchdog can't go on", async () => {
  const { journal, writes, look, says, watch, told } = await ownFollowed();
  await journal(0, { what: "watchdog-started" });
  await watch();
  await writes(0);
  says({ ...BEAT, trouble: "no space left on device" });
  for (let second = 60; second < 90; second += 5) await look(second);
  expect(told).toEqual([
    "75: its watchdog can't go on: no space left on device; fleet logs demo watchdog -n 20",
  ]);
});

it("tells that a watchdog is gone, once, though it is followed anew, and not after a down", async () => {
  const { state, journal, look, again, watch, told } = await ownFollowed();
  await journal(0, { what: "watchdog-started" });
  const release = await watch();
  expect(await look(1)).toBe(true);
  await release();
  for (const second of [10, 20, 25, 30]) await look(second);
  await again();
  expect(await look(40)).toBe(true);
  expect(told).toEqual(["25: its watchdog is gone, and was not started again; fleet up demo"]);
  await writeFile(path.join(state, "wishes.json"), JSON.stringify({ off: true }));
  for (const second of [50, 90]) await look(second);
  expect(told).toHaveLength(1);
});

it("keeps at once what there is to tell, and how far it has read only now and then", async () => {
  const { journal, look, kept, again, told } = await ownFollowed();
  const busy = { agent: "ada", what: "decided", is: "working", does: [] };
  await journal(0, busy);
  await look(0);
  const first = await kept();
  await journal(1, busy);
  await look(1);
  expect(await kept()).toBe(first);
  await journal(2, { what: "phase-done", phase: "one" });
  await journal(3, { agent: "ada", what: "decided", is: "asking", does: [], question: "Trust it?" });
  await look(3);
  expect(await kept()).not.toBe(first);
  await journal(4, { agent: "bob", what: "decided", is: "working", does: [] });
  await look(4);
  await again();
  for (const second of [5, 6, 7, 8, 9]) await look(second);
  expect(told).toEqual([
    "3: phase one is done; fleet status demo",
    "8: asks: Trust it?; fleet attach demo ada",
  ]);
  const second = await kept();
  await journal(40, busy);
  await look(40);
  await look(70);
  expect(await kept()).not.toBe(second);
});
