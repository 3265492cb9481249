import type { Duration } from "../src/watch/time.ts";
import type { Chance } from "./chance.ts";

const second = 1_000;
const minute = 60 * second;

/** How large a world is: of what it has, and for how long things go wrong in it. */
export interface Size {
  /** In minutes, both ends included. */
  readonly span: readonly [number, number];
  /** How long what goes on for a while goes on at the most. */
  readonly longest: Duration;
  /** So long what was begun has to end by itself, before nothing is wrong any more. */
  readonly rest: Duration;
  /** How many things go wrong. */
  readonly faults: readonly [number, number];
  /** How many kinds of them are known, beside the one whose turn it is. */
  readonly kinds: readonly [number, number];
  readonly loops: readonly number[];
  /** How many persistent agents, and how many tasks. */
  readonly others: readonly number[];
  readonly phases: readonly number[];
  readonly gates: readonly number[];
}

/** Two who work through a gate or two, and a few things that go wrong one upon the other: most bugs need no more. */
const SMALL: Size = {
  span: [1, 2],
  longest: 90 * second,
  rest: minute,
  faults: [1, 4],
  kinds: [0, 2],
  loops: [2],
  others: [0, 0, 1],
  phases: [1, 1, 1, 1, 1, 1, 1, 1, 1, 2],
  gates: [1, 1, 1, 1, 2],
};

/** Room for what takes minutes: a start limit, a limit of an account, a slot that is missed. */
const MIDDLING: Size = {
  span: [2, 6],
  longest: 4 * minute,
  rest: 3 * minute,
  faults: [2, 9],
  kinds: [1, 7],
  loops: [2, 2, 2, 2, 2, 2, 2, 2, 3, 5],
  others: [0, 0, 0, 1, 1, 2],
  phases: [1, 1, 1, 2, 2, 2, 3],
  gates: [1, 1, 1, 1, 2, 3],
};

/** Where everything can meet everything. */
const LARGE: Size = {
  ...MIDDLING,
  span: [8, 20],
  faults: [10, 24],
  kinds: [6, 16],
  loops: [2, 3, 5],
  others: [0, 1, 2],
  phases: [2, 3, 4],
  gates: [1, 2, 3],
};

/** Mostly nothing, for an hour and a half: what piles up slowly. */
const LONG: Size = { ...MIDDLING, span: [90, 90] };

/**
 * Of a thousand worlds. What goes wrong shows mostly in a small one as well, which costs half of a middling one and a
 * fifth of a large one: the same time goes furthest in many of them. What needs room, or more to meet, has it in the others.
 */
const SHARES: readonly (readonly [share: number, size: Size])[] = [
  [900, SMALL],
  [75, MIDDLING],
  [20, LARGE],
  [5, LONG],
];

export function sizeOf(chance: Chance): Size {
  let left = chance.int(1, 1_000);
  for (const [share, size] of SHARES) {
    left -= share;
    if (left <= 0) return size;
  }
  return MIDDLING;
}

/** Who looks for one bug needs the kinds of fault that lead to it to meet, with the time that they take. */
export const SIZE_OF_A_MUTANTS_WORLD = MIDDLING;
