import { BACKENDS } from "../backends/index.ts";
import { assess } from "./assess.ts";
import { type Decision, decisionOf, isNews } from "./decision.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { evolve } from "./evolve.ts";
import { retryAt } from "./failing.ts";
import { goOnMessage, noticeCut } from "./go-on.ts";
import type { Happening } from "./happening.ts";
import { notice } from "./notice.ts";
import type { AgentRecord } from "./record.ts";
import { isWithheld, noticeRestraint } from "./restraint.ts";
import type { Action, Assessment, Scene } from "./scene.ts";
import { noticeSlots, withCall } from "./schedule.ts";
import { beginStop, carryOnStop } from "./stop.ts";
import { answerCall, noticeCall } from "./task.ts";
import type { Duration, Instant } from "./time.ts";

export interface Thought {
  readonly noticed: readonly Happening[];
  readonly record: AgentRecord;
  readonly assessment: Assessment;
  /** What is to be told of it: null when it is the decision of the look before. */
  readonly decision: Decision | null;
  readonly actions: readonly Action[];
  /** When to look again at the latest, if nothing wakes us before. */
  readonly next: Instant;
}

/** One tick's thinking about one agent. No clock, no tmux, no files: the same scene always gives the same thought. */
export function think(scene: Scene, now: Instant): Thought {
  const noticed: Happening[] = [];
  let seen = scene;
  // Each of them builds on what the one before has found out.
  for (const look of [notice, noticeCut, noticeSlots, noticeCall, noticeRestraint]) {
    const news = look(seen, now);
    noticed.push(...news);
    const record = news.reduce(evolve, seen.record);
    const wish = withCall(seen.wish, seen.agent, record);
    if (record !== seen.record || wish !== seen.wish) seen = { ...seen, record, wish };
  }
  const assessment = assess(seen, now);
  // It comes before all that waits in the outbox: that is about what comes next.
  const message = goOnMessage(seen, now) ?? seen.message;
  const delivery = withhold(deliver({ ...seen, message }, assessment, now), seen);
  const about = decide(assessment, seen, now);
  const actions = [...about, ...delivery.actions];
  const due = Math.min(lookAgain(assessment, seen, now), delivery.next, seen.slots?.next ?? NEVER);
  const next = Math.max(due, retryAt(seen.record, now));
  const decision = isNews(assessment, about, seen.record) ? decisionOf(assessment, about, seen, now) : null;
  const record = decision === null ? seen.record : evolve(seen.record, decision);
  return { noticed, record, decision, assessment, actions, next };
}

/** What is not typed now is not to be looked at again at once. */
function withhold({ actions, next }: Delivery, scene: Scene): Delivery {
  const allowed = actions.filter((action) => !isWithheld(action, scene));
  return allowed.length === actions.length ? { actions, next } : { actions: allowed, next: NEVER };
}

const NEVER: Instant = Number.POSITIVE_INFINITY;

/** How long a check that failed is left alone. */
const AFTER_TROUBLE: Duration = 5_000;

/** The same for a scene that may not come to be: trouble with one agent is that agent's, and nothing is done about it. */
export function consider(sceneOf: () => Scene, record: AgentRecord, now: Instant): Thought {
  try {
    return think(sceneOf(), now);
  } catch (error) {
    const assessment = unseenBecause(error);
    const next = now + AFTER_TROUBLE;
    if (!isNews(assessment, [], record))
      return { noticed: [], record, decision: null, assessment, actions: [], next };
    const decision: Decision = { at: now, what: "decided", ...assessment, does: [] };
    return { noticed: [], record: evolve(record, decision), decision, assessment, actions: [], next };
  }
}

export const unseenBecause = (error: unknown): Assessment => ({
  is: "unseen",
  because: `its check failed: ${error instanceof Error ? error.message : String(error)}`,
});

/** What to do about it. Every judgement is already in the assessment; this is only a table. */
export function decide(assessment: Assessment, scene: Scene, now: Instant): readonly Action[] {
  switch (assessment.is) {
    case "missing": {
      const resume = scene.agent.kind === "persistent" && canResume(scene) && !isAskedFresh(scene);
      return [{ do: "start", automatic: assessment.automatic, resume }];
    }
    case "due-to-stop":
      return beginStop(assessment.because, scene);
    case "stopping":
      return carryOnStop(assessment, scene, now);
    case "leftover":
      return [{ do: "clear" }];
    case "crash-looping":
      return [{ do: "give-up", because: assessment.because }];
    case "overdue":
      return assessment.woken
        ? []
        : [{ do: "wake", until: scene.record.seen?.wait?.until ?? assessment.until }];
    case "unseen":
    case "foreign":
    case "down":
    case "held":
    case "resting":
    case "starting":
    case "working":
    case "ready":
    case "unread":
    case "waiting":
    case "asking":
    case "limited":
    case "unwell":
    case "draining":
    case "outlived":
    case "finished":
    case "failed":
      return [];
    default:
      return assessment satisfies never;
  }
}

/** A program that can't find its conversation by itself needs the name of it. */
const canResume = ({ agent, record: { conversation } }: Scene): boolean =>
  conversation !== null &&
  (conversation.id !== null || BACKENDS[agent.backend ?? ""]?.conversations === "its own");

/** Only the first run that the wish leads to: what comes after it goes on with its conversation. */
const isAskedFresh = ({ wish, record }: Scene): boolean => wish.fresh === true && record.served !== wish.at;

/** While something is under way a look is worth its few milliseconds; what takes long is looked at ever later. */
const SOON: Duration = 50;
const SHORTLY: Duration = 500;
const PATIENTLY: Duration = 1_000;
const LONGEST: Duration = 2_000;
const underWay = (since: Instant, now: Instant): Instant =>
  now + Math.min(LONGEST, Math.max(SOON, Math.round((now - since) / 10)));

function lookAgain(assessment: Assessment, scene: Scene, now: Instant): Instant {
  const { policy } = scene;
  if (answerCall(scene, now)?.run === "look-again") return now + SHORTLY;
  switch (assessment.is) {
    case "missing":
    case "leftover":
      return now + SOON;
    case "due-to-stop":
      // The end of a rescue wakes us.
      return now + (scene.rescue === "under-way" ? SHORTLY : SOON);
    case "stopping": {
      const { step, since } = assessment;
      const due = since + (step === "told" ? policy.stop_grace : policy.quit_grace);
      return due > now ? Math.min(due, underWay(since, now)) : underWay(since, now);
    }
    case "starting":
      return underWay(assessment.since, now);
    case "unwell": {
      const verdict = assessment.since + policy.signal_tick;
      return verdict > now ? verdict : now + policy.signal_tick;
    }
    case "draining":
      return endOfTurn(scene, now);
    case "held":
    case "unseen":
      return now + PATIENTLY;
    case "resting":
      return assessment.until;
    case "overdue":
      return now + (assessment.woken ? policy.signal_tick : SOON);
    case "waiting":
    case "limited": {
      const late = (assessment.until ?? now) + policy.stall_grace + 1;
      return Math.min(late > now ? late : Number.POSITIVE_INFINITY, now + policy.signal_tick);
    }
    default:
      return now + policy.signal_tick;
  }
}

/** A turn that has taken long may well take longer: its end is seen late by a tenth of it, and by two seconds at the most. */
function endOfTurn({ drain, stopsAfter, record: { seen, run } }: Scene, now: Instant): Instant {
  if (stopsAfter !== null) return now + SHORTLY;
  const later = Math.max(now + SHORTLY, underWay(seen?.since ?? run?.since ?? now, now));
  return drain !== null && drain > now ? Math.min(later, drain) : later;
}
