import { Failure } from "../problem.ts";
import type { Duration, Instant } from "../watch/time.ts";

const UNITS: Readonly<Record<string, Duration>> = {
  ...{ ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, "": 1_000 },
};

/** The value of a flag: "90s", "10m"; a bare number is seconds. @throws Failure WRONG_USAGE */
export function readDuration(flag: string, text: string): Duration {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|)$/.exec(text) ?? [];
  if (number !== "") return Number(number) * (UNITS[unit] ?? 0);
  throw new Failure("WRONG_USAGE", `${flag} takes a time such as 90s or 10m, not "${text}"`);
}

/** The value of a flag that names a moment to come: "18:00" is the next one here, a date is of here, too, unless it says of where. @throws Failure WRONG_USAGE */
export function readMoment(flag: string, text: string, now: Instant): Instant {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour !== undefined) {
    const at = new Date(now);
    at.setHours(Number(hour), Number(minute), 0, 0);
    // Not a day's milliseconds later: some days have 23 hours.
    if (at.getTime() <= now) at.setDate(at.getDate() + 1);
    return at.getTime();
  }
  // A date alone would be taken for one of Greenwich.
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(date) ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at))
    throw new Failure("WRONG_USAGE", `${flag} takes a time such as 18:00 or 2026-11-22T18:00, not "${text}"`);
  if (at <= now) throw new Failure("WRONG_USAGE", `${flag} ${text} has passed already`);
  return at;
}

/** The value of --since: a time, or how long ago. @throws Failure WRONG_USAGE */
export function readSince(text: string, now: Instant): Instant {
  if (/^\d{4}-/.test(text) && !Number.isNaN(Date.parse(text))) return Date.parse(text);
  return now - readDuration("--since", text);
}
