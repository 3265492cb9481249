import type { Agent } from "../project.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { type AgentRecord, evolve, FRESH_RECORD, type Happening } from "../watch/record.ts";
import type { Records } from "../watch/records.ts";

export const remember = (records: Records, agent: Agent, record: AgentRecord): Records => ({
  ...records,
  agents: { ...records.agents, [agent.name]: record },
});

export const note = (records: Records, agent: Agent, happening: Happening): Records =>
  remember(records, agent, evolve(records.agents[agent.name] ?? FRESH_RECORD, happening));

/** Looks are too many for the journal; what was new in them has a happening of its own. */
export const journalOf = (agent: Agent, happenings: readonly Happening[]): readonly JournalEntry[] =>
  happenings
    .filter(({ what }) => what !== "looked")
    .map(({ at, what, ...more }) => ({ at, agent: agent.name, what, ...more }));
