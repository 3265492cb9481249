import { existsSync } from "node:fs";
import { chooseBackend, chooseModel, NO_OVERRIDES } from "../choose-model.ts";
import { systemDisk } from "../host/disk.ts";
import type { Environment } from "../host/environment.ts";
import { processesByInstance } from "../host/processes.ts";
import type { Site } from "../host/site.ts";
import { blockedBy } from "../host/starting.ts";
import { readStatus } from "../host/status-file.ts";
import { createStore } from "../host/store.ts";
import { timetableOf } from "../host/timetable.ts";
import { createTmux, type Pane, type Panes } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { assess } from "../watch/assess.ts";
import { indexOf, isDone, phaseOf } from "../watch/course.ts";
import { explain } from "../watch/explain.ts";
import { orphansIn, pendingIn } from "../watch/in-force.ts";
import { type Facts, sceneOf, withoutPhase } from "../watch/plan.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Assessment, Scene } from "../watch/scene.ts";
import { isScheduled } from "../watch/schedule.ts";
import type { Sighting } from "../watch/sighting.ts";
import { unseenBecause } from "../watch/think.ts";
import { ANSWER_VERSION } from "./common.ts";
import { toIso } from "./say.ts";
import { type KeeperSurvey, surveyKeeper, surveyWatchdog, type WatchdogSurvey } from "./survey-watchdog.ts";

/** `status --json`. Times are ISO 8601 in UTC. */
export interface Survey {
  readonly schema_version: number;
  readonly project: string;
  readonly phase: {
    readonly id: string;
    /** Counts from 0. */
    readonly index: number;
    readonly total: number;
    readonly plan: string;
    readonly state: "in progress" | "done" | "complete";
    /** A person has asked to stay in it. */
    readonly paused: boolean;
  } | null;
  /** What a person should know, a sentence each. */
  readonly notes: readonly string[];
  readonly agents: readonly AgentSurvey[];
  /** Sessions with our mark that no agent of agents.toml owns. */
  readonly orphans: readonly { readonly session: string; readonly pid: number; readonly instance: string }[];
  readonly watchdog: WatchdogSurvey | null;
  /** Null unless the watchdog died and its keeper is about to start another. */
  readonly keeper: KeeperSurvey | null;
}

export interface AgentSurvey {
  readonly name: string;
  readonly kind: Agent["kind"];
  readonly backend: string | null;
  readonly model: string | null;
  readonly watch: Agent["watch"] | null;
  readonly enabled: boolean;
  readonly state: "RUNNING" | "stopped" | "unknown";
  readonly session: string;
  readonly pid: number | null;
  readonly since: string | null;
  /** How it is, in one word of the glossary, and in a sentence. */
  readonly is: Assessment["is"];
  readonly why: string;
  /** Of its schedule: when it comes next, and the slot that was dealt with last. */
  readonly next_slot: string | null;
  readonly last_slot: string | null;
  /** It runs with settings that agents.toml no longer says; the new ones count from its next start. */
  readonly pending: boolean;
  /** It runs, and is no longer in agents.toml. */
  readonly orphan: boolean;
}

/** How everything is now: one tmux call, a few small files. Writes nothing, starts nothing. */
export async function survey(site: Site, environment: Environment): Promise<Survey> {
  const seen = await examine(site, environment);
  const { panes, records } = seen;
  const watchdog = await surveyWatchdog(site, records, seen.now);
  const phase = await surveyPhase(site, records, seen.wishes);
  return {
    schema_version: ANSWER_VERSION,
    project: site.name,
    phase,
    notes: notesOn(site, phase, seen.wishes, records),
    agents: seen.agents.map((one) => surveyAgent(site, one, seen)),
    orphans: panes === null ? [] : orphansAmong(site, panes),
    watchdog,
    keeper: watchdog === null ? await surveyKeeper(site) : null,
  };
}

/** An agent that was taken out of agents.toml or renamed leaves its session behind. */
function orphansAmong({ id, project: { agents } }: Site, { sessions }: Panes): Survey["orphans"] {
  const owned = new Set(agents.map(({ session }) => session));
  return [...sessions.values()].flatMap(({ session, project, instance, pid }) =>
    project === id && instance !== null && !owned.has(session) ? [{ session, pid, instance }] : [],
  );
}

/** One agent as it is now, with everything that was looked at to say so. */
export interface Examined {
  readonly agent: Agent;
  readonly scene: Scene;
  readonly assessment: Assessment;
}

interface Seen {
  readonly panes: Panes | null;
  readonly records: Records;
  readonly wishes: Wishes;
  /** The next slot of each scheduled task. */
  readonly next: ReadonlyMap<string, number | null>;
  readonly now: number;
}

