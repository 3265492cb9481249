import type { Failings } from "./failing.ts";
import type { Restraint } from "./restraint.ts";
import type { Exit, Mood } from "./sighting.ts";
import { type Signs, shiftSigns } from "./sign.ts";
import type { Duration, Instant } from "./time.ts";
import type { DeclaredWait } from "./wait.ts";

/** One start of one agent: from the intent to start it until it is gone. */
export interface Run {
  /** Carried by every process of the run in its environment, and by the session as a mark. */
  readonly instance: string;
  readonly since: Instant;
  /** Which turn of the phases it was started for; null for an agent that is no loop. */
  readonly turn: number | null;
  readonly model: string | null;
  /** The program it was started with; null for a service, and where it is not known. */
  readonly backend: string | null;
  /** The run of the shared server that it is attached to; null for who runs on its own. */
  readonly server: string | null;
  /** Its session was seen; until then it is no more than an intent. */
  readonly opened: boolean;
  /** It goes on with the conversation of an earlier run. */
  readonly resumed: boolean;
  /** The conversation that it is in, and the file in which it notes it; null as long as nobody has said. */
  readonly conversation: string | null;
  readonly transcript: string | null;
  /** When it was first ready for work. */
  readonly ready: Instant | null;
}

/** What an agent did when last looked at, and since when it does so. */
export interface Seen {
  /** As it is believed, after its screen and all that it said of itself. */
  readonly mood: Mood;
  readonly since: Instant;
  /** Who said so, and by which rule. */
  readonly rule: string;
  /** Who said otherwise; null for nobody. */
  readonly dissent: string | null;
  /** What the screen alone said, and since when; "unclear" when no rule knew it. */
  readonly shown: { readonly mood: Mood["mood"]; readonly since: Instant };
  /** The last sign that came by each way. */
  readonly signs: Signs;
  /** The messages that it said it has taken, by id, the last of them. */
  readonly heard: readonly string[];
  /** What runs in it, by its own word; null for nothing. */
  readonly running: string | null;
  /** Of what shows life, and since when there is no more of it. */
  readonly digest: string;
  readonly still: Instant;
  /** Columns and rows: another size is another picture of the same. */
  readonly size: string;
  readonly wait: DeclaredWait | null;
}

/** A message on its way through the input box, or through the door. */
export interface Mail {
  readonly id: string;
  readonly state: "typing" | "typed";
  /** It is handed in at the door of the program, and not typed. */
  readonly door: boolean;
  readonly since: Instant;
  /** How often Enter was pressed, or was about to be. */
  readonly enters: number;
  /** How often it was typed: what nobody sees is typed again. */
  readonly tries: number;
}

/** What the watchdog remembers of one agent between two ticks. Everything else is looked up afresh. */
export interface AgentRecord {
  readonly run: Run | null;
  /** The instance of the last run, also after its end. */
  readonly latest: string | null;
  readonly seen: Seen | null;
  readonly stopping: Stopping | null;
  /** The wish that was last acted on. */
  readonly served: Instant | null;
  /** Of a task: its schedule, and the slot of it that was dealt with last. */
  readonly slot: { readonly of: string; readonly at: Instant } | null;
  /** Of a task: the last slot that asked for a run, as a person's wish does. */
  readonly called: Instant | null;
  readonly mail: Mail | null;
  /** What it was told since it last showed life: the first and the last time. */
  readonly told: { readonly first: Instant; readonly last: Instant } | null;
  /** The declared wait that it missed last, and when it was sent a wake message for that. */
  readonly missed: { readonly until: Instant; readonly at: Instant } | null;
  /** The turn that a limit cut short, and that has not gone on since; it may be of an earlier run. */
  readonly cut: Cut | null;
  /** As it was at the last look, and when there was none any more. */
  readonly restraint: Restraint | null;
  readonly released: Instant | null;
  /** How the last run ended. */
  readonly ended: Ended | null;
  /** In a row, since it was last healthy. */
  readonly failures: number;
  /** Automatic starts, newest last. */
  readonly restarts: readonly Instant[];
  /** In which turn of the phases: another is another chance. */
  readonly gaveUp: { readonly at: Instant; readonly because: string; readonly turn: number | null } | null;
  /** The conversation that is worth going on with; its id is null where the backend finds it by itself. */
  readonly conversation: { readonly id: string | null } | null;
  /** The decision that was last told, by its key. */
  readonly decided: string | null;
  /** What could not be done to it. */
  readonly failing: Failings;
  /** Of the run that is being ended: how many processes were killed last. */
  readonly killed: number;
}

