import type { Handed } from "../watch/handoff.ts";
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

/** What a rewritten history means for those who wait for each other. */
export function sayRewritten(
  branch: string,
  { gone, untold }: { readonly gone: readonly Handed[] | null; readonly untold: readonly Handed[] },
): string {
  return [
    `the history of origin/${branch} was rewritten`,
    ...(gone === null ? ["what was told of it is not known any more"] : []),
    ...(gone === null || gone.length === 0 ? [] : [`gone: ${sayHanded(gone)}`]),
    ...(untold.length === 0 ? [] : [`new, and not told: ${sayHanded(untold)}`]),
  ].join("; ");
}

const MOST = 5;

function sayHanded(handed: readonly Handed[]): string {
  const newest = handed.slice(-MOST).map(({ sha, kind }) => `${kind} ${sha.slice(0, 7)}`);
  return [...newest, ...(handed.length > MOST ? [`${handed.length - MOST} older ones`] : [])].join(", ");
}
