import { nameOf, type Timetable } from "../watch/schedule.ts";

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
  return {
    // The library looks before the moment that it is given, and not at it.
    last: (most, until) =>
      job
        .previousRuns(most, new Date(until + 1))
        .map(Number)
        .toReversed(),
    next: (after) => job.nextRun(new Date(after))?.getTime() ?? null,
  };
}
