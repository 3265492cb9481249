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

const GRAMMAR = /^WAITING-UNTIL: (\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?Z$/;

/** A declared wait may be this much longer than the policy's max_wait before it counts as a lie. */
const TOLERANCE: Duration = 60_000;

/**
 * Reads a declared wait. The whole line or nothing: a time zone, a day that
 * does not exist or words around it make it prose.
 */
export function parseWait(line: string): Instant | null {
  // Of nearly every line it can be seen at once.
  const found = line.startsWith("WAITING-UNTIL: ") ? GRAMMAR.exec(line.trimEnd()) : null;
  if (found === null) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((text) => Number(text ?? 0));
  if (year === undefined || month === undefined || day === undefined) return null;
  if (hour === undefined || minute === undefined || second === undefined) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = Math.trunc(Number(`0.${found[7] ?? 0}`) * 1000);
  return (((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** A wait further ahead than the cap is no wait: it would switch supervision off. */
export const isCredible = (until: Instant, declaredAt: Instant, maxWait: Duration): boolean =>
  until <= declaredAt + maxWait + TOLERANCE;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

function daysSinceEpoch(year: number, month: number, day: number): number {
  let days = day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  const past = year - 1;
  return days + past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
}
