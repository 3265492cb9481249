import { chooseBackend, chooseModel, NO_OVERRIDES } from "../choose-model.ts";
import { systemDisk } from "../host/disk.ts";
import type { Environment } from "../host/environment.ts";
import type { Site } from "../host/site.ts";
import { readStatus } from "../host/status-file.ts";
import type { Panes } from "../host/tmux.ts";
import type { Agent } from "../project.ts";
import { indexOf, isDone, phaseOf } from "../watch/course.ts";
import { explain } from "../watch/explain.ts";
import { orphansIn, pendingIn } from "../watch/in-force.ts";
import type { Records, Wishes } from "../watch/records.ts";
import type { Assessment } from "../watch/scene.ts";
import { ANSWER_VERSION } from "./common.ts";
import { type Examined, examine, type Seen } from "./examine.ts";
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

const toIsoOrNull = (instant: number | null | undefined): string | null =>
  instant == null ? null : toIso(instant);
