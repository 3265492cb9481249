import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ASKED,
  alive,
  dead,
  down,
  fallen,
  gistOf,
  iso,
  LOOP,
  messageOf,
  minute,
  NOW,
  policy,
  read,
  ready,
  running,
  says,
  scene,
  second,
  seenFor,
  TASK,
  up,
} from "../../test/scene.ts";
import { sayMinute } from "./calendar.ts";
import { followHold, type HoldWish, holdIn, NO_HOLD, sayHold } from "./hold.ts";
import type { Scene } from "./scene.ts";
import { think } from "./think.ts";

const wish: HoldWish = { on: true, at: NOW, until: NOW + minute, by: "ada", why: "a review" };
const resumed: HoldWish = { ...wish, on: false, at: NOW + second, until: null, by: "bob", why: null };

describe("a hold", () => {
  it.each([
    ["is in force from the moment that it was said", wish, NO_HOLD, NOW, true],
    ["is over at its time", wish, NO_HOLD, NOW + minute, false],
    ["has no end where none was said", { ...wish, until: null }, NO_HOLD, NOW + 9e9, true],
    ["is in force although the clock was set to before it", wish, NO_HOLD, NOW - 90 * minute, true],
    ["that has ended stays so when the clock is set back", wish, { told: null, over: NOW }, NOW, false],
    ["that is said anew counts for itself", { ...wish, at: NOW + 1 }, { told: null, over: NOW }, NOW, true],
    ["is none after resume", resumed, NO_HOLD, NOW, false],
    ["is none where nobody ever said so", null, NO_HOLD, NOW, false],
  ] as const)("%s", (_, said, memory, now, expected) => {
    expect(holdIn(said, memory, now) !== null).toBe(expected);
  });

  it("is told when it begins, and once", () => {
    const began = followHold(wish, NO_HOLD, NOW + second);
    const { by, until, why } = wish;
    expect(began).toEqual({
      memory: { told: NOW, over: null },
      happenings: [{ at: NOW + second, what: "hold-began", by, until, why }],
    });
    expect(followHold(wish, began.memory, NOW + 2 * second)).toEqual({ ...began, happenings: [] });
    const longer = { ...wish, at: NOW + 5, until: null };
    expect(followHold(longer, began.memory, NOW + second).happenings).toMatchObject([{ until: null }]);
  });

  it("is told when it ends: by whom, or that its time has come", () => {
    const memory = { told: NOW, over: null };
    expect(followHold(resumed, memory, NOW + second)).toEqual({
      memory: NO_HOLD,
      happenings: [{ at: NOW + second, what: "hold-ended", by: "bob" }],
    });
    expect(followHold(wish, memory, NOW + minute)).toEqual({
      memory: { told: null, over: NOW },
      happenings: [{ at: NOW + minute, what: "hold-ended", by: null }],
    });
    // It came and went while nobody looked.
    expect(followHold(wish, NO_HOLD, NOW + minute)).toEqual({
      memory: { told: null, over: NOW },
      happenings: [],
    });
    expect(followHold(resumed, NO_HOLD, NOW).happenings).toEqual([]);
  });

  it("says who holds, since when, until when and why", () => {
    expect(sayHold(wish)).toBe("on hold since 2026-06-13T12:00Z by ada, until 2026-06-13T12:01Z: a review");
    expect(sayHold({ ...wish, until: null, why: null })).toBe("on hold since 2026-06-13T12:00Z by ada");
  });
});

it("a minute is said as the calendar has it", () => {
  const moment = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
  fc.assert(
    fc.property(moment, (instant) => {
      expect(sayMinute(instant)).toBe(`${new Date(instant).toISOString().slice(0, 16)}Z`);
    }),
    { numRuns: 3_000 },
  );
});

const restraint = { by: "hold", because: "on hold by ada", until: null } as const;
const gist = (more: Partial<Scene>) => gistOf(think(scene({ restraint, ...more }), NOW));

