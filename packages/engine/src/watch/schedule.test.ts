import { describe, expect, it } from "vitest";
import { agentOf, down, gone, minute, NOW, policy, scene, second, up } from "../../test/scene.ts";
import { evolve } from "./evolve.ts";
import type { Happening } from "./happening.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import type { Wish } from "./scene.ts";
import { noticeSlots, type Slots, slotsAt, type Timetable, withCall } from "./schedule.ts";
import { think } from "./think.ts";

const hour = 60 * minute;
const day = 24 * hour;
const OF = "0 12 * * * UTC";
const JOB = agentOf("task", "none", { schedule: { cron: "0 12 * * *", tz: "UTC" } });
const never: Wish = { state: "down", at: 0, anew: false };

/** Noon of each day; NOW is one. */
const daily: Timetable = {
  last: (most, until) => {
    const latest = NOW + Math.floor((until - NOW) / day) * day;
    return Array.from({ length: most }, (_, nth) => latest - nth * day).toReversed();
  },
  next: (after) => NOW + (Math.floor((after - NOW) / day) + 1) * day,
};
const knowing = (handled: number | null, more: Partial<AgentRecord> = {}): AgentRecord => ({
  ...FRESH_RECORD,
  slot: handled === null ? null : { of: OF, at: handled },
  ...more,
});

/** What the schedule says, and what is remembered of it afterwards. */
function at(
  now: number,
  record: AgentRecord,
  more: { wish?: Wish; slots?: Slots | null; agent?: typeof JOB } = {},
) {
  const slots = slotsAt(OF, daily, record.slot?.at ?? null, now);
  const news = noticeSlots({ agent: JOB, wish: never, policy, record, slots, ...more }, now);
  return { news: news.map(inBrief), record: news.reduce(evolve, record) };
}
const inBrief = (news: Happening): string => {
  if (news.what === "slots-missed") return `missed ${news.slots.length}: ${news.because}`;
  return news.what === "slot-came" ? `came ${(news.slot - NOW) / day}` : news.what;
};

describe("a schedule", () => {
  it("counts from when it is first seen: the slot before that is not run", () => {
    const first = at(NOW + hour, knowing(null));
    expect(first.news).toEqual(["schedule-began"]);
    expect(first.record).toMatchObject({ slot: { of: OF, at: NOW }, called: null });
    expect(at(NOW + 2 * hour, first.record).news).toEqual([]);
  });

  it("calls once for each slot", () => {
    let record = knowing(NOW - day);
    const told: string[] = [];
    for (let now = NOW - hour; now < NOW + 3 * day; now += 10 * minute) {
      const after = at(now, record);
      told.push(...after.news);
      record = after.record;
    }
    expect(told).toEqual(["came 0", "came 1", "came 2"]);
    expect(record.called).toBe(NOW + 2 * day);
  });

  it.each([
    [
      "runs the latest of the missed ones, once",
      NOW + 3 * day + hour,
      ["missed 3: a newer one has come", "came 3"],
    ],
    ["runs a missed one that is as old as it may be", NOW + day - second, ["came 0"]],
    ["runs nothing that is older", NOW + day + day / 2, ["missed 1: a newer one has come", "came 1"]],
  ])("after a downtime %s", (_, now, expected) => {
    const after = at(now, knowing(NOW - day));
    expect(after.news).toEqual(expected);
    expect(at(now + 1, after.record).news).toEqual([]);
  });

  it.each([
    ["on time", minute, ["came 0"]],
    ["late", minute + 1, ["missed 1: older than catch_up"]],
  ])("with nothing to be caught up, runs what is %s", (_, late, expected) => {
    const strict = { policy: { ...policy, catch_up: 0 } };
    const slots = slotsAt(OF, daily, NOW - day, NOW + late);
    const news = noticeSlots(
      { agent: JOB, wish: never, record: knowing(NOW - day), slots, ...strict },
      NOW + late,
    );
    expect(news.map(inBrief)).toEqual(expected);
  });

  it("runs no slot again when the clock is set back", () => {
    const { record } = at(NOW, knowing(NOW - day));
    for (const back of [second, hour, day, 30 * day]) {
      expect(at(NOW - back, record).news).toEqual([]);
      expect(at(NOW, at(NOW - back, record).record).news).toEqual([]);
    }
    expect(at(NOW + day, record).news).toEqual(["came 1"]);
  });

  it.each([
    ["taken down", down(NOW + hour)],
    ["asked for", up(NOW + hour)],
  ])("is silent for a slot after which a person has %s", (_, wish) => {
    const after = at(NOW + 2 * hour, knowing(NOW - day), { wish });
    expect(after.news).toEqual(["missed 1: a person has asked since"]);
    expect(withCall(wish, JOB, after.record)).toBe(wish);
  });

  it("calls again after a person has taken the task down", () => {
    const wish = down(NOW - hour);
    const after = at(NOW, knowing(NOW - day), { wish });
    expect(withCall(wish, JOB, after.record)).toEqual(up(NOW));
    expect(withCall(wish, { ...JOB, start: "fresh" }, after.record)).toEqual(up(NOW, true));
  });

  it.each([
    ["switched off", { ...JOB, enabled: false }],
    ["taken out of the file", { ...JOB, schedule: null }],
  ])("that was %s counts anew when it is back", (_, agent) => {
    const off = at(NOW, knowing(NOW - day), { agent });
    expect(off.news).toEqual(["schedule-ended"]);
    expect(at(NOW + 1, off.record, { agent }).news).toEqual([]);
    expect(at(NOW + hour, off.record).news).toEqual(["schedule-began"]);
  });

  it("that was changed counts anew, and no instant runs twice", () => {
    const other = { ...knowing(null), slot: { of: "0 11 * * * UTC", at: NOW + hour } };
    const after = at(NOW + 2 * hour, other);
    expect(after.news).toEqual(["schedule-began"]);
    expect(after.record.slot).toEqual({ of: OF, at: NOW + hour });
  });

  it("waits while the project is taken down", () => {
    expect(at(NOW, knowing(NOW - day), { slots: null }).news).toEqual([]);
  });
});

describe("a task that its schedule calls", () => {
  const slots = (handled: number, now: number) => slotsAt(OF, daily, handled, now);
  it("is started at the slot, and is looked at when the next one comes", () => {
    const record = knowing(NOW - day);
    const early = think(
      scene({ agent: JOB, wish: never, record, sighting: gone, slots: slots(NOW - day, NOW - 5 * second) }),
      NOW - 5 * second,
    );
    expect(early).toMatchObject({ assessment: { is: "down" }, actions: [], next: NOW });
    const due = think(
      scene({ agent: JOB, wish: never, record, sighting: gone, slots: slots(NOW - day, NOW) }),
      NOW,
    );
    expect(due.actions).toEqual([{ do: "start", automatic: false, resume: false }]);
    expect(due.record).toMatchObject({ slot: { at: NOW }, called: NOW });
  });
});
