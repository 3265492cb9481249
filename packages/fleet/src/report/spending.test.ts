import type { Passage } from "@fleet/engine";
import { expect, it } from "vitest";
import { allTokens, createPurse, NOTHING_SPENT } from "./spending.ts";

const spent = (key: string, at: number | null, output: number, cost: number | null = null) =>
  ({
    ...{ key, at, is: "spent", model: "m", cost },
    tokens: { input: 10, output, cached: 2, written: 1 },
  }) satisfies Passage;

const count = (...passages: readonly ReturnType<typeof spent>[]) => {
  const purse = createPurse();
  for (const passage of passages) purse.add(passage);
  return Object.fromEntries(
    purse.count(
      (at) => (at < 5 ? "one" : "two"),
      (at) => at < 10,
    ),
  );
};

it("counts each answer as it was noted last, in the phase in which it came", () => {
  expect(count(spent("a", 1, 3), spent("a", 2, 5), spent("b", 6, 1), spent("late", 10, 99))).toEqual({
    one: { answers: 1, tokens: { input: 10, output: 5, cached: 2, written: 1 }, cost: null },
    two: { answers: 1, tokens: { input: 10, output: 1, cached: 2, written: 1 }, cost: null },
  });
});

it("sums up what is told of the cost, and tells none where nobody does", () => {
  expect(count(spent("a", 1, 1, 0.5), spent("b", 2, 1, 0.25), spent("c", 3, 1)).one?.cost).toBe(0.75);
  expect(allTokens(NOTHING_SPENT)).toBe(0);
});

it("takes what has no time for as old as what came before it, and leaves it out where nothing did", () => {
  expect(count(spent("a", null, 1), spent("b", 6, 1), spent("c", null, 1))).toMatchObject({
    two: { answers: 2 },
  });
});

it("counts once what was copied into another conversation, and twice what only looks like it", () => {
  const purse = createPurse();
  for (const passage of [spent("sum 10", 1, 3), spent("a", 2, 3)]) purse.add(passage);
  purse.close();
  for (const passage of [spent("a", 2, 3), spent("sum 10", 4, 3)]) purse.add(passage);
  const counted = purse.count(
    () => "",
    () => true,
  );
  expect(counted.get("")?.answers).toBe(3);
});
