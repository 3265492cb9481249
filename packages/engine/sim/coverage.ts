import type { Happening } from "../src/watch/happening.ts";
import type { StopReason } from "../src/watch/record.ts";
import type { Action, Assessment } from "../src/watch/scene.ts";
import type { State } from "./body.ts";
import { FAULTS } from "./faults.ts";
import { POINTS } from "./points.ts";
import type { Event } from "./world.ts";

/** What a run of many seeds must have been through: who never meets a thing proves nothing about it. */

/** After so many seeds whatever was never seen is a hole. */
export const ENOUGH = 2_000;

const ASSESSMENTS = {
  ...{ unseen: 1, foreign: 1, down: 1, missing: 1, held: 1, resting: 1, starting: 1, working: 1, ready: 1 },
  ...{ waiting: 1, overdue: 1, asking: 1, limited: 1, unwell: 1, draining: 1, "due-to-stop": 1, stopping: 1 },
  ...{ leftover: 1, outlived: 1, finished: 1, "crash-looping": 1, failed: 1, unread: 1 },
} satisfies Readonly<Record<Assessment["is"], 1>>;

const ACTIONS = {
  ...{ start: 1, rescue: 1, "type-quit": 1, "enter-quit": 1, stop: 1, kill: 1, clear: 1, "give-up": 1 },
  ...{ wake: 1, type: 1, "press-enter": 1, "hand-in": 1, settle: 1, drop: 1, "take-back": 1 },
} satisfies Readonly<Record<Action["do"], 1>>;

const REASONS = {
  ...{ unwanted: 1, "next-phase": 1, "restart-asked": 1, "limit-over": 1 },
  ...{ fatal: 1, stalled: 1, "never-ready": 1, "leftover-processes": 1, "server-lost": 1 },
} satisfies Readonly<Record<StopReason, 1>>;

const STATES = {
  ...{ booting: 1, trust: 1, busy: 1, idle: 1, waiting: 1, limited: 1, fatal: 1, wedged: 1 },
  ...{ serving: 1, gone: 1 },
} satisfies Readonly<Record<State, 1>>;

/** What a limit does to who keeps its conversation. */
const TOLD = ["cut-short", "went-on"] satisfies readonly Happening["what"][];

/** Deliveries are no part of a decision: they are known by what is told of them. */
const DELIVERED: Readonly<Record<string, Action["do"]>> = {
  typed: "type",
  "pressed-enter": "press-enter",
  submitted: "settle",
  pinged: "settle",
  refused: "drop",
  expired: "drop",
  "taken-back": "take-back",
};

/** What can't happen in a simulated world, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  "does hand-in": "the demo agent takes nothing at a door",
  "stop server-lost": "demo agents share no server",
  "agent booting": "an agent program boots from the start, and never becomes booting",
  "is unread":
    "no screen is strange for ten minutes: nothing that goes on for a while does so for longer than four",
};

/** The rows of the table, each to be seen at least once. */
export const ROWS: readonly string[] = [
  ...Object.keys(FAULTS).map((kind) => `fault ${kind}`),
  ...POINTS.map(({ effect, when }) => `crash ${effect} ${when}`),
  ...Object.keys(ASSESSMENTS).map((word) => `is ${word}`),
  ...Object.keys(ACTIONS).map((word) => `does ${word}`),
  ...Object.keys(REASONS).map((word) => `stop ${word}`),
  ...TOLD.map((word) => `told ${word}`),
  ...Object.keys(STATES).map((word) => `agent ${word}`),
].filter((row) => EXCEPTIONS[row] === undefined);

/** Counts what an event shows of the rows, and some more that is good to know. */
export function note(event: Event, count: (word: string) => void): void {
  if (event.what === "fault") count(`${event.kind.startsWith("crash ") ? "" : "fault "}${event.kind}`);
  if (event.what === "saved") count("ticks");
  if (event.what === "became") count(`agent ${event.state}`);
  if (event.what !== "journaled") return;
  for (const { what, is, does, because } of event.entries) {
    if (what === "decided") {
      count(`is ${is}`);
      for (const action of (does ?? []) as readonly string[]) count(`does ${action}`);
      if (is === "due-to-stop") count(`stop ${because}`);
    } else count(`told ${what}`);
    const delivered = DELIVERED[what];
    if (delivered !== undefined) count(`does ${delivered}`);
  }
}

/** The holes in what was seen: rows that never happened, and places where nobody was ever made to die. */
export function holesIn(seen: ReadonlyMap<string, number>): readonly string[] {
  const never = ROWS.filter((row) => !seen.has(row));
  const known = new Set(POINTS.map(({ effect, when }) => `pass ${effect} ${when}`));
  const unknown = [...seen.keys()].filter((word) => word.startsWith("pass ") && !known.has(word));
  return [
    ...never.map((row) => `${row}: never`),
    ...unknown.map((word) => `${word}: is no point of points.ts`),
  ];
}
