import { nameOf, type Timetable } from "../watch/schedule.ts";
import type { Instant } from "../watch/time.ts";

const known = new Map<string, Timetable>();

/** The library is loaded for the first schedule that there is. */
export async function timetableOf(schedule: {
  readonly cron: string;
  readonly tz: string;
}): Promise<Timetable> {
  const name = nameOf(schedule);
  const timetable = known.get(name) ?? (await makeTimetable(schedule.cron, schedule.tz));
  known.set(name, timetable);
  return timetable;
}

/**
 * Where a change of summer time repeats an hour, a slot of fixed hours comes once, at the first of the two times; where it
 * leaves an hour out, the slot comes right after the gap. Slots of any hour (`*`) come in each real hour.
 */
async function makeTimetable(cron: string, timezone: string): Promise<Timetable> {
  const { Cron } = await import("croner");
  const job = new Cron(cron, { timezone, mode: "5-part", fixedTimeRule: "no-wildcard" });
  const next = (after: Instant): Instant | null => job.nextRun(new Date(after))?.getTime() ?? null;
  // The library looks before the moment that it is given, and not at it.
  const last = (most: number, until: Instant): readonly Instant[] =>
    job
      .previousRuns(most, new Date(until + 1))
      .map(Number)
      .toReversed();
  /** It is asked at each tick, and from one slot to the next nothing else can be said. */
  let between = { from: 0, latest: [] as readonly Instant[], next: 0 as Instant | null };
  const at = (now: Instant): typeof between => {
    if (now < between.from || (between.next !== null && now >= between.next)) {
      const latest = last(1, now);
      between = { from: latest[0] ?? now, latest, next: next(now) };
    }
    return between;
  };
  return {
    last: (most, until) => (most === 1 ? at(until).latest : last(most, until)),
    next: (after) => at(after).next,
  };
}
