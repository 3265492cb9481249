import type { Agent, Policy } from "../project.ts";
import type { Happening } from "./happening.ts";
import type { AgentRecord } from "./record.ts";
import type { Wish } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/**
 * When a schedule has its slots. A slot is known by its instant alone, so that a
 * clock that is set back, or a change of summer time, makes none of them new.
 */
export interface Timetable {
  /** The newest slots until then, that moment included, oldest first. */
  last(most: number, until: Instant): readonly Instant[];
  /** The first slot after that moment; null when there is none any more. */
  next(after: Instant): Instant | null;
}

/** What a schedule says at one moment. */
export interface Slots {
  /** The schedule as it is written: other words are another schedule. */
  readonly of: string;
  /** The latest until now. */
  readonly latest: Instant | null;
  /** Those after the one that was dealt with last, oldest first; of very many only the newest. */
  readonly passed: readonly Instant[];
  readonly next: Instant | null;
}

/** A slot is on time while it is this young, however little is caught up. */
const PUNCTUAL: Duration = 60_000;

/** More missed slots than this are no news. */
const MISSED_MOST = 100;

export const isScheduled = ({ schedule, enabled }: Agent): boolean => schedule !== null && enabled;

export const nameOf = ({ cron, tz }: { readonly cron: string; readonly tz: string }): string =>
  `${cron} ${tz}`;

export function slotsAt(of: string, timetable: Timetable, handled: Instant | null, now: Instant): Slots {
  const [latest = null] = timetable.last(1, now);
  const none = latest === null || handled === null || latest <= handled;
  const passed = none ? [] : passedSince(handled, timetable, now);
  return { of, latest, passed, next: timetable.next(now) };
}

/** Mostly there is one: to work out a hundred takes a hundred times as long. */
function passedSince(handled: Instant, timetable: Timetable, now: Instant): readonly Instant[] {
  const few = timetable.last(2, now);
  const [oldest = 0] = few;
  const slots = oldest > handled ? timetable.last(MISSED_MOST, now) : few;
  return slots.filter((slot) => slot > handled);
}

interface Scheduled {
  readonly agent: Agent;
  readonly wish: Wish;
  readonly policy: Policy;
  readonly record: AgentRecord;
  readonly slots: Slots | null;
}

/**
 * What the schedule brings. A slot is dealt with once and never again: the newest that
 * passed runs, if it is young enough and nobody has said anything since; the others are missed.
 */
export function noticeSlots(
  { agent, wish, policy, record, slots }: Scheduled,
  at: Instant,
): readonly Happening[] {
  if (!isScheduled(agent)) return record.slot === null ? [] : [{ at, what: "schedule-ended" }];
  if (slots === null) return [];
  // A schedule begins to count when it is first seen: what was before is nobody's business.
  if (record.slot?.of !== slots.of) {
    const slot = Math.max(slots.latest ?? 0, record.slot?.at ?? 0);
    return [{ at, what: "schedule-began", of: slots.of, slot }];
  }
  const due = slots.passed.at(-1);
  if (due === undefined) return [];
  const late = at - due > Math.max(policy.catch_up, PUNCTUAL);
  const because = late ? "older than catch_up" : due <= wish.at ? "a person has asked since" : null;
  const missed = because === null ? slots.passed.slice(0, -1) : slots.passed;
  return [
    ...(missed.length === 0
      ? []
      : [{ at, what: "slots-missed", slots: missed, because: because ?? "a newer one has come" } as const]),
    ...(because === null ? [{ at, what: "slot-came", slot: due } as const] : []),
  ];
}

/** A slot asks for an agent as a person does; the later word counts. */
export const withCall = (wish: Wish, agent: Agent, { called }: AgentRecord): Wish =>
  agent.kind === "task" && called !== null && called > wish.at
    ? { state: "up", at: called, anew: agent.start === "fresh" }
    : wish;
