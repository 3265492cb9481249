import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import type { Agent } from "../project.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { RescueState } from "../watch/scene.ts";
import type { Duration, Instant } from "../watch/time.ts";
import type { Clock } from "./clock.ts";
import type { Git } from "./git.ts";
import { rescue, SCRATCH } from "./rescue.ts";
import type { Site } from "./site.ts";

/**
 * Keeps what a run has not pushed before it is stopped. In the background: git
 * may take its seconds, and the others are to be healed meanwhile. Nothing of
 * it is stored: who is asked again keeps the same thing under the same ref.
 */
export interface Rescuer {
  state(agent: Agent, instance: string): RescueState;
  begin(agent: Agent, instance: string): void;
  /** What came of it since the last call: rescued, or rescue-failed. */
  take(): readonly JournalEntry[];
  /** Resolves when nothing is being kept any more. */
  idle(): Promise<void>;
}

/** So long a run counts as kept; one that is to be stopped later may have other work by then. */
const COUNTS_FOR: Duration = 10_000;

export function createRescuer(site: Site, git: Git, clock: Clock, wake: () => void): Rescuer {
  clearScratch(site.state);
  const underWay = new Map<string, Promise<void>>();
  const over = new Map<string, Instant>();
  let news: JournalEntry[] = [];
  const workdirOf = (agent: Agent) => path.resolve(site.root, agent.workdir);
  return {
    state(agent, instance) {
      if (underWay.has(instance)) return "under-way";
      if (clock.now() - (over.get(instance) ?? Number.NEGATIVE_INFINITY) < COUNTS_FOR) return "over";
      over.delete(instance);
      // Its own repository, never one around it.
      const works = agent.backend !== null && existsSync(path.join(workdirOf(agent), ".git"));
      return works ? "due" : "over";
    },
    begin(agent, instance) {
      const now = clock.now();
      const { name } = agent;
      const work = { git, agent: name, workdir: workdirOf(agent), state: site.state, now };
      const kept = rescue(work)
        .then(
          (found) => {
            if (found !== null) news.push({ agent: name, at: now, what: "rescued", ...found });
          },
          (error: unknown) => {
            // Whatever git or the disk does, the stop goes on.
            const because = error instanceof Error ? error.message : String(error);
            news.push({ agent: name, at: now, what: "rescue-failed", because });
          },
        )
        .finally(() => {
          underWay.delete(instance);
          over.set(instance, clock.now());
          wake();
        });
      underWay.set(instance, kept);
    },
    take() {
      const taken = news;
      news = [];
      return taken;
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}

/** What a watchdog that was killed in the middle of it has left. */
function clearScratch(state: string): void {
  for (const name of readdirSync(state).filter((one) => one.startsWith(SCRATCH)))
    rmSync(path.join(state, name), { recursive: true, force: true });
}
