import { commandOf, type Runner, readRunner } from "./processes.ts";

/** One run as it was seen from outside: which instance, from when to when it had a living process. */
export interface SeenRun {
  readonly instance: string;
  readonly first: number;
  last: number;
}

/** What was seen of the agents of one project. */
export interface Runs {
  see(runners: readonly Runner[], at: number): readonly string[];
  readonly byAgent: ReadonlyMap<string, readonly SeenRun[]>;
}

/** No agent may ever have processes of two runs. */
export function createRuns(): Runs {
  const byAgent = new Map<string, SeenRun[]>();
  return {
    byAgent,
    see(runners, at) {
      const wrong: string[] = [];
      for (const [agent, own] of Map.groupBy(runners, ({ agent }) => agent)) {
        const instances = new Set(own.map(({ instance }) => instance));
        if (instances.size > 1) wrong.push(...doubled(agent, own));
        const seen = byAgent.get(agent) ?? [];
        byAgent.set(agent, seen);
        for (const instance of instances) {
          const run = seen.find((one) => one.instance === instance);
          if (run === undefined) seen.push({ instance, first: at, last: at });
          else run.last = at;
        }
      }
      return wrong;
    },
  };
}

/** Looked at once more, for a look takes a moment, in which one may have ended and the other begun. */
function doubled(agent: string, own: readonly Runner[]): readonly string[] {
  // Older processes last: who is still there then was there all the while.
  const still = [...own].reverse().flatMap(({ pid }) => readRunner(pid) ?? []);
  if (new Set(still.map(({ instance }) => instance)).size < 2) return [];
  const who = still.map(({ pid, instance }) => `${pid} (${instance.slice(0, 8)}) ${commandOf(pid)}`);
  return [`${agent} runs twice: ${who.join("; ")}`];
}

/** How long an agent had no process between two of its runs, at the longest. */
export const longestGap = (runs: readonly SeenRun[]): number =>
  Math.max(0, ...runs.slice(1).map(({ first }, nth) => first - (runs[nth]?.last ?? first)));
