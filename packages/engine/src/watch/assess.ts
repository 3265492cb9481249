import type { Policy } from "../project.ts";
import type { AgentRecord, Run, StopReason } from "./record.ts";
import type { Assessment, Scene, Wish } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";
import { isCredible } from "./wait.ts";

/** A fatal word must stand this long before it costs a conversation: it might be quoted in passing. */
const FATAL_STANDS: Duration = 2_000;

/** How an agent is. `status` asks this too, so it must never need more than a look. */
export function assess(scene: Scene, now: Instant): Assessment {
  const { sighting, record, wish, leftovers } = scene;
  switch (sighting.pane) {
    case "unreadable":
      return { is: "unseen", because: sighting.because };
    case "foreign":
      return { is: "foreign" };
    case "alive":
      if (record.run === null) return { is: "unseen", because: "it is not known yet" };
      if (record.stopping !== null) return { is: "stopping", ...record.stopping };
      return assessRun(scene, record.run) ?? assessScreen(scene, record.run, now);
    case "dead":
    case "absent":
      if (record.stopping !== null) return { is: "stopping", ...record.stopping };
      if (leftovers === null) return { is: "unseen", because: "its processes could not be counted" };
      if (leftovers > 0) {
        const evidence = `${leftovers} of its processes outlived it`;
        return { is: "due-to-stop", because: "leftover-processes", evidence };
      }
      // Only who looks without noticing meets this: the start is under way.
      if (record.run?.opened === false) return { is: "starting", since: record.run.since };
      if (wish.state === "down") return sighting.pane === "dead" ? { is: "leftover" } : { is: "down" };
      return assessAbsence(scene, now);
    default:
      return sighting satisfies never;
  }
}

/** Is it still the run that is wanted? */
function assessRun({ wish, turn }: Scene, run: Run): Assessment | null {
  const due = (because: "unwanted" | "next-phase" | "restart-asked", evidence: string): Assessment => ({
    is: "due-to-stop",
    because,
    evidence,
  });
  if (wish.state === "down") return due("unwanted", "it is wished down");
  if (wish.anew && run.since < wish.at) return due("restart-asked", "a new run was asked for");
  if (run.turn !== null && turn !== null && run.turn !== turn)
    return due("next-phase", "another phase is on");
  return null;
}

function assessScreen({ agent, policy, record }: Scene, run: Run, now: Instant): Assessment {
  const { seen } = record;
  const since = seen?.since ?? run.since;
  const mood = seen?.mood ?? { mood: "unclear" as const };
  const watched = agent.watch !== "none";
  if (agent.kind === "service") return { is: "working", since };
  switch (mood.mood) {
    case "fatal":
      if (!watched || now - since < FATAL_STANDS) return { is: "unwell", since, error: mood.error };
      return { is: "due-to-stop", because: "fatal", evidence: mood.error };
    case "asking":
      return { is: "asking", since, question: mood.question };
    case "limited":
      return { is: "limited", since, until: mood.until };
    case "busy":
      return { is: "working", since };
    case "ready":
    case "unclear":
      // Counted from the end of a trust dialog, where there was one.
      if (run.ready === null) return assessStart(policy, watched, Math.max(run.since, since), now);
      return assessIdle(agent.watch === "heal+stall", mood.mood, record, policy, now);
    default:
      return mood satisfies never;
  }
}

function assessStart(policy: Policy, watched: boolean, since: Instant, now: Instant): Assessment {
  if (!watched || now - since < policy.start_timeout) return { is: "starting", since };
  return { is: "due-to-stop", because: "never-ready", evidence: `not ready after ${seconds(now - since)}` };
}

/** The declared wait first: who says until when it waits is left alone until then, and a grace. */
function assessIdle(
  stallable: boolean,
  mood: "ready" | "unclear",
  { seen }: AgentRecord,
  policy: Policy,
  now: Instant,
): Assessment {
  const since = seen?.since ?? now;
  const wait = seen?.wait ?? null;
  if (wait !== null && isCredible(wait.until, wait.declared, policy.max_wait)) {
    // A wait that was over before it was seen has its grace all the same.
    const late = now - Math.max(wait.until, wait.declared);
    if (!stallable || late <= policy.stall_grace) return { is: "waiting", until: wait.until };
    const evidence = `its declared wait ended ${seconds(late)} ago`;
    return { is: "due-to-stop", because: "stalled", evidence };
  }
  const idle = now - (seen?.still ?? now);
  if (stallable && idle >= policy.stall_idle) {
    const evidence = `idle for ${seconds(idle)} without a declared wait`;
    return { is: "due-to-stop", because: "stalled", evidence };
  }
  return mood === "ready" ? { is: "ready", since } : { is: "working", since };
}

function assessAbsence(
  { agent, wish, policy, record, blocked, restartGap }: Scene,
  now: Instant,
): Assessment {
  const { gaveUp, ended, failures } = record;
  if (gaveUp !== null && gaveUp.at >= wish.at)
    return { is: "failed", since: gaveUp.at, because: gaveUp.because };
  const asked = record.served !== wish.at;
  const heals = agent.kind !== "task" && agent.watch !== "none";
  // The end of a phase is not the agent's own end.
  const moved = ended?.how === ("next-phase" satisfies StopReason);
  if (!asked && !heals && !moved && ended !== null) return { is: "finished", exit: ended.exit };
  const automatic = !asked && failures > 0;
  if (automatic) {
    const recent = recentRestarts(record, wish, policy, now);
    if (recent.length >= policy.start_limit) {
      const window = seconds(policy.start_limit_window);
      const because = `start-limit ${policy.start_limit} in ${window}, last: ${ended?.how ?? "unknown"}`;
      return { is: "crash-looping", because };
    }
    const until = Math.max(restUntil(record, policy), restartGap);
    if (until > now) return { is: "resting", until };
  }
  return blocked === null ? { is: "missing", automatic } : { is: "held", because: blocked };
}

/** Automatic starts that count against the limit: asking again wipes the slate. */
export const recentRestarts = (
  { restarts }: AgentRecord,
  wish: Wish,
  { start_limit_window: window }: Policy,
  now: Instant,
): readonly Instant[] => restarts.filter((at) => at >= wish.at && now - at < window);

/** The first restart is at once, then ever later, give or take a tenth so that a crowd does not restart in step. */
function restUntil({ ended, failures, restarts }: AgentRecord, { backoff }: Policy): Instant {
  const pause = backoff[Math.min(failures, backoff.length) - 1] ?? 0;
  const spread = (((ended?.at ?? 0) + restarts.length * 7) % 21) / 100 - 0.1;
  return (ended?.at ?? 0) + Math.round(pause * (1 + spread));
}

const seconds = (duration: Duration): string => `${Math.round(duration / 1000)} s`;
