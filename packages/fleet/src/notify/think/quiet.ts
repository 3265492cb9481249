import type { QuietHours } from "../../fleet-file/notify.ts";

const MINUTE = 60_000;
const DAY = 24 * 60;

/** Minutes since midnight, as a clock on the wall shows them there. */
function minuteOfDay(now: number, timeZone: string | null): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone === null ? {} : { timeZone }),
  });
  const [hour = 0, minute = 0] = format.format(now).split(":").map(Number);
  return hour * 60 + minute;
}

const isQuiet = ({ from, to }: QuietHours, minute: number): boolean =>
  from < to ? from <= minute && minute < to : from <= minute || minute < to;

/**
 * When the quiet hours are over that it is now; null when they are not on.
 * By the clock on the wall: where it is put forward they are shorter, where it
 * is put back they are longer, and an hour that is there twice is quiet twice.
 */
export function quietUntil(hours: QuietHours | null, now: number): number | null {
  if (hours === null || !isQuiet(hours, minuteOfDay(now, hours.timeZone))) return null;
  const minute = Math.floor(now / MINUTE);
  // The wall's own minutes lead there but for a change of the clock, and after one they lead on.
  for (let ahead = 1; ahead <= 2 * DAY; ) {
    const wall = minuteOfDay((minute + ahead) * MINUTE, hours.timeZone);
    if (!isQuiet(hours, wall)) return backToEnd(hours, minute + ahead);
    ahead += Math.max(1, Math.min((hours.to - wall + DAY) % DAY, 15));
  }
  return (minute + 2 * DAY) * MINUTE;
}

/** From a minute that is not quiet back to the first such. */
function backToEnd(hours: QuietHours, after: number): number {
  let minute = after;
  while (!isQuiet(hours, minuteOfDay((minute - 1) * MINUTE, hours.timeZone))) minute -= 1;
  return minute * MINUTE;
}
