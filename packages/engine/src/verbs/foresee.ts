import type { Policy } from "../project.ts";
import { overAt } from "../watch/go-on.ts";
import type { Assessment, Scene } from "../watch/scene.ts";
import type { Instant } from "../watch/time.ts";
import { endOf } from "../watch/wait.ts";
import { sayDuration } from "./say.ts";

/** What comes next if nothing new happens, and when; null when no time is set. */
export interface Foresight {
  readonly text: string;
  readonly at: Instant | null;
}

export function foresee(assessment: Assessment, scene: Scene): Foresight {
  const { restraint } = scene;
  if (restraint !== null && LEFT.has(assessment.is))
    return next("whatever is due is begun when that is over", restraint.until);
  return foreseeFreely(assessment, scene);
}

/** With these something would be begun, sooner or later. */
const LEFT: ReadonlySet<Assessment["is"]> = new Set([
  ...(["held", "starting", "working", "ready", "unread", "waiting", "overdue", "limited", "unwell"] as const),
  ...(["resting", "missing"] as const),
]);

function foreseeFreely(assessment: Assessment, scene: Scene): Foresight {
  const { agent, policy } = scene;
  switch (assessment.is) {
    case "unseen":
      return next("nothing is done until it can be seen again");
    case "foreign":
      return next(`it is never touched: end that session, or change session_prefix`);
    case "down":
      return next(`nothing until it is asked for: up ${agent.name}`);
    case "missing":
      return next(
        assessment.automatic ? "it is started again at the next look" : "it is started at the next look",
      );
    case "held":
      return next("it is started as soon as nothing holds it up");
    case "resting":
      return next("it is started again", assessment.until);
    case "starting":
      return agent.watch === "none"
        ? next("it is waited for")
        : next("unless it is ready by then, its run is ended", assessment.since + policy.start_timeout);
    case "working":
      return scene.record.seen?.mood.mood === "unclear"
        ? foreseeStall(scene, policy)
        : next("it is left to its work");
    case "unread":
    case "ready":
      return foreseeReady(scene);
    case "waiting":
      return foreseeMiss(scene, policy);
    case "overdue":
      return foreseeWake(assessment.woken, scene);
    case "asking":
      return next(`it is left alone until a person answers: attach ${agent.name}`);
    case "limited":
      return foreseeLimit(assessment, scene);
    case "unwell":
      return next("if the error stands, its run is ended, where it is watched at all");
    case "due-to-stop":
      return next("its run is told to stop at the next look");
    case "stopping":
      return assessment.step === "told"
        ? next("what is left of it then is killed", assessment.since + policy.stop_grace)
        : next("if it has not quit by then, it is told to stop", assessment.since + policy.quit_grace);
    case "draining":
      return next("its run is ended as soon as nothing speaks for waiting, or when its time is over");
    case "outlived":
      return next(`what is left of it is left alone until somebody asks: up or down ${agent.name}`);
    case "leftover":
      return next("its session is removed at the next look");
    case "finished":
      return next(`nothing: it has had its run; another one: up ${agent.name}`);
    case "crash-looping":
      return next("it is given up at the next look");
    case "failed":
      return next(`nothing until it is asked for again: up ${agent.name}`);
    default:
      return assessment satisfies never;
  }
}

function foreseeLimit(
  { since, until, over }: Extract<Assessment, { readonly is: "limited" }>,
  { agent, record: { cut }, policy, grace }: Scene,
): Foresight {
  const at = Math.max(overAt({ since, until }, policy), grace);
  if (agent.watch === "none") return next("it is left alone until its limit is over");
  if (over && cut?.told == null) return next("it is told to go on as soon as its box is free");
  if (over)
    return next(
      "if it does not go on by then, its run is ended",
      Math.max(at, cut?.told ?? at) + policy.stall_grace,
    );
  return cut === null
    ? next("if it does not go on by itself by then, its run is ended", at)
    : next("if it does not go on by itself by then, it is told to", at);
}

/** Its turn may have been cut short in an earlier run. */
function foreseeReady(scene: Scene): Foresight {
  const { cut } = scene.record;
  if (cut === null || cut.told !== null) return foreseeStall(scene, scene.policy);
  const at = Math.max(overAt(cut, scene.policy), scene.grace);
  return next("it is told to go on with the turn that was cut short", at);
}

const UNWATCHED = "it may be idle as long as it likes: it is not watched for stalls";

/** When an idle agent counts as stalled. */
function foreseeStall({ agent, record: { seen } }: Scene, policy: Policy): Foresight {
  if (agent.watch !== "heal+stall") return next(UNWATCHED);
  return next(
    "without a sign of life or a declared wait by then it counts as stalled, and its run is ended",
    seen === null ? null : seen.still + policy.stall_idle,
  );
}

/** When a declared wait counts as missed, by the clock of now. */
function foreseeMiss({ agent, record: { seen }, grace }: Scene, policy: Policy): Foresight {
  if (agent.watch !== "heal+stall" || seen?.wait == null) return next(UNWATCHED);
  const { declared, moved } = seen.wait;
  const over = Math.max(endOf(seen.wait), declared + moved) + policy.stall_grace;
  return next(
    `with its grace of ${sayDuration(policy.stall_grace)} over it is woken, and if it does not answer its run is ended`,
    Math.max(over, grace),
  );
}

function foreseeWake(woken: boolean, { record: { missed }, policy }: Scene): Foresight {
  if (!woken) return next("it is woken at the next look");
  const at = missed === null ? null : missed.at + policy.stall_grace;
  return next("if it does not answer its wake message by then, its run is ended", at);
}

const next = (text: string, at: Instant | null = null): Foresight => ({ text, at });
