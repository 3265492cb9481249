const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago: it changes once a minute, so that a screen on which nothing happens is not written anew. */
export function sayAge(since: string, now: number): string {
  const ago = now - Date.parse(since);
  if (Number.isNaN(ago)) return "";
  if (ago < MINUTE) return "<1m";
  if (ago < 2 * HOUR) return `${Math.floor(ago / MINUTE)}m`;
  return ago < 2 * DAY ? `${Math.floor(ago / HOUR)}h` : `${Math.floor(ago / DAY)}d`;
}

/** How long until then, to the second where it is near. */
export function sayLeft(left: number): string {
  if (left <= 0) return "now";
  if (left >= 2 * DAY) return `${Math.floor(left / DAY)}d`;
  const seconds = Math.ceil(left / SECOND);
  const two = (count: number) => `${count}`.padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return seconds < 3600
    ? `${minutes}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** UTC, as everywhere. */
export const sayClock = (at: number): string => new Date(at).toISOString().slice(11, 19);
