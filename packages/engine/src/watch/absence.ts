import type { Agent, Policy } from "../project.ts";
import type { AgentRecord, Ended } from "./record.ts";
import type { Assessment, Scene } from "./scene.ts";
import { type Instant, seconds } from "./time.ts";

export const isHealed = ({ kind, watch }: Agent): boolean => kind !== "task" && watch !== "none";

/** How an agent is that does not run. */
export function assessAbsence(scene: Scene, now: Instant): Assessment {
  const { agent, wish, record, blocked, turn } = scene;
  const { gaveUp, ended } = record;
  const asked = record.served !== wish.at;
  if (!asked && gaveUp !== null && gaveUp.turn === turn)
    return { is: "failed", since: gaveUp.at, because: gaveUp.because };
  const start = (automatic: boolean): Assessment =>
    blocked === null ? { is: "missing", automatic } : { is: "held", because: blocked };
  if (asked || ended === null || ended.blame === "plan") return start(false);
  if (!isHealed(agent)) {
    // No exit is known of what never began, or went without a trace.
    const failed = ended.exit === null && (ended.blame === "agent" || ended.blame === "host");
    return failed
      ? { is: "failed", since: ended.at, because: ended.how }
      : { is: "finished", exit: ended.exit };
  }
  const rest = assessRest(scene, ended, now);
  // Who can't be started at all is held: that its rest is not over yet explains nothing.
  return rest === null || (rest.is === "resting" && blocked !== null) ? start(ended.blame === "agent") : rest;
}

/** Is it too early, or too late, to start it again? */
function assessRest(
  { policy, record, restartGap, serverRest }: Scene,
  ended: Ended,
  now: Instant,
): Assessment | null {
  if (ended.blame === "server") return serverRest > now ? { is: "resting", until: serverRest } : null;
  if (ended.blame === "agent") {
    const recent = recentRestarts(record, policy, now);
    if (recent.length >= policy.start_limit) {
      const window = seconds(policy.start_limit_window);
      return {
        is: "crash-looping",
        because: `start-limit ${policy.start_limit} in ${window}, last: ${ended.how}`,
      };
    }
  }
  if (ended.limit !== null && ended.limit > now) return { is: "resting", until: ended.limit };
  const until = Math.max(restUntil(record, ended, policy), restartGap);
  return until > now ? { is: "resting", until } : null;
}

/** Automatic starts that count against the limit: those before a newer wish are forgotten already. */
export const recentRestarts = (
  { restarts }: AgentRecord,
  { start_limit_window: window }: Policy,
  now: Instant,
): readonly Instant[] => restarts.filter((at) => now - at < window);

/** The first restart is at once, then ever later, give or take a tenth so that a crowd does not restart in step. */
function restUntil({ failures, restarts }: AgentRecord, { at }: Ended, { backoff }: Policy): Instant {
  const pause = backoff[Math.min(failures, backoff.length) - 1] ?? 0;
  const spread = ((at + restarts.length * 7) % 21) / 100 - 0.1;
  return at + Math.round(pause * (1 + spread));
}
