import { beforeAll, expect, it } from "vitest";
import { SEEDS } from "./budget.ts";
import { holesIn } from "./coverage.ts";
import { INVARIANTS } from "./judge.ts";
import { type Report, runWorlds } from "./run-worlds.ts";

let report: Report;

beforeAll(async () => {
  report = await runWorlds("--seeds", String(SEEDS));
}, 1_200_000);

it.each(INVARIANTS.map(({ id, says }) => [id, says]))(`${SEEDS} simulated worlds: %s, %s`, (id) => {
  const broken = report.failed.filter(({ invariant }) => invariant === id);
  expect(broken.map(({ seed, evidence }) => `pnpm sim --seed ${seed} --trace: ${evidence}`)).toEqual([]);
});

it("every fault, every place to die and every decision was met", () => {
  expect(holesIn(new Map(Object.entries(report.seen)))).toEqual([]);
});