describe("an agent with whom nothing may be begun", () => {
  it.each<[string, Partial<Scene>, string]>([
    ["is not started", {}, "held (on hold by ada)"],
    ["is not started again", { record: fallen(minute, 1) }, "held (on hold by ada)"],
    ["stays dead", { record: running(minute), sighting: dead }, "held (on hold by ada)"],
    [
      "is not ended to be started anew",
      { record: running(minute), wish: up(NOW, true), sighting: ready },
      "held (on hold by ada; else it would be ended: restart-asked)",
    ],
    [
      "is not ended for another phase",
      { record: running(minute, {}, { turn: 1 }), turn: 2, sighting: ready },
      "held (on hold by ada; else it would be ended: next-phase)",
    ],
    [
      "is not ended for a stall",
      {
        record: running(90 * minute, { seen: seenFor(90 * minute), restraint }),
        sighting: alive(read({ mood: "ready" })),
      },
      "held (on hold by ada; else it would be ended: stalled)",
    ],
    [
      "is not ended for a fatal error",
      {
        record: running(90 * minute, { seen: seenFor(minute, { mood: "fatal", error: "Boom" }) }),
        sighting: alive(read({ mood: "fatal", error: "Boom" })),
      },
      "held (on hold by ada; else it would be ended: fatal)",
    ],
    [
      "is not woken",
      {
        record: running(90 * minute, {
          seen: seenFor(
            20 * minute,
            { mood: "ready" },
            { wait: { until: NOW - 11 * minute, declared: NOW - 20 * minute, moved: 0 } },
          ),
        }),
        sighting: says(`WAITING-UNTIL: ${iso(NOW - 11 * minute)}`),
      },
      "held (on hold by ada; else it would be woken: it missed its declared wait)",
    ],
    [
      "is not called by its schedule",
      { agent: TASK, wish: down(ASKED), record: { ...fallen(minute, 0), called: NOW } },
      "held (on hold by ada)",
    ],
    [
      "is told nothing",
      { record: running(minute, { seen: seenFor(second) }), sighting: ready, message: messageOf() },
      "ready",
    ],
    [
      "keeps what stands in its box already",
      {
        record: running(minute, { seen: seenFor(second) }),
        sighting: alive(read({ mood: "ready" }, { draft: "[fleet 3f2a1c9] go on" })),
        message: messageOf(),
      },
      "ready",
    ],
    [
      "goes down when that is asked",
      { record: running(minute), wish: down(NOW), sighting: ready },
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is ended where that was begun",
      {
        record: running(minute, {
          stopping: { step: "told", since: NOW - minute, enters: 0, because: "stalled" },
        }),
        sighting: ready,
      },
      "stopping (stalled) → kill",
    ],
  ])("%s", (_, more, expected) => {
    expect(gist(more)).toBe(expected);
  });

  it("is told of what is over all the same: a message that came too late is dropped", () => {
    const late = messageOf({ expires: NOW - 1 });
    expect(gist({ record: running(minute), sighting: ready, message: late })).toBe("ready → drop");
  });

  it("does not make the watchdog look all the time for what it may not type", () => {
    const record = running(minute, { seen: seenFor(second) });
    const { next } = think(scene({ restraint, record, sighting: ready, message: messageOf() }), NOW);
    expect(next).toBe(NOW + policy.signal_tick);
  });

  it("has its time to show life when that is over", () => {
    const idle = seenFor(90 * minute);
    const record = running(90 * minute, { seen: idle, restraint });
    const released = think(scene({ record, sighting: ready, agent: LOOP }), NOW);
    expect(released.noticed).toEqual([{ at: NOW, what: "released", by: "hold" }]);
    expect(gistOf(released)).toBe("ready");
    const later = scene({ record: { ...released.record, seen: idle }, sighting: ready });
    expect(gistOf(think(later, NOW + policy.stall_idle - 1))).toBe("ready");
    expect(gistOf(think(later, NOW + policy.stall_idle))).toContain("due-to-stop (stalled)");
  });

  it("is not woken at once for a wait that was over before that", () => {
    const wait = { until: NOW - 60 * minute, declared: NOW - 65 * minute, moved: 0 };
    const seen = seenFor(65 * minute, { mood: "ready" }, { wait });
    const sighting = says(`WAITING-UNTIL: ${iso(wait.until)}`);
    const { record } = think(scene({ record: running(90 * minute, { seen, restraint }), sighting }), NOW);
    const later = (more: number) =>
      gistOf(think(scene({ record, sighting }), NOW + policy.stall_grace + more));
    expect(later(0)).toBe("waiting");
    expect(later(1)).toBe("overdue → wake");
  });

  it("is noticed once, and again when there is another reason", () => {
    const first = think(scene({ restraint, record: running(minute), sighting: ready }), NOW);
    expect(first.noticed).toContainEqual({ at: NOW, what: "restrained", ...restraint });
    const again = think(scene({ restraint, record: first.record, sighting: ready }), NOW + 1);
    expect(again.noticed.filter(({ what }) => what === "restrained")).toEqual([]);
    const other = { ...restraint, because: "at a limit" };
    const third = think(scene({ restraint: other, record: first.record, sighting: ready }), NOW + 1);
    expect(third.noticed).toContainEqual({ at: NOW + 1, what: "restrained", ...other });
    const limit = { by: "limit", because: "at a limit", until: NOW } as const;
    const fourth = think(scene({ restraint: limit, record: first.record, sighting: ready }), NOW + 1);
    expect(fourth.noticed).toEqual([
      { at: NOW + 1, what: "released", by: "hold" },
      { at: NOW + 1, what: "restrained", ...limit },
    ]);
  });
});
