import { expect, it } from "vitest";
import { SEEDS_OF_A_MUTANT } from "./budget.ts";
import { MUTANTS } from "./mutants.ts";
import { runWorlds } from "./run-worlds.ts";

it.concurrent.each(MUTANTS.map(({ name }) => name))(
  "the mutant %s is noticed",
  { timeout: 120_000 },
  async (name) => {
    const { failed } = await runWorlds("--mutant", name, "--jobs", "1", "--seeds", String(SEEDS_OF_A_MUTANT));
    expect(failed).toHaveLength(1);
  },
);
