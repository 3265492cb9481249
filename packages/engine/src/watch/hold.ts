import { sayMinute } from "./calendar.ts";
import type { Restraint } from "./restraint.ts";
import type { Instant } from "./time.ts";

/** What a person said last of the project as a whole: that nothing is begun in it for a while, or that it goes on. */
export interface HoldWish {
  readonly on: boolean;
  /** Names it, too. */
  readonly at: Instant;
  /** By the wall clock; null: until a person says resume. */
  readonly until: Instant | null;
  readonly by: string;
  readonly why: string | null;
}

/** What the watchdog remembers of holds, each by its name. */
export interface HoldMemory {
  /** The one that is on, as far as was told. */
  readonly told: Instant | null;
  /** The last one whose time has come. */
  readonly over: Instant | null;
}

export const NO_HOLD: HoldMemory = { told: null, over: null };

export type HoldHappening = { readonly at: Instant } & (
  | {
      readonly what: "hold-began";
      readonly by: string;
      readonly until: Instant | null;
      readonly why: string | null;
    }
  /** By a person, or because its time has come: then nobody did it. */
  | { readonly what: "hold-ended"; readonly by: string | null }
);

/** The hold that is in force. One whose time has come stays over, though the clock be set back. */
export const holdIn = (wish: HoldWish | null, { over }: HoldMemory, now: Instant): HoldWish | null =>
  wish?.on && wish.at !== over && (wish.until === null || now < wish.until) ? wish : null;

/** One look at what a person asked for: what is new, and what is to be remembered of it. */
export function followHold(
  wish: HoldWish | null,
  memory: HoldMemory,
  at: Instant,
): { readonly memory: HoldMemory; readonly happenings: readonly HoldHappening[] } {
  const hold = holdIn(wish, memory, at);
  if (hold !== null) {
    if (memory.told === hold.at) return { memory, happenings: [] };
    const { by, until, why } = hold;
    return { memory: { ...memory, told: hold.at }, happenings: [{ at, what: "hold-began", by, until, why }] };
  }
  const over = wish?.on ? wish.at : memory.over;
  const ended = memory.told !== null;
  if (!ended && over === memory.over) return { memory, happenings: [] };
  const by = wish?.on === false ? wish.by : null;
  return { memory: { told: null, over }, happenings: ended ? [{ at, what: "hold-ended", by }] : [] };
}

/** With its times, which say more than how it came to be. */
export const sayHold = ({ at, until, by, why }: HoldWish): string =>
  `on hold since ${sayMinute(at)} by ${by}${until === null ? "" : `, until ${sayMinute(until)}`}${why === null ? "" : `: ${why}`}`;

export const restraintOf = (hold: HoldWish | null): Restraint | null =>
  hold && { by: "hold", because: sayHold(hold), until: hold.until };
