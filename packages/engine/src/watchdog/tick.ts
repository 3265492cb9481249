import type { Look } from "../host/look.ts";
import type { Site } from "../host/site.ts";
import { Failure } from "../problem.ts";
import type { Policy } from "../project.ts";
import { followHold, type HoldWish, holdIn } from "../watch/hold.ts";
import { withEnvironment } from "../watch/in-force.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { keepTime } from "../watch/jump.ts";
import { orphansOf, withoutOrphans } from "../watch/orphans.ts";
import { type Facts, inStartOrder, sceneOf } from "../watch/plan.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import type { Records, Wishes } from "../watch/records.ts";
import { consider } from "../watch/think.ts";
import type { Duration, Instant } from "../watch/time.ts";
import { act } from "./act.ts";
import { advance } from "./advance.ts";
import { apart } from "./apart.ts";
import { hand } from "./hand.ts";
import type { Host } from "./host.ts";
import { intend } from "./intend.ts";
import { readLogins, tellLogins } from "./logins.ts";
import { lookUp } from "./look-up.ts";
import { because, type Deed, journalOf, remember } from "./note.ts";
import { type AgentThought, isOver } from "./over.ts";

export interface Ticked {
  readonly records: Records;
  /** When to look again at the latest. */
  readonly next: Instant;
  /** There is nothing left to watch, and why. */
  readonly over: "off" | "complete" | null;
}

/** Looks at everything once, thinks about each agent and does what follows. What it returns is still to be saved. */
export async function tick(before: Records, given: Host): Promise<Ticked> {
  const { store, clock } = given;
  // From before the wishes are read: who finds a later heartbeat than a wish knows that it was heard.
  const began = clock.now();
  const wishes = await store.wishes();
  const site = { ...given.site, project: withEnvironment(given.site.project, before, wishes.env) };
  const timed = await keepTimeOf(before, { ...given, site });
  const look = await given.eyes.look(site.project, timed, clock.now());
  // What was kept is known before anybody is stopped for whom it was kept.
  await store.journal(given.rescuer.take());
  await claim(look, before, given);
  const { records: told, hold } = await heed(timed, wishes, given);
  const seen = observe(told, look, site.project.supervision, began);
  const host = { ...given, site: wishes.off ? withOrphansOf(site, seen, look) : site };
  const steered = await apart("phases", seen, host, (records) => advance(records, wishes, host));
  const handed = await apart("handoffs", steered, host, (records) => hand(records, host));
  const logins = await readLogins(host);
  const facts = await lookUp(handed, { wishes, hold, logins }, look, host);
  const { thoughts, records } = await thinkAll(handed, facts, host);
  await tellLogins(handed, records, logins, host);
  const after = withoutOrphans(await carryOut(records, thoughts, host));
  const next = Math.min(clock.now() + LONGEST_WITHOUT_LOOK, ...thoughts.map(({ thought }) => thought.next));
  return { records: after, next, over: await isOver(after, wishes, thoughts, host) };
}

const LONGEST_WITHOUT_LOOK: Duration = 300_000;

/** The whole project goes down: so does what runs of it and is not in agents.toml. */
function withOrphansOf(site: Site, records: Records, { panes }: Look): Site {
  const orphans = orphansOf(site.project, records, [...(panes?.sessions.values() ?? [])], site.id);
  return { ...site, project: { ...site.project, agents: [...site.project.agents, ...orphans] } };
}

/** A server that an older watchdog left obeys this one from now on; one that a newer has taken ends it. */
async function claim({ panes }: Look, { epoch }: Records, { site, terminal }: Host): Promise<void> {
  if (panes === null || panes.server === null || panes.epoch === epoch) return;
  if (panes.epoch > epoch) throw new Failure("FENCED", `a newer watchdog has taken ${site.name} over`);
  // tmux may have stopped answering just now: the next tick tries again, and until then the server refuses us.
  await terminal.claim().catch(because);
}

async function keepTimeOf(before: Records, { clock, site, store }: Host): Promise<Records> {
  const { records, jump } = keepTime(before, clock.read(), site.project.supervision);
  if (jump !== 0) await store.journal([{ at: clock.now(), agent: null, what: "clock-jumped", by: jump }]);
  return records;
}

/** Whether a person has put the project on hold; told when it begins, and when it ends. */
async function heed(
  records: Records,
  { hold: wish }: Wishes,
  { store, clock }: Host,
): Promise<{ readonly records: Records; readonly hold: HoldWish | null }> {
  const { memory, happenings } = followHold(wish, records.hold, clock.now());
  await store.journal(happenings.map((happening) => ({ ...happening, agent: null })));
  return { records: { ...records, hold: memory }, hold: holdIn(wish, memory, clock.now()) };
}

function observe(records: Records, look: Look, { healthy_after }: Policy, now: Instant): Records {
  const isLost = look.serverLost !== records.serverLost;
  const row = look.serverLost - records.serverLost > healthy_after ? 0 : records.serversLost;
  return {
    ...records,
    heartbeat: now,
    server: look.panes === null ? records.server : look.panes.server,
    serverLost: look.serverLost,
    serversLost: isLost ? row + 1 : records.serversLost,
  };
}

async function thinkAll(
  before: Records,
  facts: Facts,
  { site, clock, store }: Host,
): Promise<{ readonly thoughts: readonly AgentThought[]; readonly records: Records }> {
  const now = clock.now();
  const thoughts: AgentThought[] = [];
  const entries: JournalEntry[] = [];
  let records = before;
  for (const agent of inStartOrder(site.project.agents)) {
    const sofar = records;
    const record = records.agents[agent.name] ?? FRESH_RECORD;
    const thought = consider(() => sceneOf(agent, site.project, sofar, facts), record, now);
    thoughts.push({ agent, thought });
    if (thought.record !== record) records = remember(records, agent, thought.record);
    if (thought.actions.some((action) => action.do === "start" && action.automatic))
      records = { ...records, restarted: now };
    const { noticed, decision } = thought;
    entries.push(...journalOf(agent, decision === null ? noticed : [...noticed, decision]));
  }
  await store.journal(entries);
  return { thoughts, records };
}

/** Intents first, on disk; then the deeds; then what came of them. */
async function carryOut(before: Records, thoughts: readonly AgentThought[], host: Host): Promise<Records> {
  const deeds: Deed[] = thoughts.flatMap(({ agent, thought }) =>
    thought.actions.map((action) => ({ agent, action })),
  );
  if (deeds.length === 0) return before;
  const { intents, records } = await intend(before, deeds, host);
  if (intents > 0) await host.store.save(records);
  return act(records, deeds, host);
}