export async function examine(
  site: Site,
  environment: Environment,
): Promise<Seen & { readonly agents: readonly Examined[] }> {
  const store = createStore(site.state);
  const [panes, { records, wishes }] = await Promise.all([lookAt(site, environment), store.glance()]);
  const now = Date.now();
  const { agents } = site.project;
  const blocked = new Map<string, string | null>();
  const next = new Map<string, number | null>();
  for (const agent of agents)
    if (agent.schedule !== null && isScheduled(agent))
      next.set(agent.name, (await timetableOf(agent.schedule)).next(now));
  for (const agent of agents)
    if (panes?.sessions.get(agent.session)?.dead !== false)
      blocked.set(
        agent.name,
        withoutPhase(agent, records.course) ?? (await blockedBy(site, agent, systemDisk)),
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
      working: () => null,
      slots: () => null,
      leftovers: (instance) => processes.get(instance)?.length ?? 0,
      message: () => null,
      rescue: () => "over",
    };
    const scene = sceneOf(agent, site.project, records, facts);
    return { agent, scene, assessment: assessSafely(scene, now) };
  });
  return { panes, records, wishes, next, now, agents: examined };
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
    return dead && records.agents[name]?.run != null;
  });
  return lost ? processesByInstance() : new Map();
}

/** Null when tmux could not say. Without a socket there is no server to ask, and no tmux is needed to know it. */
async function lookAt({ socket }: Site, environment: Environment): Promise<Panes | null> {
  if (!existsSync(socket)) return { server: null, epoch: 0, sessions: new Map() };
  try {
    return await createTmux(socket, environment, 0).panes();
  } catch (error) {
    if (error instanceof Failure && error.code === "TMUX_FAILED") return null;
    throw error;
  }
}

async function surveyPhase(site: Site, { course }: Records, wishes: Wishes): Promise<Survey["phase"]> {
  const { loop } = site.project;
  const phase = loop === null ? null : (phaseOf(loop, course) ?? (course === null ? loop.phases[0] : null));
  if (loop === null || phase === undefined) return null;
  const paused = wishes.pause?.on ?? false;
  const total = loop.phases.length;
  // Its id is what is left of a phase that was taken out of agents.toml.
  const { id, plan } = phase ?? { id: course?.phase ?? "", plan: "-" };
  // What is pushed is the watchdog's to know; a status asks no git.
  const isLocal = loop.done_source !== "pushed";
  const done = course !== null && isLocal && isDone(course, await readStatus(site, loop, id, systemDisk));
  const state = course?.complete != null ? "complete" : done ? "done" : "in progress";
  return { id, index: indexOf(loop, id), total, plan, state, paused };
}

function notesOn(
  { inForce }: Site,
  phase: Survey["phase"],
  { pause }: Wishes,
  { unpushed }: Records,
): readonly string[] {
  const refused =
    inForce.refused === null
      ? []
      : [`agents.toml as it stands is not in force, the last good one is: ${inForce.refused.because}`];
  if (phase === null) return refused;
  const lost = `phase ${phase.id} is no longer in agents.toml: put it back, or go on with: phase goto ID`;
  const paused = `phase ${phase.id} is paused by ${pause?.by ?? "somebody"}: DONE does not count until: phase resume`;
  const late = `phase ${unpushed?.phase} is done here, and its STATUS file is not pushed`;
  return [
    ...refused,
    ...(unpushed?.told ? [late] : []),
    ...(phase.index < 0 ? [lost] : []),
    ...(phase.paused ? [paused] : []),
  ];
}

function surveyAgent(
  site: Site,
  { agent, scene, assessment }: Examined,
  { panes, records, wishes, next }: Seen,
): AgentSurvey {
  const pane = panes?.sessions.get(agent.session);
  const overrides = { ...NO_OVERRIDES, env: wishes.env };
  const phase = records.course?.phase ?? site.project.loop?.phases[0]?.id ?? null;
  const { record } = scene;
  const backend = record.run?.backend ?? chooseBackend(agent, overrides);
  const alive = pane !== undefined && !pane.dead;
  return {
    name: agent.name,
    kind: agent.kind,
    backend,
    model: chooseModel(site.project, agent, phase, overrides),
    watch: agent.kind === "service" ? null : agent.watch,
    enabled: agent.enabled,
    state: panes === null ? "unknown" : alive ? "RUNNING" : "stopped",
    session: agent.session,
    pid: alive ? pane.pid : null,
    since: alive && record.run !== null ? toIso(record.run.since) : null,
    is: assessment.is,
    why: explain(assessment, record),
    next_slot: toIsoOrNull(next.get(agent.name)),
    last_slot: toIsoOrNull(record.slot?.at),
    pending: pendingIn(site.inForce).includes(agent.name),
    orphan: orphansIn(site.inForce).includes(agent.name),
  };
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
  const reading = { mood: "unclear", draft: null, final: null, running: null } as const;
  const { pid, scrolled, size } = pane;
  return { pane: "alive", pid, instance: name, created, digest: "", screen: "", scrolled, size, reading };
}

const toIsoOrNull = (instant: number | null | undefined): string | null =>
  instant == null ? null : toIso(instant);
