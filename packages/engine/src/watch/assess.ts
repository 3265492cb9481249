import type { Policy } from "../project.ts";
import { assessAbsence, isHealed } from "./absence.ts";
import { overAt } from "./go-on.ts";
import type { AgentRecord, Run } from "./record.ts";
import { restrain } from "./restraint.ts";
import type { Assessment, Scene } from "./scene.ts";
import { goesOn } from "./stop.ts";
import { answerCall, hasFinished } from "./task.ts";
import { type Duration, type Instant, seconds } from "./time.ts";
import { type DeclaredWait, endOf, isCredible } from "./wait.ts";
import { isAtWork } from "./work.ts";

/** A screen that nobody knows is told to a person after this long. */
const UNREAD_AFTER: Duration = 600_000;

/** How an agent is. `status` asks this too, so it must never need more than a look. */
export const assess = (scene: Scene, now: Instant): Assessment => restrain(assessFreely(scene, now), scene);

function assessFreely(scene: Scene, now: Instant): Assessment {
  const { sighting, record, wish, leftovers } = scene;
  switch (sighting.pane) {
    case "unreadable":
      return { is: "unseen", because: sighting.because };
    case "foreign":
      return { is: "foreign" };
    case "alive":
      if (record.run === null) return { is: "unseen", because: "it is not known yet" };
      if (record.stopping !== null) return { is: "stopping", ...record.stopping };
      return assessRun(scene, record.run, now) ?? assessServer(scene) ?? assessScreen(scene, record.run, now);
    case "dead":
    case "absent":
      if (record.stopping !== null) return { is: "stopping", ...record.stopping };
      if (leftovers === null) return { is: "unseen", because: "its processes could not be counted" };
      if (leftovers > 0) return assessLeftovers(scene, leftovers, now);
      // Only who looks without noticing meets this: the start is under way.
      if (record.run?.opened === false) return { is: "starting", since: record.run.since };
      if (wish.state === "down") return sighting.pane === "dead" ? { is: "leftover" } : { is: "down" };
      return assessAbsence(scene, now);
    default:
      return sighting satisfies never;
  }
}

/** What outlived its terminal is in the way of the next run; of an agent that is not healed there is none, unless somebody asks. */
function assessLeftovers(scene: Scene, processes: number, now: Instant): Assessment {
  const { agent, wish, record } = scene;
  const asked = wish.state === "down" || record.served !== wish.at;
  const moved = record.run !== null && assessRun(scene, record.run, now) !== null;
  if (!isHealed(agent) && !asked && !moved) return { is: "outlived", processes };
  const evidence = `${processes} of its processes outlived it`;
  return { is: "due-to-stop", because: "leftover-processes", evidence };
}

/** Is it still the run that is wanted? */
function assessRun(scene: Scene, run: Run, now: Instant): Assessment | null {
  const { agent, wish, turn, record } = scene;
  const due = (because: "unwanted" | "next-phase" | "restart-asked", evidence: string): Assessment => ({
    is: "due-to-stop",
    because,
    evidence,
  });
  const leave = (because: "unwanted" | "next-phase", evidence: string): Assessment => {
    const reason = goesOn(scene, now);
    return reason === null ? due(because, evidence) : { is: "draining", because: reason };
  };
  if (wish.state === "down") return leave("unwanted", "it is wished down");
  if (agent.kind === "task") {
    const answer = answerCall(scene, now);
    return answer?.run === "clear" ? due("restart-asked", answer.because) : null;
  }
  // By the wish that it was started for, not by the time: clocks may be set back.
  if (wish.anew && record.served !== wish.at) return due("restart-asked", "a new run was asked for");
  if (run.turn !== null && turn !== null && run.turn !== turn)
    return leave("next-phase", "another phase is on");
  return null;
}

/** Whatever its screen shows: nobody is behind it. */
const assessServer = ({ severed }: Scene): Assessment | null =>
  severed === null ? null : { is: "due-to-stop", because: "server-lost", evidence: severed };

function assessScreen(scene: Scene, run: Run, now: Instant): Assessment {
  const { agent, policy, record } = scene;
  const { seen } = record;
  const since = seen?.since ?? run.since;
  const mood = seen?.mood ?? { mood: "unclear" as const };
  const watched = agent.watch !== "none";
  if (agent.kind === "service") return { is: "working", since };
  switch (mood.mood) {
    case "fatal":
      // It must stand for a whole tick before it costs a conversation: it might be quoted in passing.
      if (!watched || now - since < policy.signal_tick) return { is: "unwell", since, error: mood.error };
      return { is: "due-to-stop", because: "fatal", evidence: mood.error };
    case "asking":
      return { is: "asking", since, question: mood.question };
    case "limited":
      return assessLimit(scene, since, mood.until, now);
    case "busy":
      return assessStall(scene, now) ?? { is: "working", since };
    case "ready":
    case "unclear":
      // Counted from the end of a trust dialog, where there was one.
      if (run.ready === null) return assessStart(scene, Math.max(run.since, since), now);
      if (agent.kind === "task" && seen !== null && hasFinished(seen, policy, now))
        return { is: "finished", exit: null };
      return assessIdle(scene, mood.mood, now);
    default:
      return mood satisfies never;
  }
}

