import { BACKENDS } from "../backends/index.ts";
import type { Agent, Kind, Policy, Project } from "../project.ts";
import type { Course } from "./course.ts";
import type { Message } from "./message.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import type { Records, Wishes } from "./records.ts";
import type { Restraint } from "./restraint.ts";
import type { RescueState, Scene, Wish } from "./scene.ts";
import { type Slots, withCall } from "./schedule.ts";
import { severedFrom } from "./server.ts";
import type { Sighting } from "./sighting.ts";
import type { Sign } from "./sign.ts";
import type { Instant } from "./time.ts";

/** What one tick knows besides the records: everything that was looked up. */
export interface Facts {
  readonly wishes: Wishes;
  readonly sighting: (agent: Agent, since: Instant | null) => Sighting;
  readonly signs: (instance: string) => readonly Sign[];
  readonly blocked: (agent: Agent) => string | null;
  readonly lacks: (agent: Agent) => string | null;
  readonly restraint: (agent: Agent) => Restraint | null;
  readonly door: (agent: Agent) => boolean;
  /** Null when they could not be counted. */
  readonly leftovers: (instance: string) => number | null;
  /** Does anything below the program itself use the processor? Null: not asked, or not known yet. */
  readonly working: (instance: string) => boolean | null;
  readonly message: (agent: Agent) => Message | null;
  readonly slots: (agent: Agent) => Slots | null;
  readonly rescue: (agent: Agent, instance: string) => RescueState;
}

const NEVER_ASKED: Wish = { state: "down", at: 0, anew: false };

/** What is wanted of an agent now. Loops end with their sequence, whatever was wished before. */
export function wishFor(
  agent: Agent,
  wishes: Wishes,
  course: Course | null,
  record: AgentRecord = FRESH_RECORD,
): Wish {
  const wish = withCall(wishes.agents[agent.name] ?? NEVER_ASKED, agent, record);
  if (wishes.off) return { ...wish, state: "down" };
  return agent.kind === "loop" && course?.complete != null ? { ...wish, state: "down" } : wish;
}

/** Which turn of the phases an agent is to work on; null for those that follow none. */
export const turnOf = (agent: Agent, project: Project, course: Course | null): number | null =>
  agent.kind === "loop" && project.loop !== null ? (course?.turn ?? null) : null;

/** A loop without a phase has nothing to be told. */
export const withoutPhase = (agent: Agent, course: Course | null): string | null =>
  agent.kind === "loop" && course?.lost ? `its phase ${course.phase} is no longer in agents.toml` : null;

/** The turns of the loops that run. */
export const runningTurns = ({ agents }: Records, project: Project): readonly number[] =>
  project.agents.filter(({ kind }) => kind === "loop").flatMap(({ name }) => agents[name]?.run?.turn ?? []);

/**
 * Is it known from where on this turn's commits count? Once one of its loops runs it is too late to ask: what was seen
 * before goes on counting. Who waits to be started and who asks the remote must be of one mind here, or both wait for ever.
 */
export const isTurnBegun = (records: Records, project: Project): boolean => {
  const { course, handoff } = records;
  return (
    course !== null && (handoff?.turn === course.turn || runningTurns(records, project).includes(course.turn))
  );
};

export function sceneOf(agent: Agent, project: Project, records: Records, facts: Facts): Scene {
  const record = records.agents[agent.name] ?? FRESH_RECORD;
  const lacks = facts.lacks(agent);
  return {
    agent,
    wish: wishFor(agent, facts.wishes, records.course, record),
    policy: project.supervision,
    record,
    sighting: facts.sighting(agent, record.run?.since ?? null),
    signs: record.run === null ? [] : facts.signs(record.run.instance),
    turn: turnOf(agent, project, records.course),
    blocked: facts.blocked(agent) ?? lacks,
    lacks,
    restraint: facts.restraint(agent),
    severed: severedFrom(agent, project, records),
    leftovers: record.run === null ? 0 : facts.leftovers(record.run.instance),
    working: record.run === null ? null : facts.working(record.run.instance),
    restartGap: records.restarted + project.supervision.restart_gap,
    serverRest: serverRestOf(records, project.supervision),
    grace: records.grace,
    booted: records.booted,
    slots: facts.wishes.off ? null : facts.slots(agent),
    message: facts.message(agent),
    drain: drainOf(agent, project.supervision, records, facts),
    stopsAfter: stopsAfter(agent, project, records, facts),
    rescue: record.run === null ? "over" : facts.rescue(agent, record.run.instance),
    door: facts.door(agent),
    quit: BACKENDS[agent.backend ?? ""]?.quit ?? null,
  };
}

/**
 * Until when who is at work may end its turn. A person who says down says that too, and who goes to another phase wants
 * it now. Who has said DONE, or was at a review then, has perhaps not pushed it yet.
 */
function drainOf(
  agent: Agent,
  { turn_grace }: Policy,
  { course }: Records,
  { wishes }: Facts,
): Instant | null {
  const wish = wishes.agents[agent.name] ?? NEVER_ASKED;
  if (wishes.off || wish.state === "down") return wish.drain ?? null;
  if (agent.kind !== "loop" || course === null || (course.asked && course.complete === null)) return null;
  return (course.complete ?? course.since) + turn_grace;
}

/** A tmux server that is lost again and again must not start everything again and again. */
function serverRestOf({ serverLost, serversLost }: Records, { backoff }: Policy): Instant {
  return serverLost + (backoff[Math.min(serversLost, backoff.length) - 1] ?? 0);
}

/** Of those that one wish brings down, who starts last stops first. */
function stopsAfter(
  agent: Agent,
  project: Project,
  { agents, course }: Records,
  facts: Facts,
): string | null {
  const wish = wishFor(agent, facts.wishes, course);
  if (wish.state === "up") return null;
  const first = project.agents.find((other) => {
    const run = agents[other.name]?.run ?? null;
    if (RANK[other.kind] <= RANK[agent.kind] || run === null) return false;
    const { state, at } = wishFor(other, facts.wishes, course);
    return state === "down" && at === wish.at && facts.sighting(other, run.since).pane !== "foreign";
  });
  return first?.name ?? null;
}

const RANK: Readonly<Record<Kind, number>> = { service: 0, persistent: 1, task: 2, loop: 3 };

/** Services first, loops last; to stop, the other way round. */
export const inStartOrder = (agents: readonly Agent[]): readonly Agent[] =>
  agents.toSorted((one, other) => RANK[one.kind] - RANK[other.kind]);
