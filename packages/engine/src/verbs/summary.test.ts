import { expect, it } from "vitest";
import type { JournalEntry } from "../watch/journal.ts";
import { renderSummary, summarise } from "./summary.ts";

const entry = (at: number, what: string, more: object = {}): JournalEntry => ({
  at,
  agent: null,
  what,
  ...more,
});
const seen = (at: number, ...shas: readonly string[]) =>
  entry(at, "handoffs-seen", { commits: shas.map((sha) => ({ sha, subject: "x" })) });
const whole = [
  entry(1_000, "phase-started", { phase: "a", turn: 1 }),
  entry(1_100, "starting", { automatic: false }),
  seen(2_000, "c1", "c2"),
  entry(2_030, "pinged", { sha: "c1" }),
  entry(2_900, "starting", { automatic: true }),
  entry(4_000, "phase-done", { phase: "a" }),
  entry(4_000, "phase-started", { phase: "b", turn: 2 }),
  seen(5_000, "c3"),
  entry(5_500, "pinged", { sha: "c3" }),
  entry(5_600, "pinged", { sha: "c9" }),
  seen(5_700, "c4"),
  entry(5_710, "pinged", { sha: "c4" }),
  entry(6_500, "phase-done", { phase: "b" }),
  entry(6_500, "sequence-complete", { phases: 2 }),
];

it("sums up a run from its journal", () => {
  expect(summarise(whole, 500)).toEqual({
    took: 6_000,
    phases: [
      { id: "a", took: 3_000 },
      { id: "b", took: 2_500 },
    ],
    commits: 4,
    handoffs: 4,
    latencies: [30, 500, 10],
    restarts: 1,
    complete: true,
  });
});

it("sums up a run that did not end", () => {
  expect(summarise(whole.slice(0, 7), 500)).toMatchObject({
    phases: [
      { id: "a", took: 3_000 },
      { id: "b", took: null },
    ],
    complete: false,
  });
});

it("sums up nothing", () => {
  const nothing = {
    took: 0,
    phases: [],
    commits: 0,
    handoffs: 0,
    latencies: [],
    restarts: 0,
    complete: false,
  };
  expect(summarise([], 500)).toEqual(nothing);
});

it("is shown in five lines", () => {
  expect(renderSummary(summarise(whole, 500), false)).toBe(`
complete after 6.0 s
  phases    a 3.0 s, b 2.5 s
  commits   4
  handoffs  4, median 30 ms, slowest 500 ms from push to submitted
  restarts  1
`);
});

it("says that it did not end, in red", () => {
  expect(renderSummary(summarise(whole.slice(0, 2), 500), true)).toBe(`
\u001b[31mended after 0.6 s, not complete\u001b[39m
  phases    a not done
  commits   0
  handoffs  0
  restarts  0
`);
});

it("says what should have been none", () => {
  const counters = {
    ...{ automaticRestarts: 1, falseRestarts: 1, lostMessages: 0, doubledMessages: 2, engineMessages: 4 },
    timeToHeal: { count: 0, median: null, p99: null, max: null },
  };
  const wrong = (more: object) =>
    /^ {2}wrong +(.*)$/m.exec(renderSummary(summarise(whole, 500), false, { ...counters, ...more }))?.[1];
  expect(wrong({})).toBe("false restarts: 1, doubled messages: 2");
  expect(wrong({ falseRestarts: 0, doubledMessages: 0 })).toBeUndefined();
});
