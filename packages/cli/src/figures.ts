import type { Milliseconds } from "@fleet/engine";

/** How long, in the two largest units: "2d 4h", "3h 12m", "45 s", "180 ms". */
export function sayLength(duration: Milliseconds): string {
  if (duration < 1_000) return `${Math.round(duration)} ms`;
  const seconds = Math.round(duration / 1_000);
  if (seconds < 60) return `${duration < 10_000 ? (duration / 1_000).toFixed(1) : seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return inTwo(hours, "h", minutes % 60, "m");
  return inTwo(Math.floor(hours / 24), "d", hours % 24, "h");
}

const inTwo = (large: number, unit: string, small: number, lesser: string): string =>
  small === 0 ? `${large}${unit}` : `${large}${unit} ${small}${lesser}`;

/** How many, short: "950", "30k", "1.2M". */
export function sayCount(count: number): string {
  if (count < 1_000) return `${count}`;
  if (count < 999_500) return `${Math.round(count / 1_000)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** A share, with "<1%" for what is there and hardly anything. */
export function sayShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return "-";
  const percent = (part / whole) * 100;
  return percent < 1 ? "<1%" : `${Math.round(percent)}%`;
}

/** A day and a time, UTC. */
export const sayMoment = (at: number): string =>
  `${new Date(at).toISOString().slice(0, 16).replace("T", " ")}Z`;
/** How the times of an axis are said: as exactly as they differ. */
export function sayerFor({
  from,
  to,
}: {
  readonly from: number;
  readonly to: number;
}): (at: number) => string {
  const length = to - from;
  if (length > 2 * 86_400_000) return sayDay;
  return (at) => new Date(at).toISOString().slice(11, length > 600_000 ? 16 : 19);
}

function sayDay(at: number): string {
  const day = new Date(at);
  return `${MONTHS[day.getUTCMonth()]} ${day.getUTCDate()}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
