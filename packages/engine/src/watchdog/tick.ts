import type { Look } from "../host/look.ts";
import type { Site } from "../host/site.ts";
import { blockedBy } from "../host/starting.ts";
import { timetableOf } from "../host/timetable.ts";
import { Failure } from "../problem.ts";
import type { Agent, Policy, Project } from "../project.ts";
import { isNearStall } from "../watch/assess.ts";
import { withEnvironment } from "../watch/in-force.ts";
import { keepTime } from "../watch/jump.ts";
import type { Message } from "../watch/message.ts";
import { orphansOf, withoutOrphans } from "../watch/orphans.ts";
import { type Facts, inStartOrder, isTurnBegun, sceneOf, withoutPhase } from "../watch/plan.ts";
import { type AgentRecord, FRESH_RECORD } from "../watch/record.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Assessment } from "../watch/scene.ts";
import { isScheduled, nameOf, type Slots, slotsAt } from "../watch/schedule.ts";
import { consider, type Thought } from "../watch/think.ts";
import type { Duration, Instant } from "../watch/time.ts";
import { act, intend } from "./act.ts";
import { advance } from "./advance.ts";
import { apart } from "./apart.ts";
import { hand } from "./hand.ts";
import type { Host } from "./host.ts";
import { because, type Deed, journalOf, remember } from "./note.ts";

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
  const seen = observe(timed, look, site.project.supervision, began);
  const host = { ...given, site: wishes.off ? withOrphansOf(site, seen, look) : site };
  const steered = await apart("phases", seen, host, (records) => advance(records, wishes, host));
  const handed = await apart("handoffs", steered, host, (records) => hand(records, host));
  const facts = await lookUp(handed, wishes, look, host);
  const { thoughts, records } = await thinkAll(handed, facts, host);
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

interface AgentThought {
  readonly agent: Agent;
  readonly thought: Thought;
}

