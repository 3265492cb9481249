import { expect, it } from "vitest";
import { MUTANTS } from "../sim/mutants.ts";
import { mutated } from "../sim/mutate.ts";
import { simulate } from "../sim/simulate.ts";

it.each([1, 2, 3, 4, 5, 6, 7, 8])("all is well in the end in the simulated world %i", async (seed) => {
  expect((await simulate(seed)).verdict).toBe(null);
});

it("the same seed is the same world, to the last word", async () => {
  const [one, other] = [await simulate(3, { trace: true }), await simulate(3, { trace: true })];
  expect(one.trace.length).toBeGreaterThan(100);
  expect(other.trace).toEqual(one.trace);
});

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "the mutant %s finds its place",
  (_, mutant) => {
    expect(() => mutated(mutant)).not.toThrow();
  },
);
