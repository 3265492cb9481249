import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { evolve } from "../watch/evolve.ts";
import type { Happening } from "../watch/happening.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { type AgentRecord, FRESH_RECORD } from "../watch/record.ts";
import type { Records } from "../watch/records.ts";
import type { Action } from "../watch/scene.ts";

/** One action, and whom it is done to. */
export interface Deed {
  readonly agent: Agent;
  readonly action: Action;
}

export const remember = (records: Records, agent: Agent, record: AgentRecord): Records => ({
  ...records,
  agents: { ...records.agents, [agent.name]: record },
});

export const note = (records: Records, agent: Agent, happening: Happening): Records =>
  remember(records, agent, evolve(records.agents[agent.name] ?? FRESH_RECORD, happening));

/**
 * Looks are too many for the journal; what was new in them has a happening of its own. An Enter is told when it was
 * pressed, and a hold once, for the whole project.
 */
export const journalOf = (agent: Agent, happenings: readonly Happening[]): readonly JournalEntry[] =>
  happenings
    .filter(({ what, ...more }) => what !== "looked" && what !== "pressing" && !isOfHold(what, more))
    .map(({ at, what, ...more }) => ({ at, agent: agent.name, what, ...more }));

const isOfHold = (what: Happening["what"], more: object): boolean =>
  (what === "restrained" || what === "released") && "by" in more && more.by === "hold";

/** A newer watchdog has the project; there is nothing left to do here, and nothing that may be done. */
export const isFenced = (error: unknown): boolean => error instanceof Failure && error.code === "FENCED";

/** Being fenced off ends the watchdog; every other trouble is one agent's. */
export function because(error: unknown): string {
  if (isFenced(error)) throw error;
  return error instanceof Error ? error.message : String(error);
}
