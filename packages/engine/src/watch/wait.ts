import { parseMoment } from "./calendar.ts";
import type { Duration, Instant } from "./time.ts";

/** "I wait until then", and when it was first seen to say so. */
export interface DeclaredWait {
  /** As it was declared, by the clock of that moment. */
  readonly until: Instant;
  readonly declared: Instant;
  /** How far the clock was moved since. */
  readonly moved: Duration;
}

/** When the wait is over, by the clock of now. */
export const endOf = ({ until, moved }: DeclaredWait): Instant => until + moved;

const GRAMMAR = /^WAITING-UNTIL: (\S+)$/;

/** A declared wait may be this much longer than the policy's max_wait before it counts as a lie. */
const TOLERANCE: Duration = 60_000;

/**
 * Reads a declared wait. The whole line or nothing: a time zone, a day that
 * does not exist or words around it make it prose.
 */
export function parseWait(line: string): Instant | null {
  // Of nearly every line it can be seen at once.
  const moment = line.startsWith("WAITING-UNTIL: ") ? GRAMMAR.exec(line.trimEnd())?.[1] : undefined;
  return moment === undefined ? null : parseMoment(moment);
}

/** A wait further ahead than the cap is no wait: it would switch supervision off. */
export const isCredible = (until: Instant, declaredAt: Instant, maxWait: Duration): boolean =>
  until <= declaredAt + maxWait + TOLERANCE;
