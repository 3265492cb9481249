import { prepare } from "../host/starting.ts";
import type { Opening } from "../host/tmux-script.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import type { Happening } from "../watch/happening.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Records } from "../watch/records.ts";
import type { Host } from "./host.ts";
import { because, type Deed, journalOf, note } from "./note.ts";

/** All new sessions in one tmux call; the look after it says which of them came to be. */
export async function startAll(before: Records, starts: readonly Deed[], host: Host): Promise<Records> {
  if (starts.length === 0) return before;
  const openings = new Map<string, Opening>();
  const troubles = new Map<string, string>();
  for (const { agent, action } of starts) {
    const run = before.agents[agent.name]?.run;
    if (run == null || action.do !== "start") continue;
    const resume = action.resume ? { id: run.conversation } : null;
    const start = { agent, instance: run.instance, model: run.model, resume, course: before.course };
    try {
      await checkOwner(agent, resume?.id ?? null, host);
      openings.set(agent.name, await prepare(host.site, start, host.environment, host.disk));
    } catch (error) {
      troubles.set(agent.name, because(error));
    }
  }
  const sessions = await openAll([...openings.values()], troubles, host);
  const entries: JournalEntry[] = [];
  let records = before;
  for (const { agent, action } of starts) {
    const run = records.agents[agent.name]?.run ?? null;
    const there = run !== null && sessions.get(agent.session) === run.instance;
    const why = troubles.get(agent.name) ?? troubles.get("") ?? "tmux did not make its session";
    const at = host.clock.now();
    const happening: Happening =
      there && run !== null
        ? {
            at,
            what: action.do === "start" && action.resume ? "resumed" : "started",
            instance: run.instance,
            model: run.model,
          }
        : { at, what: "start-failed", because: why };
    records = note(records, agent, happening);
    entries.push(...journalOf(agent, [happening]));
  }
  await host.store.journal(entries);
  return records;
}

/** A conversation that somebody else has open is not gone on with: both would write to it. @throws Failure TAKEN */
async function checkOwner({ backend }: Agent, conversation: string | null, host: Host): Promise<void> {
  if (conversation === null || backend === null) return;
  const owner = await host.ownerOf(conversation, backend);
  if (owner === null) return;
  throw new Failure("TAKEN", `its conversation ${conversation} is open in process ${owner}`);
}

/** Session name to the instance that is in it. Where tmux fails on the way, some may be there all the same. */
async function openAll(
  openings: readonly Opening[],
  troubles: Map<string, string>,
  { terminal }: Host,
): Promise<ReadonlyMap<string, string | null>> {
  const failed = (error: unknown) => void troubles.set("", because(error));
  const open = async () => {
    const there = (await terminal.panes()).sessions;
    const dead = openings.map(({ session }) => session).filter((session) => there.get(session)?.dead);
    if (dead.length > 0) await terminal.close(dead);
    await terminal.open(openings);
  };
  const instances = async () => {
    const panes = await terminal.panes();
    return new Map([...panes.sessions.values()].map(({ session, instance }) => [session, instance]));
  };
  await open().catch(failed);
  return instances().catch((error) => {
    failed(error);
    return new Map();
  });
}
