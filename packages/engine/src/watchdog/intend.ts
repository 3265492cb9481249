import { BACKENDS } from "../backends/index.ts";
import { chooseModel, NO_OVERRIDES } from "../choose-model.ts";
import type { Agent } from "../project.ts";
import type { Happening } from "../watch/happening.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { turnOf, wishFor } from "../watch/plan.ts";
import type { AgentRecord, Run } from "../watch/record.ts";
import type { Records, Wishes } from "../watch/records.ts";
import { servedBy } from "../watch/server.ts";
import type { Host } from "./host.ts";
import { type Deed, journalOf, note } from "./note.ts";

/** What is about to be done and must be known after a crash: which run is started or ended and why, which message is typed or submitted. */
export async function intend(
  before: Records,
  deeds: readonly Deed[],
  host: Host,
): Promise<{ readonly intents: number; readonly records: Records }> {
  let records = before;
  const entries: JournalEntry[] = [];
  let intents = 0;
  const wishes = await host.store.wishes();
  for (const deed of deeds) {
    const { agent } = deed;
    const intent = intentOf(deed, records, wishes, host);
    if (intent === null) continue;
    intents += 1;
    records = note(records, agent, intent);
    entries.push(...journalOf(agent, [intent]));
  }
  await host.store.journal(entries);
  return { intents, records };
}

function intentOf({ agent, action }: Deed, records: Records, wishes: Wishes, host: Host): Happening | null {
  const at = host.clock.now();
  switch (action.do) {
    case "start": {
      const conversation = action.resume ? (records.agents[agent.name]?.conversation ?? null) : null;
      const run = newRun(agent, conversation, records, wishes.env, host);
      const { at: wish } = wishFor(agent, wishes, records.course, records.agents[agent.name]);
      return { at, what: "starting", run, wish, automatic: action.automatic };
    }
    case "stop":
      // Else a run that has died of our signal would seem to have died by itself.
      return { at, what: "told-to-stop", because: action.because };
    case "type":
      return { at, what: "typing", message: action.message.id };
    case "press-enter":
      return { at, what: "pressing", message: action.message.id };
    case "hand-in":
      return { at, what: "handing-in", message: action.message.id };
    default:
      return null;
  }
}

function newRun(
  agent: Agent,
  old: AgentRecord["conversation"],
  records: Records,
  env: Readonly<Record<string, string>>,
  host: Host,
): Run {
  const { project } = host.site;
  const { course } = records;
  const phase = agent.kind === "loop" ? (course?.phase ?? null) : null;
  const model = agent.backend === null ? null : chooseModel(project, agent, phase, { ...NO_OVERRIDES, env });
  const turn = turnOf(agent, project, course);
  const instance = host.newInstance();
  const isNamed = BACKENDS[agent.backend ?? ""]?.conversations === "the run's";
  return {
    instance,
    since: host.clock.now(),
    turn,
    model,
    backend: agent.backend,
    server: servedBy(agent, project, records),
    opened: false,
    resumed: old !== null,
    conversation: old === null && isNamed ? instance : (old?.id ?? null),
    transcript: null,
    ready: null,
  };
}
