import type { CourseHappening } from "./course.ts";
import { saysDone } from "./done.ts";
import type { Duration, Instant } from "./time.ts";

/** A phase that is done on this disk, and not on the branch as far as anyone can see. */
export interface Unpushed {
  readonly phase: string;
  readonly since: Instant;
  readonly told: boolean;
}

/** An agent may push in its own time; after this much of it the others work with what they can't see. */
const PUSHED_WITHIN: Duration = 300_000;

/** The last phase that was done is the one to keep an eye on. */
export const doneHere = (unpushed: Unpushed | null, happening: CourseHappening): Unpushed | null =>
  happening.what === "phase-done" ? { phase: happening.phase, since: happening.at, told: false } : unpushed;

/** Null once it is pushed. `pushed` is its STATUS file on the branch: null when there is none, undefined while it is not known. */
export function askPushed(
  unpushed: Unpushed,
  pushed: string | null | undefined,
  now: Instant,
): Unpushed | null {
  if (pushed != null && saysDone(pushed)) return null;
  const late = pushed !== undefined && now - unpushed.since > PUSHED_WITHIN;
  return late && !unpushed.told ? { ...unpushed, told: true } : unpushed;
}
