import type { Duration, Instant } from "../watch/time.ts";

/** A time of the day, UTC: the date stands beside it. */
export const sayTime = (instant: Instant): string => `${new Date(instant).toISOString().slice(11, 19)}Z`;

/** In the largest unit that says it without a fraction, up to minutes. */
export function sayDuration(duration: Duration): string {
  const seconds = Math.round(duration / 1000);
  if (duration > 0 && duration < 1000) return `${Math.round(duration)} ms`;
  return seconds >= 600 && seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

export const toIso = (instant: Instant): string => new Date(instant).toISOString();
