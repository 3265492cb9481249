/** Chance that can be thrown again: the same seed, the same throws. */
export interface Dice {
  /** From 0 up to 1, without it. */
  throw(): number;
  /** A whole number from the first up to the second, both included. */
  between(least: number, most: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  shuffle<T>(list: readonly T[]): readonly T[];
}

/** mulberry32: thirty-two bits of state are plenty for a day of faults. */
export function createDice(seed: number): Dice {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    throw: next,
    between,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    shuffle(list) {
      const keyed = list.map((item) => [next(), item] as const);
      return keyed.sort(([one], [other]) => one - other).map(([, item]) => item);
    },
  };
}
