import type { Happening } from "./happening.ts";
import type { AgentRecord } from "./record.ts";
import type { Duration, Instant } from "./time.ts";

/** An action that could not be done. It is tried again at each look, and told when it is news. */
export interface Failing {
  readonly because: string;
  /** When it failed first since it last worked, and how often by now. */
  readonly since: Instant;
  readonly times: number;
  /** When it was told last. */
  readonly told: Instant;
}

/** By the action. */
export type Failings = Readonly<Record<string, Failing>>;

/** What stands for so long is told again. */
const AGAIN: Duration = 3_600_000;

/** Most looks only repeat what was told: the same action fails for the same reason, as many processes are killed once more. */
export function isTold({ failing, killed }: AgentRecord, happening: Happening): boolean {
  if (happening.what === "killed") return happening.processes !== killed;
  if (happening.what !== "act-failed") return true;
  const known = failing[happening.action];
  return known === undefined || known.because !== happening.because || happening.at - known.told >= AGAIN;
}

/** A further failure, on record. */
export function fail(record: AgentRecord, happening: Extract<Happening, { what: "act-failed" }>): Failings {
  const { at, action, because } = happening;
  const known = record.failing[action];
  const told = isTold(record, happening) ? at : (known?.told ?? at);
  const now = { because, since: known?.since ?? at, times: (known?.times ?? 0) + 1, told };
  return { ...record.failing, [action]: now };
}

/** An action that had failed has worked. */
export function mend(
  { failing }: AgentRecord,
  action: string,
  came: readonly Happening[],
  at: Instant,
): readonly Happening[] {
  const known = failing[action];
  if (known === undefined || came.some(({ what }) => what === "act-failed")) return [];
  return [{ at, what: "act-mended", action, times: known.times, after: at - known.since }];
}

const SOONEST: Duration = 50;
const LATEST: Duration = 2_000;

/** What fails is tried again ever later. */
export function retryAt({ failing }: AgentRecord, now: Instant): Instant {
  const pauses = Object.values(failing).map(({ since }) =>
    Math.min(LATEST, Math.max(SOONEST, Math.round((now - since) / 10))),
  );
  return now + Math.max(0, ...pauses);
}
