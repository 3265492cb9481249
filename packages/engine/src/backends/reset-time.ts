import { instantOf, type Wall } from "../watch/calendar.ts";
import type { Duration, Instant } from "../watch/time.ts";

/** A time of day that has just passed is not tomorrow's. */
const JUST_PASSED: Duration = 600_000;
const DAY: Duration = 86_400_000;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const CLOCK =
  /(?:\b([A-Z][a-z]{2})[a-z]*\.? (\d{1,2})(?:st|nd|rd|th)?(?:, (\d{4}))?,? (?:at )?)?\b(\d{1,2})(?::(\d{2}))? ?([ap]m)\b(?: \(([\w/+-]+)\))?/i;
const SPAN = /\bin ((?:\d+ (?:day|hour|minute|second)s?(?:,? )?)+)/i;
const UNITS: Readonly<Record<string, Duration>> = {
  day: DAY,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
};

/**
 * When a limit is over that "resets 5:33am (UTC)", "resets Nov 24, 5am
 * (Europe/Berlin)", or lets one "try again in 2 hours 5 minutes". Null when the
 * text does not say. `at` is when it was said; without a zone the machine's counts.
 */
export function parseReset(text: string, at: Instant): Instant | null {
  const span = SPAN.exec(text)?.[1];
  if (span !== undefined)
    return [...span.matchAll(/(\d+) (day|hour|minute|second)/gi)].reduce(
      (sum, [, count, unit = ""]) => sum + Number(count) * (UNITS[unit.toLowerCase()] ?? 0),
      at,
    );
  const found = CLOCK.exec(text);
  if (found === null) return null;
  const [, month, day, year, hour = "", minute = "0", half = "", zone] = found;
  const hours = (Number(hour) % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  if (Number(hour) < 1 || Number(hour) > 12 || Number(minute) > 59) return null;
  const wallAt = clockOf(zone);
  if (wallAt === null) return null;
  const today = wallAt(at);
  const inMonth = month === undefined ? today.month : MONTHS.indexOf(month.toLowerCase()) + 1;
  if (inMonth < 1) return null;
  const resolve = (plusYears: number, plusDays: number): Instant =>
    momentOf(wallAt, {
      year: Number(year ?? today.year + plusYears),
      month: inMonth,
      day: Number(day ?? today.day) + plusDays,
      hour: hours,
      minute: Number(minute),
      second: 0,
    });
  const next = resolve(0, 0);
  if (next > at - JUST_PASSED || year !== undefined) return next;
  return month === undefined ? resolve(0, 1) : resolve(1, 0);
}

/** When that clock shows this. Its offset is that of the moment itself, which may lie beyond a change of the clocks. */
function momentOf(wallAt: Clock, wall: Wall): Instant {
  const asIfUtc = instantOf(wall);
  const offset = (at: Instant): Duration => instantOf(wallAt(at)) - at;
  return asIfUtc - offset(asIfUtc - offset(asIfUtc));
}

/** What a clock shows at a moment. */
type Clock = (at: Instant) => Wall;

/** The clock of a zone; null for one that nobody knows. */
function clockOf(timeZone: string | undefined): Clock | null {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      ...(timeZone === undefined ? {} : { timeZone }),
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return null;
  }
  return (at) => {
    const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return { year, month, day, hour, minute, second };
  };
}
