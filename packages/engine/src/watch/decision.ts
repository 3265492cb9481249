import { recentRestarts } from "./absence.ts";
import type { AgentRecord, StopReason } from "./record.ts";
import type { Action, Assessment, Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/** How often it failed, and what the next failure costs. */
interface Tally {
  /** In a row. */
  readonly failures: number;
  /** Automatic starts within the window, the one that comes next included. */
  readonly restarts: number;
  readonly limit: number;
  readonly window: Duration;
  /** What a further death waits before its start. */
  readonly pause: Duration;
}

/** What an idle agent is judged by. */
interface Idleness {
  readonly wait: { readonly until: Instant; readonly declared: Instant } | null;
  readonly grace: Duration;
  /** Since when its screen is unchanged. */
  readonly still: Instant | null;
  /** Something ran in it: its screen said so, or its children used the processor. */
  readonly working: boolean;
}

/** Who told what it does, and by which rule. */
interface Witness {
  readonly rule: string | null;
  /** Who says otherwise. */
  readonly dissent: string | null;
}

/** What was decided about an agent, and from what: the assessment as it stands, what is done, and the figures behind it. */
export type Decision = { readonly at: Instant; readonly what: "decided" } & Assessment & {
    /** Empty: it was decided not to act. */
    readonly does: readonly Action["do"][];
  } & Partial<Tally & Idleness & Witness>;

export function decisionOf(
  assessment: Assessment,
  actions: readonly Action[],
  scene: Scene,
  at: Instant,
): Decision {
  const does = actions.map((action) => action.do);
  return { at, what: "decided", ...assessment, does, ...evidence(assessment, scene, at) };
}

/** Is it another decision than the last? One is told once, however long it stands: most looks come to none that is. */
export const isNews = (
  assessment: Assessment,
  actions: readonly Action[],
  { decided }: AgentRecord,
): boolean => keyOf({ ...assessment, does: actions.map((action) => action.do) }) !== decided;

/** Ticks on while nothing changes. */
const TICKING: ReadonlySet<string> = new Set<
  keyof Tally | keyof Idleness | keyof Witness | "at" | "what" | "since" | "evidence" | "processes"
>([
  ...(["at", "what", "since", "evidence", "processes"] as const),
  ...(["failures", "restarts", "limit", "window", "pause"] as const),
  ...(["wait", "grace", "still", "working"] as const),
  ...(["rule", "dissent"] as const),
]);

/** Decisions with the same key are the same decision. */
export function keyOf(decision: Readonly<Record<string, unknown>>): string {
  let key = "";
  for (const [name, value] of Object.entries(decision))
    if (!TICKING.has(name)) key += `${name} ${JSON.stringify(value)} `;
  return key;
}

const TOLD_BY_WITNESS: ReadonlySet<StopReason> = new Set(["fatal", "limit-over", "never-ready"]);

function evidence(assessment: Assessment, scene: Scene, now: Instant): Partial<Tally & Idleness & Witness> {
  switch (assessment.is) {
    case "missing":
    case "resting":
      return assessment.is === "resting" || assessment.automatic ? tally(scene, now, 1) : {};
    case "crash-looping":
      return tally(scene, now, 0);
    case "waiting":
    case "overdue":
      return idleness(scene);
    case "due-to-stop":
      if (assessment.because === "stalled") return idleness(scene);
      return TOLD_BY_WITNESS.has(assessment.because) ? witness(scene) : {};
    case "working":
    case "ready":
    case "unread":
    case "asking":
    case "limited":
    case "unwell":
      return witness(scene);
    default:
      return {};
  }
}

function tally({ record, policy }: Scene, now: Instant, more: number): Tally {
  const { failures } = record;
  const { start_limit: limit, start_limit_window: window, backoff } = policy;
  const restarts = recentRestarts(record, policy, now).length + more;
  return { failures, restarts, limit, window, pause: backoff[Math.min(failures, backoff.length - 1)] ?? 0 };
}

const witness = ({ record: { seen } }: Scene): Witness => ({
  rule: seen?.rule ?? null,
  dissent: seen?.dissent ?? null,
});

const idleness = ({ record: { seen }, policy, working }: Scene): Idleness => ({
  wait: seen?.wait ?? null,
  grace: policy.stall_grace,
  still: seen?.still ?? null,
  working: working === true || seen?.running != null,
});
