import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fallen, minute, NOW, policy, running, second, seenFor } from "../../test/scene.ts";
import { type ClockReading, jumpBetween, keepTime } from "./jump.ts";
import { FRESH_RECORD, shift } from "./record.ts";
import { FRESH_RECORDS, type Records } from "./records.ts";

const hour = 60 * minute;
const before: ClockReading = { wall: NOW, steady: hour, boot: "b-1" };
const later = (wall: number, steady: number, boot = "b-1"): ClockReading => ({
  wall: NOW + wall,
  steady: hour + steady,
  boot,
});

describe("the clock has jumped", () => {
  it.each([
    ["not when both clocks went on", later(minute, minute), 0],
    ["not when it drifted", later(minute + 30 * second, minute), 0],
    ["not when a tick took long", later(3 * hour, 3 * hour), 0],
    ["by what it was set forward", later(2 * hour + minute, minute), 2 * hour],
    ["by what it was set back", later(minute - hour, minute), -hour],
    ["by the time that the machine slept", later(8 * hour, 0), 8 * hour],
    ["not over a reboot, which takes its time", later(10 * minute, -59 * minute, "b-2"), 0],
    ["by what it went back in a reboot", later(-hour, -59 * minute, "b-2"), -hour],
  ])("%s", (_, now, expected) => {
    expect(jumpBetween(before, now, policy.clock_jump)).toBe(expected);
  });

  it("not when nobody looked before", () => {
    expect(jumpBetween(null, later(hour, 0), policy.clock_jump)).toBe(0);
  });
});

describe("after a jump", () => {
  const builder = running(10 * minute, { seen: seenFor(5 * minute), restarts: [NOW - minute] });
  const records: Records = {
    ...FRESH_RECORDS,
    clock: before,
    serverLost: NOW - hour,
    restarted: NOW - minute,
    course: {
      ...{ phase: "one", turn: 2, since: NOW - minute, obeyed: NOW, complete: null },
      ...{ asked: false, paused: false, stale: null, lost: false },
    },
    agents: { builder },
  };

  it("everything remembered has moved along, and who waits has a whole wait and its grace", () => {
    const { records: kept, jump } = keepTime(records, later(hour, 0), policy);
    expect(jump).toBe(hour);
    expect(kept).toMatchObject({
      clock: later(hour, 0),
      serverLost: NOW,
      restarted: NOW + 59 * minute,
      course: { since: NOW + 59 * minute, obeyed: NOW },
      grace: NOW + hour + policy.max_wait + policy.stall_grace,
      agents: { builder: { run: { since: NOW + 50 * minute }, restarts: [NOW + 59 * minute] } },
    });
  });

  it("the end of the phases has moved along, too", () => {
    const course = records.course && { ...records.course, complete: NOW };
    const { records: kept } = keepTime({ ...records, course }, later(hour, 0), policy);
    expect(kept.course?.complete).toBe(NOW + hour);
  });

  it("nothing has changed when there was none", () => {
    const { records: kept } = keepTime(records, later(minute, minute), policy);
    expect(kept).toEqual({ ...records, clock: later(minute, minute) });
  });

  it("what was noted between the jump and its being noticed does not lie ahead", () => {
    const typed = {
      id: "x",
      state: "typed",
      door: false,
      since: NOW + hour - second,
      enters: 0,
      tries: 1,
    } as const;
    const agents = { builder: { ...builder, mail: typed } };
    const { records: kept } = keepTime({ ...records, agents, restarted: NOW + hour }, later(hour, 0), policy);
    expect(kept).toMatchObject({
      restarted: NOW + hour,
      agents: { builder: { mail: { since: NOW + hour } } },
    });
  });

  it("a reboot gives time to whoever waits, too", () => {
    const { records: kept } = keepTime(records, later(minute, -hour, "b-2"), policy);
    expect(kept.grace).toBe(NOW + minute + policy.max_wait + policy.stall_grace);
    expect(kept.agents).toEqual({ builder });
  });

  it("a reboot is remembered, and moves with the clock from then on", () => {
    const { records: kept } = keepTime(records, later(minute, -hour, "b-2"), policy);
    expect(kept.booted).toBe(NOW + minute);
    const moved = { wall: NOW + minute - hour, steady: kept.clock?.steady ?? 0, boot: "b-2" };
    expect(keepTime(kept, moved, policy).records.booted).toBe(NOW + minute - hour);
  });
});

describe("moving a record", () => {
  const full = {
    ...fallen(minute, 2, { restarts: [NOW - hour, NOW], gaveUp: { at: NOW, because: "?", turn: null } }),
    run: running(hour).run,
    seen: seenFor(minute, { mood: "ready" }, { wait: { until: NOW, declared: NOW - minute, moved: 0 } }),
    stopping: { step: "told", since: NOW, enters: 0, because: "stalled" } as const,
    mail: { id: "x", state: "typed", door: false, since: NOW, enters: 1, tries: 1 } as const,
    told: { first: NOW - minute, last: NOW },
    missed: { until: NOW, at: NOW },
    restraint: { by: "hold", because: "on hold", until: NOW } as const,
    released: NOW - minute,
  };

  it("there and back changes nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: -hour, max: hour }), (by) => {
        expect(shift(shift(full, by, NOW + hour), -by, NOW)).toEqual(full);
      }),
    );
    expect(shift(FRESH_RECORD, hour, NOW + hour)).toEqual(FRESH_RECORD);
  });

  it("moves every moment of it but those that a person or an agent has named", () => {
    const named = /^served$|^until$|^declared$|^limit$/;
    const moments = (value: unknown, path = ""): readonly (readonly [string, number])[] =>
      typeof value === "number"
        ? [[path, value]]
        : Object.entries(typeof value === "object" ? (value ?? {}) : {}).flatMap(([key, part]) =>
            moments(part, `${path}.${key}`),
          );
    expect(shift(full, hour, NOW + hour).seen?.wait?.moved).toBe(hour);
    const moved = new Map(moments(shift(full, hour, NOW + hour)));
    for (const [path, moment] of moments(full)) {
      const key = path.split(".").at(-1) ?? "";
      // Counts and codes are no moments.
      if (moment < 1_000) continue;
      expect([path, moved.get(path)]).toEqual([path, moment + (named.test(key) ? 0 : hour)]);
    }
  });
});
