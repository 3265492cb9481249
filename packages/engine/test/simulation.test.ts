import { expect, it } from "vitest";
import { holesIn, ROWS } from "../sim/coverage.ts";
import { MUTANTS } from "../sim/mutants.ts";
import { mutated } from "../sim/mutate.ts";
import { runWorlds } from "../sim/run-worlds.ts";
import { type Outcome, simulate } from "../sim/simulate.ts";
import { spread } from "../sim/spread.ts";

it.each([1, 2, 3, 4, 5, 6, 7, 8])("all is well in the end in the simulated world %i", async (seed) => {
  expect((await simulate(seed)).verdict).toBe(null);
});

it("the same seed is the same world, to the last word", async () => {
  const [one, other] = [await simulate(3, { trace: true }), await simulate(3, { trace: true })];
  expect(one.trace.length).toBeGreaterThan(100);
  expect(other.trace).toEqual(one.trace);
});

/** Enough that two have something to do. */
const WORLDS = 12;

it("worlds that run side by side are those that run one by one, in the order of their seeds", {
  timeout: 120_000,
}, async () => {
  const task = { mutant: null, trace: true };
  const worlds = async (jobs: number) => {
    const outcomes: Outcome[] = [];
    for await (const outcome of spread(20, WORLDS, task, jobs)) outcomes.push(outcome);
    return outcomes;
  };
  const [one, two] = await Promise.all([worlds(1), worlds(2)]);
  expect(two.map(({ seed }) => seed)).toEqual(Array.from({ length: WORLDS }, (_, nth) => 20 + nth));
  expect(two).toEqual(one);
});

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "the mutant %s finds its place",
  (_, mutant) => {
    expect(() => mutated(mutant)).not.toThrow();
  },
);

it("a run in which everything was met has no hole", () => {
  expect(holesIn(new Map(ROWS.map((row) => [row, 1])))).toEqual([]);
});

it.each(["fault wedges", "crash tmux.open after", "is overdue", "does take-back", "stop stalled"])(
  "a run that never met %j has a hole of that name",
  (row) => {
    expect(ROWS).toContain(row);
    const seen = new Map(ROWS.filter((one) => one !== row).map((one) => [one, 1]));
    expect(holesIn(seen)).toEqual([`${row}: never`]);
  },
);

it("a watchdog that passes a place where nobody makes it die is told of", () => {
  const seen = new Map([...ROWS, "pass tmux.rename before"].map((row) => [row, 1]));
  expect(holesIn(seen)).toEqual(["pass tmux.rename before: is no point of points.ts"]);
});

it("a bug is noticed within a few worlds of the kind that it is met in", async () => {
  const { failed } = await runWorlds("--mutant", "noPersist", "--seeds", "3", "--jobs", "1");
  expect(failed).toMatchObject([{ invariant: "I8" }]);
});