function assessStart(scene: Scene, since: Instant, now: Instant): Assessment {
  const { agent, policy } = scene;
  if (agent.watch === "none") return assessUnread(scene, now) ?? { is: "starting", since };
  if (now - since < policy.start_timeout) return { is: "starting", since };
  return { is: "due-to-stop", because: "never-ready", evidence: `not ready after ${seconds(now - since)}` };
}

/** Nothing is done before its limit is over, and then it is given its grace to go on, by itself and when it is told to. */
function assessLimit(
  { agent, policy, grace, record: { cut, mail }, sighting }: Scene,
  since: Instant,
  until: Instant | null,
  now: Instant,
): Assessment {
  const over = Math.max(overAt({ since, until }, policy), grace);
  if (agent.watch === "none" || now <= over) return { is: "limited", since, until, over: false };
  // Who asks about its limit has no box in which it could be told: its next run is.
  const hasBox = sighting.pane !== "alive" || sighting.reading.draft !== null;
  if (cut !== null && hasBox) {
    // A person's draft in its box, say, keeps it from being told: that is no reason to end it.
    const tried = cut.told ?? (mail?.id === cut.id ? mail.since : now);
    if (now <= Math.max(over, tried) + policy.stall_grace) return { is: "limited", since, until, over: true };
  }
  const evidence =
    until === null
      ? `still at a limit after ${seconds(now - since)}`
      : `still at its limit ${seconds(now - until)} after the reset`;
  return { is: "due-to-stop", because: "limit-over", evidence };
}

/** The declared wait first: who says until when it waits is left alone until then, and a grace. */
function assessIdle(scene: Scene, mood: "ready" | "unclear", now: Instant): Assessment {
  const { agent, policy, record } = scene;
  const since = record.seen?.since ?? now;
  // Nobody could tell it anything while nothing was to be begun with it.
  const grace = Math.max(scene.grace, (record.released ?? 0) + policy.stall_grace);
  // Declared by another clock than ours is now, it may seem to be further ahead than it is.
  const wait = now <= grace ? (record.seen?.wait ?? null) : credible(record, policy);
  if (wait !== null) {
    // A wait that was over before it was seen has its grace all the same.
    const late = now - Math.max(endOf(wait), wait.declared + wait.moved);
    const isMissed = agent.watch === "heal+stall" && late > policy.stall_grace && now > grace;
    if (!isMissed) return { is: "waiting", until: endOf(wait) };
    return assessMissed(scene, wait, late, now);
  }
  const dull: Assessment = mood === "ready" ? { is: "ready", since } : { is: "working", since };
  return assessStall(scene, now) ?? assessUnread(scene, now) ?? dull;
}

/**
 * It shows what no rule knows, and for longer than a screen is half drawn. That it is at work explains such a screen;
 * that it is ready, by its own word, does not: nothing could be typed into it.
 */
function assessUnread({ record: { run, seen } }: Scene, now: Instant): Assessment | null {
  if (run === null || seen?.shown.mood !== "unclear") return null;
  const since = Math.max(run.since, seen.shown.since);
  return now - since < UNREAD_AFTER ? null : { is: "unread", since };
}

/** The first time it is woken. Who does not answer, or misses its next wait too, is beyond that. */
function assessMissed(scene: Scene, wait: DeclaredWait, late: Duration, now: Instant): Assessment {
  const { missed } = scene.record;
  const until = endOf(wait);
  if (missed === null)
    return isAtWork(scene, now) ? { is: "waiting", until } : { is: "overdue", until, woken: false };
  if (isBeingHeard(scene, now) || isAtWork(scene, now)) return { is: "overdue", until, woken: true };
  const again =
    missed.until === wait.until ? "and did not answer the wake message" : "and the one before too";
  const evidence = `it missed its declared wait by ${seconds(late)}, ${again}`;
  return { is: "due-to-stop", because: "stalled", evidence };
}

/** Silence is a stall, unless work can be seen. Null: it is none. */
function assessStall(scene: Scene, now: Instant): Assessment | null {
  const { agent, policy, record } = scene;
  if (agent.watch !== "heal+stall" || record.run?.ready == null) return null;
  const idle = now - Math.max(record.seen?.still ?? now, record.released ?? 0);
  if (idle < policy.stall_idle || isBeingHeard(scene, now) || isAtWork(scene, now)) return null;
  const evidence = `idle for ${seconds(idle)} without a declared wait`;
  return { is: "due-to-stop", because: "stalled", evidence };
}

/** Will it soon be asked whether anything works in it? Telling takes two looks. */
export function isNearStall({ seen }: AgentRecord, policy: Policy, now: Instant): boolean {
  const early = 2 * policy.signal_tick;
  const wait = seen?.wait ?? null;
  const isWaitOver = wait !== null && now >= endOf(wait) + policy.stall_grace - early;
  return isWaitOver || (seen !== null && now - seen.still >= policy.stall_idle - early);
}

/** It was told something just now: it has a grace to answer. What it is told later does not prolong that. */
function isBeingHeard({ record: { told, missed }, policy }: Scene, now: Instant): boolean {
  const since = Math.max(told?.first ?? Number.NEGATIVE_INFINITY, missed?.at ?? Number.NEGATIVE_INFINITY);
  return now - since <= policy.stall_grace;
}

function credible({ seen }: AgentRecord, { max_wait }: Policy): DeclaredWait | null {
  const wait = seen?.wait ?? null;
  return wait !== null && isCredible(wait.until, wait.declared, max_wait) ? wait : null;
}
