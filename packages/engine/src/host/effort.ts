import { readFile } from "node:fs/promises";
import type { Duration, Instant } from "../watch/time.ts";

/** Whom to ask about: the processes of a run, and the one of them that is the program itself. */
export interface Tree {
  readonly pids: readonly number[];
  readonly program: number;
}

/**
 * Does anything that an agent started use the processor? Asked of those who
 * have been silent for long, before they are taken for stalled. The program's
 * own use does not count: a wedged one still turns its wheel.
 */
export interface Effort {
  /** By instance; null where it was asked too lately, or for the first time, to tell. */
  of(trees: ReadonlyMap<string, Tree>, now: Instant): Promise<ReadonlyMap<string, boolean | null>>;
}

/** A hundredth of a processor is work; a server that waits for a call uses less. */
const WORK = 0.01;
const SHORTEST: Duration = 1_000;

interface Sample {
  readonly at: Instant;
  /** Milliseconds of processor time by process. */
  readonly used: ReadonlyMap<number, Duration>;
  readonly verdict: boolean | null;
}

export function createEffort(usedBy: (pid: number) => Promise<Duration | null> = processorTime): Effort {
  let samples: ReadonlyMap<string, Sample> = new Map();
  return {
    async of(trees, now) {
      const next = new Map<string, Sample>();
      for (const [instance, { pids, program }] of trees) {
        const before = samples.get(instance);
        if (before !== undefined && now >= before.at && now - before.at < SHORTEST) {
          next.set(instance, before);
          continue;
        }
        const used = new Map<number, Duration>();
        for (const pid of pids.filter((one) => one !== program)) {
          const time = await usedBy(pid);
          if (time !== null) used.set(pid, time);
        }
        next.set(instance, { at: now, used, verdict: compare(before, used, now) });
      }
      samples = next;
      return new Map([...next].map(([instance, { verdict }]) => [instance, verdict]));
    },
  };
}

/** What is new since the last sample was used since then; what has ended is not counted. */
function compare(
  before: Sample | undefined,
  used: ReadonlyMap<number, Duration>,
  now: Instant,
): boolean | null {
  if (before === undefined || now <= before.at) return null;
  let spent: Duration = 0;
  for (const [pid, time] of used) spent += Math.max(0, time - (before.used.get(pid) ?? 0));
  return spent / (now - before.at) >= WORK;
}

/** Linux counts in hundredths of a second. */
const TICK: Duration = 10;

async function processorTime(pid: number): Promise<Duration | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => null);
  // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? null : (Number(fields[11]) + Number(fields[12])) * TICK;
}
