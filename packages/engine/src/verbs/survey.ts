import type { Environment } from "../host/environment.ts";
import type { LookAtPanes } from "../host/many-panes.ts";
import type { Panes } from "../host/panes.ts";
import type { Site } from "../host/site.ts";
import type { Agent } from "../project.ts";
import { explain } from "../watch/explain.ts";
import type { HoldWish } from "../watch/hold.ts";
import { orphansIn } from "../watch/in-force.ts";
import type { Wishes } from "../watch/records.ts";
import type { Assessment, Scene } from "../watch/scene.ts";
import { ANSWER_VERSION } from "./common.ts";
import { type Examined, examine, type Seen } from "./examine.ts";
import { toIso } from "./say.ts";
import { settingsOf } from "./settings.ts";
import { notesOn, surveyPhase } from "./survey-phase.ts";
import { type KeeperSurvey, surveyKeeper, surveyWatchdog, type WatchdogSurvey } from "./survey-watchdog.ts";

/** `status --json`. Times are ISO 8601 in UTC. */
export interface Survey {
  readonly schema_version: number;
  readonly project: string;
  /** Of its tmux server: a person who is asked something attaches there. */
  readonly socket: string;
  readonly phase: {
    readonly id: string;
    /** Counts from 0. */
    readonly index: number;
    readonly total: number;
    readonly plan: string;
    /** "not pushed": only the file on this disk says so, where the one on the branch counts. */
    readonly state: "in progress" | "done" | "done, not pushed" | "complete";
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
  /** Nothing is begun, until then or until a person says resume; null: the project is not on hold. */
  readonly hold: {
    readonly since: string;
    readonly until: string | null;
    readonly by: string;
    readonly why: string | null;
  } | null;
  /** Everything was stopped, and nothing is started until a person lifts that. */
  readonly standstill: {
    readonly since: string;
    readonly by: string;
    readonly why: string | null;
  } | null;
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
  /** Since when it is so, where that is known. */
  readonly is_since: string | null;
  /** Until when, where that is known: its declared wait, its limit, its pause before the next start, what holds it. */
  readonly until: string | null;
  /** Of its schedule: when it comes next, and the slot that was dealt with last. */
  readonly next_slot: string | null;
  readonly last_slot: string | null;
  /** It runs with other settings than are asked for by now; those count from its next start. */
  readonly pending: boolean;
  /** It runs, and is no longer in agents.toml. */
  readonly orphan: boolean;
  /** Why nothing is begun with it, and until when by itself; null: whatever is due may be. */
  readonly restraint: {
    readonly by: "hold" | "limit";
    readonly because: string;
    readonly until: string | null;
  } | null;
}

/** How everything is now: one tmux call, a few small files. Writes nothing, starts nothing. */
export async function survey(site: Site, environment: Environment, look?: LookAtPanes): Promise<Survey> {
  const seen = await examine(site, environment, look);
  const { panes, records } = seen;
  const watchdog = await surveyWatchdog(site, records, seen.now);
  const phase = await surveyPhase(site, seen);
  return {
    schema_version: ANSWER_VERSION,
    project: site.name,
    socket: site.socket,
    phase,
    notes: notesOn(site, phase, seen),
    agents: seen.agents.map((one) => surveyAgent(site, one, seen)),
    orphans: panes === null ? [] : orphansAmong(site, panes),
    watchdog,
    keeper: watchdog === null ? await surveyKeeper(site) : null,
    hold: surveyHold(seen.hold),
    standstill: surveyStandstill(seen.wishes),
  };
}

const surveyHold = (hold: HoldWish | null): Survey["hold"] =>
  hold && { since: toIso(hold.at), until: toIsoOrNull(hold.until), by: hold.by, why: hold.why };

const surveyStandstill = ({ standstill }: Wishes): Survey["standstill"] =>
  standstill && { since: toIso(standstill.at), by: standstill.by, why: standstill.why };

/** An agent that was taken out of agents.toml or renamed leaves its session behind. */
function orphansAmong({ id, project: { agents } }: Site, { sessions }: Panes): Survey["orphans"] {
  const owned = new Set(agents.map(({ session }) => session));
  return [...sessions.values()].flatMap(({ session, project, instance, pid }) =>
    project === id && instance !== null && !owned.has(session) ? [{ session, pid, instance }] : [],
  );
}

function surveyAgent(site: Site, examined: Examined, seen: Seen): AgentSurvey {
  const { agent, scene, assessment } = examined;
  const { panes, next } = seen;
  const pane = panes?.sessions.get(agent.session);
  const { record } = scene;
  const { backend, model, pending } = settingsOf(site, examined, seen);
  const alive = pane !== undefined && !pane.dead;
  return {
    name: agent.name,
    kind: agent.kind,
    backend,
    model,
    watch: agent.kind === "service" ? null : agent.watch,
    enabled: agent.enabled,
    state: panes === null ? "unknown" : alive ? "RUNNING" : "stopped",
    session: agent.session,
    pid: alive ? pane.pid : null,
    since: alive && record.run !== null ? toIso(record.run.since) : null,
    is: assessment.is,
    why: explain(assessment, record),
    is_since: toIsoOrNull("since" in assessment ? assessment.since : record.gaveUp?.at),
    until: toIsoOrNull(untilOf(assessment, scene)),
    next_slot: toIsoOrNull(next.get(agent.name)),
    last_slot: toIsoOrNull(record.slot?.at),
    pending,
    orphan: orphansIn(site.inForce).includes(agent.name),
    restraint: scene.restraint && { ...scene.restraint, until: toIsoOrNull(scene.restraint.until) },
  };
}

const untilOf = (assessment: Assessment, { restraint }: Scene): number | null =>
  assessment.is === "held" ? (restraint?.until ?? null) : "until" in assessment ? assessment.until : null;

const toIsoOrNull = (instant: number | null | undefined): string | null =>
  instant == null ? null : toIso(instant);
