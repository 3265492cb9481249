import type { NotifyEvent, Receiver } from "../../fleet-file/notify.ts";
import type { Notice } from "./notice.ts";
import { quietUntil } from "./quiet.ts";

/** What to tell a receiver now, or when to look again. */
export type Plan = { readonly tell: readonly Notice[] } | { readonly until: number };

/** So much at once, that a message stays one. */
const MOST = 100;

/**
 * What is told next of what waits, oldest first; null when nothing waits.
 * `last` is when the last message was made. Several that wait are one message,
 * but for a receiver that is told each by itself.
 */
export function planNext(
  { minInterval, quiet, urgent }: Receiver,
  waiting: readonly Notice[],
  last: number | null,
  now: number,
): Plan | null {
  if (waiting.length === 0) return null;
  const rest = quietUntil(quiet, now);
  const allowed = rest === null ? waiting : waiting.filter(({ event }) => urgent.has(event as NotifyEvent));
  if (rest !== null && allowed.length === 0) return { until: rest };
  // A clock that was set back must not silence it for as long as it was set back.
  const free = last === null || last > now ? now : last + minInterval;
  if (free > now) return { until: free };
  const together = minInterval > 0 || quiet !== null;
  return { tell: allowed.slice(0, together ? MOST : 1) };
}

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 15 * 60_000;
const GIVEN_UP_AFTER = 24 * 3_600_000;

/** When to try again after so many tries in vain; null: it is put aside. */
export function tryAgainAt(
  { tries, since, after }: { readonly tries: number; readonly since: number; readonly after: number },
  now: number,
): number | null {
  if (now - since >= GIVEN_UP_AFTER) return null;
  const pause = Math.min(FIRST_PAUSE * 2 ** Math.min(tries - 1, 20), LONGEST_PAUSE);
  return now + Math.max(pause, after);
}
