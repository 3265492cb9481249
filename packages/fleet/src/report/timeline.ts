import type { Instant, JournalEntry, Milliseconds } from "@fleet/engine";

/** What an agent did, as an operator asks: the assessments of the engine in few words. "unseen": nobody looked. */
export const DOINGS = [
  "working",
  "waiting",
  "limited",
  "needs you",
  "on hold",
  "starting",
  "down",
  "failed",
  "unseen",
] as const;
export type Doing = (typeof DOINGS)[number];

/** From then until then it did one thing. */
export interface Stretch {
  readonly from: Instant;
  readonly to: Instant;
  readonly is: Doing;
}

export interface Timeline {
  add(entry: JournalEntry): void;
  /** Nobody looked from then until then, though nothing says that anything ended. */
  unsee(from: Instant, to: Instant): void;
  /** The stretches within this time, in their order; after `seen` nobody has looked. */
  end(window: Window, seen: Instant): readonly Stretch[];
}

export interface Window {
  readonly from: Instant;
  readonly to: Instant;
}

/** By the assessment that was decided on. What is missing here tells nothing new. */
const BY_ASSESSMENT: Readonly<Record<string, Doing>> = {
  working: "working",
  draining: "working",
  ready: "waiting",
  waiting: "waiting",
  overdue: "waiting",
  limited: "limited",
  asking: "needs you",
  unread: "needs you",
  unwell: "needs you",
  starting: "starting",
  down: "down",
  missing: "down",
  resting: "down",
  foreign: "down",
  leftover: "down",
  outlived: "down",
  finished: "down",
  "crash-looping": "down",
  failed: "failed",
  unseen: "unseen",
};

const BY_MOOD: Readonly<Record<string, Doing>> = {
  busy: "working",
  ready: "waiting",
  limited: "limited",
  asking: "needs you",
  fatal: "needs you",
};

/** By the kind of entry: it holds until something is decided. */
const BY_KIND: Readonly<Record<string, Doing>> = {
  starting: "starting",
  started: "starting",
  resumed: "starting",
  "start-failed": "down",
  "became-ready": "waiting",
  died: "down",
  vanished: "down",
  stopped: "down",
  cleared: "down",
  "gave-up": "failed",
};

/** Why nothing is begun with it, by the restraint that it is under. */
const BY_RESTRAINT: Readonly<Record<string, Doing>> = { hold: "on hold", limit: "limited" };

/** What an entry of an agent's says that it does from then on; null: nothing. `restraint`: what it is under. */
function doingOf(entry: JournalEntry, restraint: string): Doing | null {
  if (entry.what === "decided") {
    const is = String(entry.is);
    return is === "held" ? (BY_RESTRAINT[restraint] ?? "down") : (BY_ASSESSMENT[is] ?? null);
  }
  if (entry.what === "said") {
    const { mood } = (entry.mood ?? {}) as { readonly mood?: unknown };
    return BY_MOOD[String(mood)] ?? null;
  }
  return BY_KIND[entry.what] ?? null;
}

/** One agent's time, from its own entries and those of the whole project, oldest first. */
export function createTimeline(): Timeline {
  const stretches: Stretch[] = [];
  let now: { readonly is: Doing; readonly since: Instant } | null = null;
  let restraint = "";
  const close = (at: Instant): void => {
    if (now === null || at <= now.since) return;
    const last = stretches.at(-1);
    // As far as nothing lies between.
    if (last?.is === now.is && last.to === now.since) stretches[stretches.length - 1] = { ...last, to: at };
    else stretches.push({ from: now.since, to: at, is: now.is });
  };
  const turn = (is: Doing, at: Instant): void => {
    if (now?.is === is && at >= now.since) return;
    // Where the clock was set back, the time is counted from there once more.
    close(at);
    now = { is, since: at };
  };
  return {
    add(entry) {
      if (entry.what === "restrained") restraint = String(entry.by);
      if (entry.what === "released") restraint = "";
      const is = entry.agent === null ? doingOfAll(entry) : doingOf(entry, restraint);
      if (is !== null && (entry.agent !== null || now !== null)) turn(is, entry.at);
    },
    unsee(from, to) {
      if (now === null || now.is === "down" || now.is === "failed") return;
      const { is, since } = now;
      close(Math.max(from, since));
      now = { is: "unseen", since: Math.max(from, since) };
      close(to);
      now = { is, since: to };
    },
    end({ from, to }, seen) {
      if (now !== null) {
        const isOver = now.is === "down" || now.is === "failed";
        const until = isOver ? to : Math.max(Math.min(seen, to), now.since);
        close(until);
        now = { is: "unseen", since: until };
        close(to);
      }
      return stretches
        .map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }))
        .filter((one) => one.to > one.from);
    },
  };
}

/** What the end of a watchdog means for whoever it watched. */
const doingOfAll = ({ what, because }: JournalEntry): Doing | null =>
  what !== "watchdog-ended" ? null : because === "off" ? "down" : because === "complete" ? "unseen" : null;

/** How long it did what. */
export function timesOf(timeline: readonly Stretch[]): Readonly<Record<Doing, Milliseconds>> {
  const times = Object.fromEntries(DOINGS.map((is) => [is, 0])) as Record<Doing, Milliseconds>;
  for (const { from, to, is } of timeline) times[is] += to - from;
  return times;
}

/** Rather seen than what lasts longer: a minute of it is news. */
const LOUD: readonly Doing[] = ["failed", "needs you", "limited"];
const LOUD_ENOUGH = 0.2;

/** So many slices of equal length, each by what fills most of it; null where nothing is known. */
export function slicesOf(
  timeline: readonly Stretch[],
  { from, to }: Window,
  count: number,
): readonly (Doing | null)[] {
  const length = Math.max(to - from, 1) / count;
  const filled = Array.from({ length: count }, () => new Map<Doing, Milliseconds>());
  for (const { from: begin, to: end, is } of timeline) {
    const last = Math.min(Math.ceil((end - from) / length), count);
    for (let nth = Math.max(Math.floor((begin - from) / length), 0); nth < last; nth++) {
      const part = Math.min(end, from + (nth + 1) * length) - Math.max(begin, from + nth * length);
      const slice = filled[nth];
      if (part > 0) slice?.set(is, (slice.get(is) ?? 0) + part);
    }
  }
  return filled.map((slice) => {
    const loud = LOUD.find((is) => (slice.get(is) ?? 0) > length * LOUD_ENOUGH);
    return loud ?? [...slice].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
  });
}
