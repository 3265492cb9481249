import { describe, expect, it } from "vitest";
import type { Receiver } from "../../fleet-file/notify.ts";
import type { Notice } from "./notice.ts";
import { planNext, tryAgainAt } from "./pace.ts";

const receiver = (more: Partial<Receiver> = {}): Receiver => ({
  name: "phone",
  way: { by: "desktop" },
  events: new Set(),
  minInterval: 60_000,
  quiet: null,
  urgent: new Set(),
  timeout: 1_000,
  ...more,
});

const notice = (id: string, event: Notice["event"] = "needs-human"): Notice => ({
  id,
  event,
  project: "demo",
  agent: "builder",
  at: 0,
  text: "asks: ?",
  command: null,
});

const NOON = Date.parse("2026-01-10T12:00:00Z");
const NIGHT = { from: 22 * 60, to: 7 * 60, timeZone: "UTC" };
const MIDNIGHT = Date.parse("2026-01-11T00:00:00Z");
const MORNING = Date.parse("2026-01-11T07:00:00Z");
const [a, b, lost] = [notice("a"), notice("b"), notice("lost", "watchdog-lost")];

describe("what a receiver is told next", () => {
  it.each([
    ["nothing, when nothing waits", receiver(), [], null, NOON, null],
    ["the first notice at once", receiver(), [a], null, NOON, { tell: [a] }],
    ["nothing within the interval", receiver(), [a], NOON - 59_000, NOON, { until: NOON + 1_000 }],
    ["all that came in the interval, together", receiver(), [a, b], NOON - 60_000, NOON, { tell: [a, b] }],
    ["each by itself without an interval", receiver({ minInterval: 0 }), [a, b], NOON, NOON, { tell: [a] }],
    ["as usual when the clock was set back a year", receiver(), [a], NOON * 2, NOON, { tell: [a] }],
    ["nothing in quiet hours", receiver({ quiet: NIGHT }), [a], null, MIDNIGHT, { until: MORNING }],
    [
      "all of the night in the morning, together",
      receiver({ quiet: NIGHT, minInterval: 0 }),
      [a, b],
      null,
      MORNING,
      { tell: [a, b] },
    ],
    [
      "what is urgent in quiet hours, and nothing else",
      receiver({ quiet: NIGHT, urgent: new Set(["watchdog-lost"]) }),
      [a, lost],
      null,
      MIDNIGHT,
      { tell: [lost] },
    ],
    [
      "even that not within the interval",
      receiver({ quiet: NIGHT, urgent: new Set(["watchdog-lost"]) }),
      [lost],
      MIDNIGHT - 1_000,
      MIDNIGHT,
      { until: MIDNIGHT + 59_000 },
    ],
  ] as const)("%s", (_, to, waiting, last, now, plan) => {
    expect(planNext(to, waiting, last, now)).toEqual(plan);
  });

  it("no more than a hundred at once", () => {
    const many = Array.from({ length: 130 }, (_, nth) => notice(`n${nth}`));
    expect(planNext(receiver(), many, null, NOON)).toEqual({ tell: many.slice(0, 100) });
  });
});

describe("a try in vain", () => {
  it("is tried again ever later, up to a quarter of an hour", () => {
    const pauses = [1, 2, 3, 7, 8, 9, 90, 1000].map((tries) =>
      tryAgainAt({ tries, since: 0, after: 0 }, 1_000),
    );
    expect(pauses.map((at) => ((at ?? 0) - 1_000) / 1_000)).toEqual([5, 10, 20, 320, 640, 900, 900, 900]);
  });

  it("is not tried before the receiver wants it", () => {
    expect(tryAgainAt({ tries: 1, since: 0, after: 120_000 }, 1_000)).toBe(121_000);
  });

  it("is put aside after a day", () => {
    const day = 24 * 3_600_000;
    expect(tryAgainAt({ tries: 100, since: 0, after: 0 }, day - 1)).not.toBeNull();
    expect(tryAgainAt({ tries: 100, since: 0, after: 0 }, day)).toBeNull();
  });
});