export interface Cut {
  /** Of the message that tells it to go on. */
  readonly id: string;
  /** The run that it was cut short in, since when, and until when it is so; null: nobody knows. */
  readonly run: string;
  readonly since: Instant;
  readonly until: Instant | null;
  /** When it was told to go on. */
  readonly told: Instant | null;
}

export interface Ended {
  readonly at: Instant;
  readonly how: string;
  readonly exit: Exit | null;
  readonly blame: Blame;
  /** It ended at a usage limit, which is over then; null for no limit, or an unknown end. */
  readonly limit: Instant | null;
}

/**
 * Whose doing the end of a run was. Only an agent's own failures count towards
 * giving it up; "host" still waits longer each time; after "server" and "plan"
 * it is started again as if nothing had happened. A restart of the machine is
 * of the plan: nobody is held back for it, and who is never healed is back, too.
 */
export type Blame = "agent" | "host" | "server" | "plan" | "person";

export const FRESH_RECORD: AgentRecord = {
  run: null,
  latest: null,
  seen: null,
  stopping: null,
  served: null,
  slot: null,
  called: null,
  mail: null,
  told: null,
  missed: null,
  cut: null,
  restraint: null,
  released: null,
  ended: null,
  failures: 0,
  restarts: [],
  gaveUp: null,
  conversation: null,
  decided: null,
  failing: {},
  killed: 0,
};

/**
 * How far the end of a run has come, and since when: the word that ends the
 * program stands in its input box, was submitted, or all its processes were told
 * by a signal. After the last step they are killed.
 */
export interface Stopping {
  readonly step: "quit-typed" | "quit-entered" | "told";
  readonly since: Instant;
  /** How often Enter was pressed for it. */
  readonly enters: number;
  readonly because: StopReason;
}

/** Why a run is brought to its end. */
export type StopReason =
  | ("unwanted" | "next-phase" | "restart-asked" | "limit-over")
  | ("fatal" | "stalled" | "never-ready" | "leftover-processes" | "server-lost");

export const BLAME: Readonly<Record<StopReason, Blame>> = {
  unwanted: "person",
  "restart-asked": "person",
  "next-phase": "plan",
  "limit-over": "host",
  "server-lost": "host",
  fatal: "agent",
  stalled: "agent",
  "never-ready": "agent",
  "leftover-processes": "agent",
};

/**
 * The clock was moved: what was remembered moves along, so that what is measured from it stays true. Nothing of it
 * comes to lie ahead: what was noted after the clock was moved, and before that was noticed, is right as it is.
 */
export function shift(record: AgentRecord, by: Duration, now: Instant): AgentRecord {
  const { run, seen, stopping, mail, told, missed, cut, ended: end, gaveUp } = record;
  const move = (at: Instant): Instant => Math.min(at + by, now);
  return {
    ...record,
    run: run && { ...run, since: move(run.since), ready: run.ready === null ? null : move(run.ready) },
    seen: seen && {
      ...seen,
      since: move(seen.since),
      still: move(seen.still),
      shown: { ...seen.shown, since: move(seen.shown.since) },
      signs: shiftSigns(seen.signs, move),
      // The agent's own alarm clock was set by the old time: the wait ends when it rings.
      wait: seen.wait && { ...seen.wait, moved: seen.wait.moved + by },
    },
    stopping: stopping && { ...stopping, since: move(stopping.since) },
    mail: mail && { ...mail, since: move(mail.since) },
    told: told && { first: move(told.first), last: move(told.last) },
    missed: missed && { ...missed, at: move(missed.at) },
    cut: cut && { ...cut, since: move(cut.since), told: cut.told === null ? null : move(cut.told) },
    released: record.released === null ? null : move(record.released),
    ended: end && { ...end, at: move(end.at) },
    restarts: record.restarts.map(move),
    gaveUp: gaveUp && { ...gaveUp, at: move(gaveUp.at) },
    failing: Object.fromEntries(
      Object.entries(record.failing).map(([action, one]) => [
        action,
        { ...one, since: move(one.since), told: move(one.told) },
      ]),
    ),
  };
}
