import type { Course, CourseWishes } from "./course.ts";
import type { Rewriting } from "./handoff.ts";
import { type HoldMemory, type HoldWish, NO_HOLD } from "./hold.ts";
import type { ClockReading } from "./jump.ts";
import type { AgentRecord } from "./record.ts";
import type { Wish } from "./scene.ts";
import type { Standstill } from "./standstill.ts";
import type { Instant } from "./time.ts";
import type { Unpushed } from "./unpushed.ts";

/** What stands on disk between two ticks. */
export const SCHEMA = 1;

/** records.json, written by the watchdog alone. */
export interface Records {
  readonly schema: number;
  /** Raised by each new watchdog. */
  readonly epoch: number;
  readonly pid: number;
  readonly version: string;
  readonly heartbeat: Instant;
  /** The clocks at the last look: a jump is seen even if it came while nobody looked. */
  readonly clock: ClockReading | null;
  /** When the machine was first seen to have been started anew. */
  readonly booted: Instant;
  /** The clock jumped lately: no wait counts as missed before this. */
  readonly grace: Instant;
  /** Process id of the tmux server, when one was last lost, and how many in a row. */
  readonly server: number | null;
  readonly serverLost: Instant;
  readonly serversLost: number;
  readonly course: Course | null;
  /** Up to where the watched branch was read, and for which turn of the phases. */
  readonly handoff: { readonly seen: string; readonly turn: number } | null;
  /** What the last rewriting of the branch took, until something else is handed over. */
  readonly rewritten: Rewriting | null;
  /** A phase that is done on this disk, and not on the branch. */
  readonly unpushed: Unpushed | null;
  /** With done_source "pushed": the phase that is on, once the branch says that it is done. Null: it does not, or it is not known. */
  readonly pushed: string | null;
  /** The replay of handoffs that was noted last, by its time as a name. */
  readonly replayed: Instant;
  /** The last automatic restart of any agent. */
  readonly restarted: Instant;
  readonly hold: HoldMemory;
  /** on_complete was done. */
  readonly completed: boolean;
  /** The wishes that stood when the sequence was complete, by their times as names; null when an older engine completed it. */
  readonly wished: readonly Instant[] | null;
  /** What is wrong with the checks of the project as a whole, by the check. */
  readonly troubles: Readonly<Record<string, string>>;
  readonly agents: Readonly<Record<string, AgentRecord>>;
}

export const FRESH_RECORDS: Records = {
  schema: SCHEMA,
  epoch: 0,
  pid: 0,
  version: "",
  heartbeat: 0,
  clock: null,
  booted: 0,
  grace: 0,
  server: null,
  serverLost: 0,
  serversLost: 0,
  course: null,
  handoff: null,
  rewritten: null,
  unpushed: null,
  pushed: null,
  replayed: 0,
  restarted: 0,
  hold: NO_HOLD,
  completed: false,
  wished: null,
  troubles: {},
  agents: {},
};

/** wishes.json, written by the command line alone. */
export interface Wishes extends CourseWishes {
  readonly schema: number;
  readonly agents: Readonly<Record<string, Wish>>;
  /** A person had handoffs told again; the watchdog only notes it. */
  readonly replay: { readonly at: Instant; readonly by: string; readonly commits: readonly string[] } | null;
  readonly hold: HoldWish | null;
  /** Nobody is started, whatever else is asked for; null: that was never said, or was lifted. */
  readonly standstill: Standstill | null;
  /** The watchdog is to end once nothing runs. */
  readonly off: boolean;
  /** LOOP_MODEL, LOOP_BACKEND and their like, as they were at `up`. */
  readonly env: Readonly<Record<string, string>>;
}

export const NO_WISHES: Wishes = {
  schema: SCHEMA,
  agents: {},
  phase: null,
  pause: null,
  replay: null,
  hold: null,
  standstill: null,
  off: false,
  env: {},
};

/** What this very version wrote, as it stands: its writer and its reader are the same code. Null: it wants a close look. */
export function trust<T extends { readonly schema: number }>(
  text: string,
  version: string,
  fresh: T,
): T | null {
  try {
    const value = JSON.parse(text) as Partial<T & { readonly version: string }> | null;
    return value?.schema === SCHEMA && value.version === version ? { ...fresh, ...value } : null;
  } catch {
    return null;
  }
}