async function keepTimeOf(before: Records, { clock, site, store }: Host): Promise<Records> {
  const { records, jump } = keepTime(before, clock.read(), site.project.supervision);
  if (jump !== 0) await store.journal([{ at: clock.now(), agent: null, what: "clock-jumped", by: jump }]);
  return records;
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

/** Everything that thinking needs and a look at tmux does not show. */
async function lookUp(records: Records, wishes: Wishes, look: Look, host: Host): Promise<Facts> {
  const { site, store, clock } = host;
  const { agents } = site.project;
  const sighting = (agent: Agent, since: Instant | null) => look.sighting(agent, since);
  const blocked = new Map<string, string | null>();
  const messages = new Map<string, Message | null>();
  const slots = new Map<string, Slots>();
  const troubles = new Map<string, unknown>();
  const lookFor = async (agent: Agent): Promise<void> => {
    const record = records.agents[agent.name] ?? FRESH_RECORD;
    // Whose end this look shows may be started in this very tick.
    if (record.run === null || sighting(agent, record.run.since).pane !== "alive")
      blocked.set(agent.name, hold(agent, records, host) ?? (await blockedBy(site, agent, host.disk)));
    const passing = await slotsOf(agent, record, host);
    if (passing !== null) slots.set(agent.name, passing);
    if (agent.backend === null) return;
    for (const file of await store.sift(agent.name))
      await store.journal([{ at: host.clock.now(), agent: agent.name, what: "message-unreadable", file }]);
    messages.set(agent.name, await store.next(agent.name));
  };
  for (const agent of agents) await lookFor(agent).catch((error) => troubles.set(agent.name, error));
  // A screen on which its backend stumbles is nobody's life sign; why it stumbled is that agent's own trouble.
  const glimpse: Facts["sighting"] = (agent, since) => {
    try {
      return sighting(agent, since);
    } catch (error) {
      return { pane: "unreadable", because: because(error) };
    }
  };
  const ending = agents.some((agent) => {
    const record = records.agents[agent.name];
    return record?.run != null && glimpse(agent, record.run.since).pane !== "alive";
  });
  const silent = silentOnes(site.project, records, glimpse, clock.now());
  const isAsked = ending || silent.size > 0;
  const processes = isAsked ? await host.processes().catch(() => null) : new Map<string, readonly number[]>();
  const working = await askEffort(silent, processes, host);
  return {
    wishes,
    sighting,
    blocked: (agent) => blocked.get(agent.name) ?? null,
    leftovers: (instance) => (processes === null ? null : (processes.get(instance)?.length ?? 0)),
    working: (instance) => working.get(instance) ?? null,
    slots: (agent) => slots.get(agent.name) ?? null,
    message: (agent) => {
      if (troubles.has(agent.name)) throw troubles.get(agent.name);
      return messages.get(agent.name) ?? null;
    },
    rescue: (agent, instance) => host.rescuer.state(agent, instance),
  };
}

/** Who has shown nothing new for so long that it may soon be taken for stalled: by instance, the program itself. */
function silentOnes(
  { agents, supervision }: Project,
  records: Records,
  sighting: Facts["sighting"],
  now: Instant,
): ReadonlyMap<string, number> {
  const silent = new Map<string, number>();
  for (const agent of agents) {
    const record = records.agents[agent.name] ?? FRESH_RECORD;
    if (record.run === null || record.seen === null) continue;
    // A task may be called while it seems to hang.
    const judged =
      agent.watch === "heal+stall" || (agent.kind === "task" && record.seen.mood.mood !== "ready");
    if (!judged) continue;
    if (!isNearStall(record, supervision, now)) continue;
    const seeing = sighting(agent, record.run.since);
    if (seeing.pane === "alive") silent.set(record.run.instance, seeing.pid);
  }
  return silent;
}

/** Their children's use of the processor, in one look at them all. */
async function askEffort(
  silent: ReadonlyMap<string, number>,
  processes: ReadonlyMap<string, readonly number[]> | null,
  { effort, clock }: Host,
): Promise<ReadonlyMap<string, boolean | null>> {
  if (silent.size === 0 || processes === null) return new Map();
  const trees = new Map(
    [...silent].map(([instance, program]) => [instance, { program, pids: processes.get(instance) ?? [] }]),
  );
  return effort.of(trees, clock.read().steady);
}

async function slotsOf(agent: Agent, { slot }: AgentRecord, { clock }: Host): Promise<Slots | null> {
  if (agent.schedule === null || !isScheduled(agent)) return null;
  return slotsAt(nameOf(agent.schedule), await timetableOf(agent.schedule), slot?.at ?? null, clock.now());
}

/** A loop needs a phase to be told of, and must not push before it is known from where on its commits count. */
function hold(agent: Agent, records: Records, { relay, site }: Host): string | null {
  // Its next start, if there is one, is by the agents.toml of the next tick.
  if (isOutdated(agent, site)) return "agents.toml has changed since its start";
  const { course } = records;
  if (agent.kind !== "loop" || course === null) return null;
  const lost = withoutPhase(agent, course);
  if (lost !== null) return lost;
  if (relay === null || isTurnBegun(records, site.project) || relay.isFailing()) return null;
  return relay.because() ?? "the branch of its handoffs is being read";
}

const isOutdated = ({ name }: Agent, { inForce }: Host["site"]): boolean =>
  inForce.outdated.some(({ agent }) => agent.name === name);

async function thinkAll(
  before: Records,
  facts: Facts,
  { site, clock, store }: Host,
): Promise<{ readonly thoughts: readonly AgentThought[]; readonly records: Records }> {
  const now = clock.now();
  const thoughts: AgentThought[] = [];
  let records = before;
  for (const agent of inStartOrder(site.project.agents)) {
    const sofar = records;
    const thought = consider(
      () => sceneOf(agent, site.project, sofar, facts),
      records.agents[agent.name] ?? FRESH_RECORD,
      now,
    );
    thoughts.push({ agent, thought });
    const restarts = thought.actions.some((action) => action.do === "start" && action.automatic);
    records = remember({ ...records, restarted: restarts ? now : records.restarted }, agent, thought.record);
    const { noticed, decision } = thought;
    await store.journal(journalOf(agent, decision === null ? noticed : [...noticed, decision]));
  }
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

async function isOver(
  { agents, course, completed, heartbeat }: Records,
  wishes: Wishes,
  thoughts: readonly AgentThought[],
  { site, store }: Host,
): Promise<"off" | "complete" | null> {
  const all = (...words: readonly Assessment["is"][]) =>
    thoughts.every(({ thought }) => words.includes(thought.assessment.is));
  if (wishes.off) return all("down", "foreign") ? "off" : null;
  const end = course?.complete;
  // A schedule goes on after the phases.
  if (end == null || !completed || site.project.agents.some(isScheduled)) return null;
  const asked = Object.values(wishes.agents).some(({ at, state }) => state === "up" && at > end);
  const loops = site.project.agents.filter(({ kind }) => kind === "loop");
  const stopped = loops.every(({ name }) => agents[name]?.run == null);
  // Nobody is left half started, or dead and about to be started again.
  const settled = all(...AT_REST);
  const busy = thoughts.some(({ thought }) => thought.record.mail !== null || thought.actions.length > 0);
  if (asked || !stopped || !settled || busy) return null;
  return heartbeat - end > FAREWELL || !(await isToldSomething(thoughts, store)) ? "complete" : null;
}

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
  "waiting",
  "asking",
  "limited",
] as const;

/** Messages that are still to be typed keep the watchdog, but not for ever. */
const FAREWELL: Duration = 60_000;
