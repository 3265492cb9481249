import type { Policy } from "../project.ts";
import type { Course } from "./course.ts";
import { type AgentRecord, shift } from "./record.ts";
import type { Records } from "./records.ts";
import type { Duration, Instant } from "./time.ts";

/** What the clocks of a machine said at one moment. */
export interface ClockReading {
  readonly wall: Instant;
  /** Since the boot, the time asleep left out; nobody can set it. */
  readonly steady: Duration;
  /** Names the boot: only within one can steady readings be compared. */
  readonly boot: string;
}

/**
 * How far the wall clock was moved since then: set by a person or by NTP, or
 * run on while the machine slept. Steps smaller than the tolerance are drift.
 */
export function jumpBetween(before: ClockReading | null, now: ClockReading, tolerance: Duration): Duration {
  if (before === null) return 0;
  // How long a reboot took is unknown; only time that went backwards is surely wrong.
  if (before.boot !== now.boot) return Math.min(0, now.wall - before.wall);
  const jump = now.wall - before.wall - (now.steady - before.steady);
  return Math.abs(jump) > tolerance ? jump : 0;
}

/**
 * Moves all that was remembered along with the clock, so that every duration
 * measured from it stays true. Who waits gets a whole wait and its grace: an
 * alarm clock may have been set by the old time, or have slept with the machine.
 */
export function keepTime(
  records: Records,
  clock: ClockReading,
  { clock_jump, max_wait, stall_grace }: Policy,
): { readonly records: Records; readonly jump: Duration } {
  const jump = jumpBetween(records.clock, clock, clock_jump);
  const rebooted = records.clock !== null && records.clock.boot !== clock.boot;
  const kept = { ...records, clock };
  if (jump === 0 && !rebooted) return { records: kept, jump };
  const agents = Object.entries(records.agents).map(([name, record]): [string, AgentRecord] => [
    name,
    shift(record, jump, clock.wall),
  ]);
  return {
    jump,
    records: {
      ...kept,
      booted: rebooted ? clock.wall : Math.min(records.booted + jump, clock.wall),
      serverLost: Math.min(records.serverLost + jump, clock.wall),
      restarted: Math.min(records.restarted + jump, clock.wall),
      course: records.course && moveCourse(records.course, jump, clock.wall),
      grace: clock.wall + max_wait + stall_grace,
      agents: Object.fromEntries(agents),
    },
  };
}

const moveCourse = (course: Course, by: Duration, now: Instant): Course => ({
  ...course,
  since: Math.min(course.since + by, now),
  complete: course.complete === null ? null : Math.min(course.complete + by, now),
});
