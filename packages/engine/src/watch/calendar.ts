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
