import { BACKENDS } from "../backends/index.ts";
import { doorFolder, isDoorOpen } from "../host/door.ts";
import { eventsFolder, type Watched } from "../host/informer.ts";
import { askOnce, lackOf } from "../host/lack.ts";
import type { Look } from "../host/look.ts";
import { timetableOf } from "../host/timetable.ts";
import type { Agent, Project } from "../project.ts";
import { isNearStall } from "../watch/assess.ts";
import { type HoldWish, restraintOf } from "../watch/hold.ts";
import type { Message } from "../watch/message.ts";
import { type Facts, isTurnBegun, withoutPhase } from "../watch/plan.ts";
import { type AgentRecord, FRESH_RECORD } from "../watch/record.ts";
import type { Records, Wishes } from "../watch/records.ts";
import { isScheduled, nameOf, type Slots, slotsAt } from "../watch/schedule.ts";
import type { Sign } from "../watch/sign.ts";
import type { Instant } from "../watch/time.ts";
import type { Host } from "./host.ts";
import { type Logins, restraintByLogin } from "./logins.ts";
import { because } from "./note.ts";

/** Everything that thinking needs and a look at tmux does not show. */
export async function lookUp(
  records: Records,
  said: { readonly wishes: Wishes; readonly hold: HoldWish | null; readonly logins: Logins },
  look: Look,
  host: Host,
): Promise<Facts> {
  const { site, store, clock } = host;
  const onHold = restraintOf(said.hold);
  const { agents } = site.project;
  const sighting = (agent: Agent, since: Instant | null) => look.sighting(agent, since);
  const blocked = new Map<string, string | null>();
  const lacks = new Map<string, string | null>();
  const ask = askOnce(host.healthOf);
  const messages = new Map<string, Message | null>();
  const doors = new Map<string, boolean>();
  const slots = new Map<string, Slots>();
  const troubles = new Map<string, unknown>();
  const lookFor = async (agent: Agent): Promise<void> => {
    const record = records.agents[agent.name] ?? FRESH_RECORD;
    // Whose end this look shows may be started in this very tick.
    if (record.run === null || sighting(agent, record.run.since).pane !== "alive") {
      blocked.set(agent.name, blockOf(agent, records, host));
      lacks.set(agent.name, await lackOf(site, agent, host.disk, ask));
    }
    const passing = await slotsOf(agent, record, host);
    if (passing !== null) slots.set(agent.name, passing);
    if (agent.backend === null) return;
    // What can't be set aside on a full disk is passed over, and tried again: no reason to leave its agent alone.
    for (const file of await store.sift(agent.name).catch(() => []))
      await store.journal([{ at: host.clock.now(), agent: agent.name, what: "message-unreadable", file }]);
    const message = await store.next(agent.name);
    messages.set(agent.name, message);
    if (message !== null) doors.set(agent.name, await isAtDoor(agent, record, host));
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
  const signs = await listen(site.project, records, glimpse, host);
  const silent = silentOnes(site.project, records, glimpse, clock.now());
  const isAsked = ending || silent.size > 0;
  const processes = isAsked ? await host.processes().catch(() => null) : new Map<string, readonly number[]>();
  const working = await askEffort(silent, processes, host);
  return {
    wishes: said.wishes,
    sighting,
    signs: (instance) => signs.get(instance) ?? [],
    blocked: (agent) => blocked.get(agent.name) ?? null,
    lacks: (agent) => lacks.get(agent.name) ?? null,
    restraint: (agent) => onHold ?? restraintByLogin(agent, said.logins, host),
    leftovers: (instance) => (processes === null ? null : (processes.get(instance)?.length ?? 0)),
    working: (instance) => working.get(instance) ?? null,
    slots: (agent) => slots.get(agent.name) ?? null,
    door: (agent) => doors.get(agent.name) ?? false,
    message: (agent) => {
      if (troubles.has(agent.name)) throw troubles.get(agent.name);
      return messages.get(agent.name) ?? null;
    },
    rescue: (agent, instance) => host.rescuer.state(agent, instance),
  };
}

async function isAtDoor(agent: Agent, { run }: AgentRecord, { site, disk }: Host): Promise<boolean> {
  if (run === null || BACKENDS[agent.backend ?? ""]?.door !== true) return false;
  return isDoorOpen(doorFolder(site.state, agent.name), run.instance, disk);
}

/** What the programs say of themselves. */
async function listen(
  { agents }: Project,
  records: Records,
  sighting: Facts["sighting"],
  { informer, wakes, site, clock }: Host,
): Promise<ReadonlyMap<string, readonly Sign[]>> {
  const watched = agents.flatMap((agent): Watched[] => {
    const run = records.agents[agent.name]?.run ?? null;
    if (run === null || agent.backend === null) return [];
    const seeing = sighting(agent, run.since);
    return [{ agent, run, pid: seeing.pane === "alive" ? seeing.pid : null }];
  });
  if (watched.length === 0) return new Map();
  wakes.on(eventsFolder(site.state));
  return informer.take(watched, clock.now()).catch(() => new Map());
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
function blockOf(agent: Agent, records: Records, { relay, site }: Host): string | null {
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
