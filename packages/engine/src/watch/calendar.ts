import type { Instant } from "./time.ts";

/** A moment as a calendar and a clock tell it. Months and days count from 1. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  /** May lie beyond the month's end: the day after the 31st is its 32nd. */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** When it is that late in UTC. */
export const instantOf = ({ year, month, day, hour, minute, second }: Wall): Instant =>
  (((daysSinceEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000;

const MOMENT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?Z$/;

/** A moment in ISO 8601 and UTC. The whole text or nothing; null too for a day that does not exist. */
export function parseMoment(text: string): Instant | null {
  const found = MOMENT.exec(text);
  if (found === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((digits) => Number(digits ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 59) return null;
  const fraction = Math.trunc(Number(`0.${found[7] ?? 0}`) * 1000);
  return instantOf({ year, month, day, hour, minute, second }) + fraction;
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

function daysSinceEpoch(year: number, month: number, day: number): number {
  let days = day - 1;
  for (let m = 1; m < month; m++) days += daysIn(year, m);
  const past = year - 1;
  return days + past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - 719_162;
}

/** "2026-11-22T18:00Z". Years are counted from March, so that the day that not every year has comes last. */
export function sayMinute(instant: Instant): string {
  const days = Math.floor(instant / DAY) + 719_468;
  const era = Math.floor(days / 146_097);
  const ofEra = days - era * 146_097;
  const year = Math.floor(
    (ofEra - Math.floor(ofEra / 1_460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const month = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const number = month < 10 ? month + 3 : month - 9;
  const minutes = Math.floor((instant - Math.floor(instant / DAY) * DAY) / 60_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${year + era * 400 + (number <= 2 ? 1 : 0)}-${two(number)}-${two(day)}`;
  return `${date}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}Z`;
}

const DAY = 86_400_000;
