import { describe, expect, it } from "vitest";
import { count } from "./counters.ts";
import type { JournalEntry } from "./journal.ts";

const second = 1_000;
const patience = { stall_grace: 180 * second, max_wait: 600 * second };
const NOTHING = {
  ...{ automaticRestarts: 0, falseRestarts: 0, lostMessages: 0, doubledMessages: 0, engineMessages: 0 },
  timeToHeal: { count: 0, median: null, p99: null, max: null },
};

/** Entries of ada: [second, what, more]. */
type Line = readonly [number, string, object?];
const journal = (lines: readonly Line[]): readonly JournalEntry[] =>
  lines.map(([at, what, more]) => ({ at: at * second, agent: "ada", what, ...more }));
const countOf = (...lines: readonly Line[]) => count(journal(lines), patience);

const start = (at: number, automatic = false): readonly Line[] => [
  [at, "starting", { automatic, wish: 0 }],
  [at, "started"],
];
const ready = { mood: { mood: "ready" } };
const waits = (at: number, until: number): Line => [at, "said", { ...ready, wait: until * second }];
const stall = (at: number): Line => [at, "told-to-stop", { because: "stalled" }];

describe("the counters", () => {
  it("are none of an empty journal", () => {
    expect(count([], patience)).toEqual(NOTHING);
  });

  it.each<[string, readonly Line[], object]>([
    [
      "an automatic restart is one that nobody asked for",
      [...start(0), [5, "died"], ...start(6, true)],
      { automaticRestarts: 1, falseRestarts: 0 },
    ],
    ["a wished start is none", start(0), { automaticRestarts: 0 }],
    [
      "a run that is replaced while it lives is a false restart",
      [...start(0), ...start(6, true)],
      { automaticRestarts: 1, falseRestarts: 1 },
    ],
    [
      "one whose intent a crash interrupted is none",
      [[0, "starting", { automatic: true }], [1, "start-interrupted"], ...start(2, true)],
      { automaticRestarts: 2, falseRestarts: 0 },
    ],
    [
      "a stall within the declared wait is false",
      [...start(0), waits(10, 100), stall(99)],
      { falseRestarts: 1 },
    ],
    ["within its grace too", [...start(0), waits(10, 100), stall(280)], { falseRestarts: 1 }],
    ["after its grace it is right", [...start(0), waits(10, 100), stall(281)], { falseRestarts: 0 }],
    [
      "a wait further ahead than a wait may be protects nobody",
      [...start(0), waits(10, 10_000), stall(400)],
      { falseRestarts: 0 },
    ],
    [
      "a wait that was over before it was seen has its grace from then on",
      [...start(0), waits(200, 100), stall(379)],
      { falseRestarts: 1 },
    ],
    [
      "a wait that was taken back does not count",
      [...start(0), waits(10, 600), [20, "said", { ...ready, wait: null }], stall(400)],
      { falseRestarts: 0 },
    ],
    [
      "a stall of an agent whose work was seen is false",
      [...start(0), [400, "decided", { is: "due-to-stop", working: true }], stall(400)],
      { falseRestarts: 1 },
    ],
    [
      "one of an agent that only said that it works is right",
      [
        ...start(0),
        [1, "said", { mood: { mood: "busy" }, wait: null }],
        [400, "decided", { is: "due-to-stop", working: false }],
        stall(400),
      ],
      { falseRestarts: 0 },
    ],
    [
      "a wait of the run before does not count",
      [...start(0), waits(10, 600), ...start(20), stall(400)],
      { falseRestarts: 0 },
    ],
    [
      "asked to quit and then told to stop is one end",
      [...start(0), waits(10, 100), [50, "quit-typed", { because: "stalled" }], stall(60)],
      { falseRestarts: 1 },
    ],
    [
      "an end that was wished is never false",
      [...start(0), waits(10, 100), [50, "told-to-stop", { because: "unwanted" }]],
      { falseRestarts: 0 },
    ],
    [
      "a message that was given up is lost",
      [[1, "refused", { message: "a", because: "it was typed, and Enter was not taken" }]],
      { lostMessages: 1 },
    ],
    ["one whose time or phase is over is not", [[1, "expired", { message: "a" }]], { lostMessages: 0 }],
    [
      "a message about two commits is one",
      [
        [1, "pinged", { id: "a", sha: "1" }],
        [1, "pinged", { id: "a", sha: "2" }],
      ],
      { doubledMessages: 0, engineMessages: 1 },
    ],
    [
      "a message with two receipts is doubled, whatever it is",
      [
        [1, "submitted", { message: "a" }],
        [2, "submitted", { message: "a" }],
        [3, "pinged", { id: "b", sha: "1" }],
        [4, "pinged", { id: "b", sha: "1" }],
        [5, "pinged", { id: "b", sha: "1" }],
        [6, "submitted", { message: "c" }],
      ],
      { doubledMessages: 3 },
    ],
    [
      "what a person said is not the engine's",
      [
        [1, "submitted", { message: "a", from: "person" }],
        [2, "submitted", { message: "b" }],
        [3, "submitted", { message: "c", from: "engine" }],
        [4, "pinged", { id: "d" }],
      ],
      { engineMessages: 2 },
    ],
  ])("%s", (_, lines, expected) => {
    expect(countOf(...lines)).toMatchObject(expected);
  });

  it.each<[string, readonly Line[], readonly number[]]>([
    ["from the death to the next readiness", [[10, "died"], ...start(11, true), [12, "became-ready"]], [2]],
    [
      "from the first of several deaths",
      [[10, "died"], ...start(11, true), [12, "died"], ...start(42, true), [45, "became-ready"]],
      [35],
    ],
    [
      "from the word that ended a stalled run",
      [stall(10), [15, "stopped", { because: "stalled" }], ...start(16, true), [20, "became-ready"]],
      [10],
    ],
    [
      "not of what a person ended, or asked for after it fell",
      [
        [10, "stopped", { because: "unwanted" }],
        [20, "became-ready"],
        [30, "died"],
        [40, "starting", { automatic: false, wish: 39 * second }],
        [41, "became-ready"],
      ],
      [],
    ],
    [
      "not of what was given up",
      [
        [10, "died"],
        [11, "gave-up"],
        [50, "became-ready"],
      ],
      [],
    ],
    ["not of a first start", [...start(0), [1, "became-ready"]], []],
  ])("time to heal is %s", (_, lines, expected) => {
    const { timeToHeal } = countOf(...lines);
    const times = expected.map((seconds) => seconds * second);
    expect([timeToHeal.count, timeToHeal.max]).toEqual([times.length, times.at(-1) ?? null]);
  });

  it("have the middle and the worst of many", () => {
    const lines = Array.from({ length: 100 }, (_, nth): readonly Line[] => [
      [nth * 1000, "died"],
      [nth * 1000 + nth + 1, "became-ready"],
    ]);
    expect(countOf(...lines.flat()).timeToHeal).toEqual({
      ...{ count: 100, median: 51 * second, p99: 100 * second, max: 100 * second },
    });
  });

  it("keep agents apart", () => {
    const entries = [...journal([[1, "died"]]), { at: 9_000, agent: "bob", what: "became-ready" }];
    expect(count(entries, patience).timeToHeal.count).toBe(0);
  });
});
