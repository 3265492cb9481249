import type { Agent } from "../project.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Assessment } from "../watch/scene.ts";
import { isScheduled } from "../watch/schedule.ts";
import type { Thought } from "../watch/think.ts";
import type { Duration, Instant } from "../watch/time.ts";
import type { Host } from "./host.ts";

export interface AgentThought {
  readonly agent: Agent;
  readonly thought: Thought;
}

/** Is there nothing left to watch, and why? */
export async function isOver(
  records: Records,
  wishes: Wishes,
  thoughts: readonly AgentThought[],
  { site, store }: Host,
): Promise<"off" | "complete" | null> {
  const { agents, course, completed, heartbeat } = records;
  const all = (...words: readonly Assessment["is"][]) =>
    thoughts.every(({ thought }) => words.includes(thought.assessment.is));
  if (wishes.off) return all("down", "foreign") ? "off" : null;
  const end = course?.complete;
  // A schedule goes on after the phases.
  if (end == null || !completed || site.project.agents.some(isScheduled)) return null;
  const loops = site.project.agents.filter(({ kind }) => kind === "loop");
  const stopped = loops.every(({ name }) => agents[name]?.run == null);
  // Nobody is left half started, or dead and about to be started again.
  const settled = all(...AT_REST);
  const busy = thoughts.some(({ thought }) => thought.record.mail !== null || thought.actions.length > 0);
  if (isAskedSince(end, records, wishes) || !stopped || !settled || busy) return null;
  return heartbeat - end > FAREWELL || !(await isToldSomething(thoughts, store)) ? "complete" : null;
}

/** Has a person asked for somebody since the end? By the names of the wishes, not by their times: the clock may have been set since. */
const isAskedSince = (end: Instant, { wished }: Records, { agents }: Wishes): boolean =>
  Object.values(agents).some(
    ({ at, state }) => state === "up" && (wished === null ? at > end : !wished.includes(at)),
  );

/** Somebody who is there has still a message to get. */
async function isToldSomething(thoughts: readonly AgentThought[], store: Host["store"]): Promise<boolean> {
  for (const { agent, thought } of thoughts)
    if (thought.record.run !== null && (await store.next(agent.name)) !== null) return true;
  return false;
}

const AT_REST = [
  "down",
  "foreign",
  "held",
  "outlived",
  "finished",
  "failed",
  "working",
  "ready",
  "unread",
  "waiting",
  "asking",
  "limited",
] as const;

/** Messages that are still to be typed keep the watchdog, but not for ever. */
const FAREWELL: Duration = 60_000;
