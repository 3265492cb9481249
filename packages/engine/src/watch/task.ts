import type { Policy } from "../project.ts";
import type { Happening } from "./happening.ts";
import type { Run, Seen } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";
import { endOf, isCredible } from "./wait.ts";
import { isAtWork } from "./work.ts";

/** What to do with the run of a task that is asked for again. */
export interface Answer {
  readonly run: "leave" | "clear" | "look-again";
  readonly because: string;
}

/** Between two steps of its work an agent may look as if it had finished. */
export const SETTLED: Duration = 2_000;

/**
 * A task that runs is asked for once more, by a slot or by a person: a busy run is left alone,
 * a finished, idle or wedged one makes room. When in doubt it is busy. Null: nothing is asked.
 */
export function answerCall(scene: Scene, now: Instant): Answer | null {
  const { agent, wish, record, sighting } = scene;
  const { run, seen, stopping } = record;
  const asked = agent.kind === "task" && wish.state === "up" && record.served !== wish.at;
  if (!asked || sighting.pane !== "alive" || run === null || stopping !== null) return null;
  if (wish.anew) return { run: "clear", because: "a new run was asked for" };
  return seen === null ? { run: "look-again", because: "not seen yet" } : judge(scene, run, seen, now);
}

/** A task that is busy is not called away: the slot or the wish is used up. */
export function noticeCall(scene: Scene, at: Instant): readonly Happening[] {
  const answer = answerCall(scene, at);
  if (answer?.run !== "leave") return [];
  const { wish, record } = scene;
  const what = wish.at === record.called ? "slot-skipped" : "left-alone";
  return [{ at, what, wish: wish.at, because: answer.because }];
}

function judge(scene: Scene, run: Run, seen: Seen, now: Instant): Answer {
  const { policy, record, working } = scene;
  const { mood } = seen;
  const leave = (because: string): Answer => ({ run: "leave", because });
  const clear = (because: string): Answer => ({ run: "clear", because });
  const later = (because: string): Answer => ({ run: "look-again", because });
  const still = now - seen.still;
  const unlessWedged = (because: string): Answer =>
    still < policy.stall_idle
      ? leave(because)
      : clear(`wedged: nothing new for ${Math.round(still / 1000)} s`);
  // A screen that says so and shows nothing new is the picture of a program that hangs, or of one that waits for its children.
  const unlessIdle = (because: string): Answer => {
    const work = still >= policy.stall_idle && isAtWork(scene, now);
    if (work && seen.running === null && working === null) return later("its processes were not counted yet");
    return work ? leave("its processes work") : unlessWedged(because);
  };
  switch (mood.mood) {
    case "busy":
      return unlessIdle("busy");
    case "unclear":
      if (run.ready === null && now - run.since < policy.start_timeout) return leave("starting");
      return unlessIdle("its screen is unclear");
    case "asking":
      return unlessWedged("it asks something");
    case "limited":
      if (mood.until !== null && mood.until > now) return leave("at its usage limit");
      return unlessWedged("at its usage limit");
    case "fatal":
      return now - seen.since < SETTLED ? later("it shows an error") : clear(`fatal: ${mood.error}`);
    case "ready":
      if (record.mail !== null) return leave("a message is being typed");
      if (isWaiting(seen, policy, now)) return leave("it waits, as it declared");
      if (seen.running !== null && isAtWork(scene, now)) return leave("its processes work");
      return now - seen.since < SETTLED ? later("it was busy just now") : clear("idle");
    default:
      return mood satisfies never;
  }
}

/** Ready, for a while now, and waiting for nothing: its work is done. */
export const hasFinished = (seen: Seen, policy: Policy, now: Instant): boolean =>
  seen.mood.mood === "ready" &&
  seen.running === null &&
  now - seen.since >= SETTLED &&
  !isWaiting(seen, policy, now);

const isWaiting = ({ wait }: Seen, policy: Policy, now: Instant): boolean =>
  wait !== null &&
  isCredible(wait.until, wait.declared, policy.max_wait) &&
  now - Math.max(endOf(wait), wait.declared + wait.moved) <= policy.stall_grace;
