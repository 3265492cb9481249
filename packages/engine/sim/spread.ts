import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Outcome } from "./simulate.ts";

/** What each worker is told at its birth. */
export interface Task {
  readonly mutant: string | null;
  readonly trace: boolean;
}

/** Seeds are handed out a few at a time: no worker has much to do when the others have finished. */
const HANDFUL = 8;

/** The worlds of these seeds, run on all processors and handed out in the order of the seeds, as if there were one. */
export async function* spread(
  from: number,
  count: number,
  task: Task,
  jobs = availableParallelism(),
): AsyncGenerator<Outcome> {
  const waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  const outcomeOf = (seed: number) => {
    const found = waiting.get(seed) ?? Promise.withResolvers<Outcome>();
    waiting.set(seed, found);
    return found;
  };
  let next = from;
  const workers = Array.from({ length: Math.min(jobs, Math.ceil(count / HANDFUL)) }, () => {
    const worker = new Worker(fileURLToPath(new URL("worker.ts", import.meta.url)), { workerData: task });
    const hand = () => {
      const seeds = Array.from({ length: Math.min(HANDFUL, from + count - next) }, () => next++);
      if (seeds.length > 0) worker.postMessage(seeds);
    };
    worker.on("message", (outcomes: readonly Outcome[]) => {
      hand();
      for (const outcome of outcomes) outcomeOf(outcome.seed).resolve(outcome);
    });
    hand();
    return worker;
  });
  const broken = new Promise<never>((_, reject) => {
    for (const worker of workers) worker.on("error", reject);
  });
  try {
    for (let seed = from; seed < from + count; seed++) {
      yield await Promise.race([outcomeOf(seed).promise, broken]);
      waiting.delete(seed);
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
