import { digest } from "../src/watch/digest.ts";

/** All randomness of a simulation. The same seed and the same questions give the same answers. */
export interface Chance {
  /** At least 0, less than 1. */
  fraction(): number;
  /** Whole, both ends included. */
  int(least: number, most: number): number;
  happens(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A source of its own, so that what is asked of one actor changes nothing for the others. */
  fork(name: string): Chance;
}

export function createChance(seed: string): Chance {
  let state = Number.parseInt(digest(seed).slice(-8), 16) | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    int,
    happens: (probability) => fraction() < probability,
    pick(from) {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
    fork: (name) => createChance(`${seed}/${name}`),
  };
}
