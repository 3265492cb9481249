import { parentPort, workerData } from "node:worker_threads";
import { mutate } from "./mutate.ts";
import type { Outcome } from "./simulate.ts";
import type { Task } from "./spread.ts";

/* One of those that run worlds side by side: seeds come in, outcomes go out. */

const { mutant, trace } = workerData as Task;
const bounds = mutant === null ? undefined : mutate(mutant);
// Only now, so that whoever loads the engine loads the mutant.
const { simulate } = await import("./simulate.ts");

parentPort?.on("message", async (seeds: readonly number[]) => {
  const outcomes: Outcome[] = [];
  for (const seed of seeds) outcomes.push(await simulate(seed, { trace, bounds }));
  parentPort?.postMessage(outcomes);
});
