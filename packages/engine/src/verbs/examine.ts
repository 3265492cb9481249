import { existsSync } from "node:fs";
import { systemDisk } from "../host/disk.ts";
import type { Environment } from "../host/environment.ts";
import { askOnce, lackOf } from "../host/lack.ts";
import type { LookAtPanes } from "../host/many-panes.ts";
import { healthOf } from "../host/opencode-server.ts";
import type { Pane, Panes } from "../host/panes.ts";
import { processesByInstance } from "../host/processes.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { timetableOf } from "../host/timetable.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { assess } from "../watch/assess.ts";
import { type HoldWish, holdIn, restraintOf } from "../watch/hold.ts";
import { type Facts, sceneOf, withoutPhase } from "../watch/plan.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Restraint } from "../watch/restraint.ts";
import type { Assessment, Scene } from "../watch/scene.ts";
import { isScheduled } from "../watch/schedule.ts";
import type { Sighting } from "../watch/sighting.ts";
import { unseenBecause } from "../watch/think.ts";

/** One agent as it is now, with everything that was looked at to say so. */
export interface Examined {
  readonly agent: Agent;
  readonly scene: Scene;
  readonly assessment: Assessment;
}

/** Everything that was looked at. */
export interface Seen {
  readonly panes: Panes | null;
  readonly records: Records;
  readonly wishes: Wishes;
  /** The hold that is in force. */
  readonly hold: HoldWish | null;
  /** The next slot of each scheduled task. */
  readonly next: ReadonlyMap<string, number | null>;
  readonly now: number;
}

export async function examine(
  site: Site,
  environment: Environment,
  look: LookAtPanes = (socket) => createTmux(socket, environment, 0).panes(),
): Promise<Seen & { readonly agents: readonly Examined[] }> {
  const store = createStore(site.state);
  // In this order: of a run that is known, its session was opened before or is to be, and neither is an end.
  const { records, wishes } = await store.glance();
  const panes = await lookAt(site, look);
  const now = Date.now();
  const hold = holdIn(wishes.hold, records.hold, now);
  const { agents } = site.project;
  const blocked = new Map<string, string | null>();
  const ask = askOnce(healthOf);
  const next = new Map<string, number | null>();
  for (const agent of agents)
    if (agent.schedule !== null && isScheduled(agent))
      next.set(agent.name, (await timetableOf(agent.schedule)).next(now));
  for (const agent of agents)
    if (panes?.sessions.get(agent.session)?.dead !== false)
      blocked.set(
        agent.name,
        withoutPhase(agent, records.course) ?? (await lackOf(site, agent, systemDisk, ask)),
      );
  const processes = await countLost(agents, panes, records);
  const examined = agents.map((agent): Examined => {
    const facts: Facts = {
      wishes,
      sighting: (one) => {
        const run = records.agents[one.name]?.run ?? null;
        return toSighting(site, panes?.sessions.get(one.session), panes !== null, run?.instance ?? null);
      },
      blocked: () => blocked.get(agent.name) ?? null,
      lacks: () => null,
      restraint: (one) => restraintOf(hold) ?? rememberedFor(one, records, now),
      door: () => false,
      working: () => null,
      slots: () => null,
      signs: () => [],
      leftovers: (instance) => (hasBegun(records, agent.name) ? (processes.get(instance)?.length ?? 0) : 0),
      message: () => null,
      rescue: () => "over",
    };
    const scene = sceneOf(agent, site.project, records, facts);
    return { agent, scene, assessment: assessSafely(scene, now) };
  });
  return { panes, records, wishes, hold, next, now, agents: examined };
}

/** Who is at a limit the watchdog alone knows: what it saw last holds until its time has come. */
function rememberedFor({ name }: Agent, { agents }: Records, now: number): Restraint | null {
  const restraint = agents[name]?.restraint ?? null;
  return restraint?.by === "limit" && now < (restraint.until ?? 0) ? restraint : null;
}

/** What makes the watchdog's check of one agent fail must not take the status of all. */
function assessSafely(scene: Scene, now: number): Assessment {
  try {
    return assess(scene, now);
  } catch (error) {
    return unseenBecause(error);
  }
}

type Processes = ReadonlyMap<string, readonly number[]>;

/** Processes are looked up only where a run has lost its pane. */
async function countLost(
  agents: readonly Agent[],
  panes: Panes | null,
  records: Records,
): Promise<Processes> {
  const lost = agents.some(({ name, session }) => {
    const dead = panes?.sessions.get(session)?.dead ?? panes !== null;
    return dead && hasBegun(records, name);
  });
  return lost ? processesByInstance() : new Map();
}

/** What is found of a run whose start is under way has outlived nothing. */
const hasBegun = ({ agents }: Records, name: string): boolean => agents[name]?.run?.opened === true;

/** Null when tmux could not say. Without a socket there is no server to ask, and no tmux is needed to know it. */
async function lookAt({ socket }: Site, look: LookAtPanes): Promise<Panes | null> {
  if (!existsSync(socket)) return { server: null, epoch: 0, sessions: new Map() };
  try {
    return await look(socket);
  } catch (error) {
    if (error instanceof Failure && error.code === "TMUX_FAILED") return null;
    throw error;
  }
}

/** What the screen says is the watchdog's last word; a look at the panes is all that a status needs. */
function toSighting(site: Site, pane: Pane | undefined, seen: boolean, instance: string | null): Sighting {
  if (!seen) return { pane: "unreadable", because: "tmux does not answer" };
  if (pane === undefined) return { pane: "absent", with: "session" };
  if (pane.project !== site.id) return { pane: "foreign" };
  const name = pane.instance ?? instance ?? "";
  const created = pane.created * 1000;
  if (pane.dead)
    return { pane: "dead", instance: name, created, exit: pane.exit ?? { signal: "unknown" }, screen: "" };
  const reading = { mood: "unclear", draft: null, final: null, running: null, rule: null } as const;
  const { pid, scrolled, size } = pane;
  return { pane: "alive", pid, instance: name, created, digest: "", screen: "", scrolled, size, reading };
}
