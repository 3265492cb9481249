import type { Agent, Policy } from "../project.ts";
import { assess } from "./assess.ts";
import { deliver } from "./deliver.ts";
import type { Message } from "./message.ts";
import { notice } from "./notice.ts";
import { type AgentRecord, evolve, type Happening, type StopReason } from "./record.ts";
import type { Exit, Sighting } from "./sighting.ts";
import type { Duration, Instant } from "./time.ts";

/** What a person asked for, and when. Asking again wipes the slate: older failures no longer count. */
export interface Wish {
  readonly state: "up" | "down";
  readonly at: Instant;
  /** A run older than this wish does not satisfy it. */
  readonly anew: boolean;
}

/** Everything one tick may know about one agent. */
export interface Scene {
  readonly agent: Agent;
  readonly wish: Wish;
  readonly policy: Policy;
  readonly record: AgentRecord;
  readonly sighting: Sighting;
  /** Which turn of the phases is on; null for an agent that is no loop. */
  readonly turn: number | null;
  /** Why it can't be started just now: its workdir is not there yet. */
  readonly blocked: string | null;
  /** Processes of its run that live outside a living pane; null when they could not be counted. */
  readonly leftovers: number | null;
  /** No automatic restart before this: another agent was just restarted. */
  readonly restartGap: Instant;
  /** The next message for it. */
  readonly message: Message | null;
}

/** How an agent is, with the evidence for it. Worked out afresh each time; never stored. */
export type Assessment =
  | { readonly is: "unseen"; readonly because: string }
  | { readonly is: "foreign" }
  | { readonly is: "down" }
  | { readonly is: "missing"; readonly automatic: boolean }
  | { readonly is: "held"; readonly because: string }
  | { readonly is: "resting"; readonly until: Instant }
  | { readonly is: "starting"; readonly since: Instant }
  | { readonly is: "working"; readonly since: Instant }
  | { readonly is: "ready"; readonly since: Instant }
  | { readonly is: "waiting"; readonly until: Instant }
  | { readonly is: "asking"; readonly since: Instant; readonly question: string }
  | { readonly is: "limited"; readonly since: Instant; readonly until: Instant | null }
  | { readonly is: "unwell"; readonly since: Instant; readonly error: string }
  | { readonly is: "due-to-stop"; readonly because: StopReason; readonly evidence: string }
  | { readonly is: "stopping"; readonly since: Instant; readonly because: StopReason }
  | { readonly is: "leftover" }
  | { readonly is: "finished"; readonly exit: Exit | null }
  | { readonly is: "crash-looping"; readonly because: string }
  | { readonly is: "failed"; readonly since: Instant; readonly because: string };

export type Action =
  | { readonly do: "start"; readonly automatic: boolean; readonly resume: boolean }
  | { readonly do: "stop"; readonly because: StopReason }
  | { readonly do: "kill" }
  | { readonly do: "clear" }
  | { readonly do: "give-up"; readonly because: string }
  | { readonly do: "type"; readonly message: Message }
  | { readonly do: "press-enter"; readonly message: Message }
  | { readonly do: "settle"; readonly message: Message }
  | { readonly do: "drop"; readonly message: Message; readonly because: string };

export interface Thought {
  readonly noticed: readonly Happening[];
  readonly record: AgentRecord;
  readonly assessment: Assessment;
  readonly actions: readonly Action[];
  /** When to look again at the latest, if nothing wakes us before. */
  readonly next: Instant;
}

/** One tick's thinking about one agent. No clock, no tmux, no files: the same scene always gives the same thought. */
export function think(scene: Scene, now: Instant): Thought {
  const noticed = notice(scene, now);
  const record = noticed.reduce(evolve, scene.record);
  const seen = { ...scene, record };
  const assessment = assess(seen, now);
  const delivery = deliver(seen, assessment, now);
  const actions = [...decide(assessment, seen, now), ...delivery.actions];
  const next = Math.min(lookAgain(assessment, seen, now), delivery.next);
  return { noticed, record, assessment, actions, next };
}

/** What to do about it. Every judgement is already in the assessment; this is only a table. */
export function decide(assessment: Assessment, scene: Scene, now: Instant): readonly Action[] {
  switch (assessment.is) {
    case "missing": {
      const resume = scene.agent.kind === "persistent" && scene.record.conversation;
      return [{ do: "start", automatic: assessment.automatic, resume }];
    }
    case "due-to-stop":
      return [{ do: "stop", because: assessment.because }];
    case "stopping":
      return now - assessment.since >= scene.policy.stop_grace ? [{ do: "kill" }] : [];
    case "leftover":
      return [{ do: "clear" }];
    case "crash-looping":
      return [{ do: "give-up", because: assessment.because }];
    case "unseen":
    case "foreign":
    case "down":
    case "held":
    case "resting":
    case "starting":
    case "working":
    case "ready":
    case "waiting":
    case "asking":
    case "limited":
    case "unwell":
    case "finished":
    case "failed":
      return [];
    default:
      return assessment satisfies never;
  }
}

/** While something is under way a look is worth its few milliseconds. */
const SOON: Duration = 50;
const SHORTLY: Duration = 500;

function lookAgain(assessment: Assessment, { policy }: Scene, now: Instant): Instant {
  switch (assessment.is) {
    case "missing":
    case "due-to-stop":
    case "leftover":
    case "stopping":
      return now + SOON;
    case "starting":
      return now + (now - assessment.since < 5_000 ? SOON : SHORTLY);
    case "unwell":
      return now + (now - assessment.since < 5_000 ? SHORTLY : policy.signal_tick);
    case "held":
    case "unseen":
      return now + SHORTLY;
    case "resting":
      return assessment.until;
    case "waiting": {
      const late = assessment.until + policy.stall_grace + 1;
      return Math.min(late > now ? late : Number.POSITIVE_INFINITY, now + policy.signal_tick);
    }
    default:
      return now + policy.signal_tick;
  }
}
