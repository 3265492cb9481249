import { keyOf } from "./decision.ts";
import type { Message } from "./message.ts";
import type { Exit, Mood } from "./sighting.ts";
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
  /** Its session was seen; until then it is no more than an intent. */
  readonly opened: boolean;
  /** It goes on with the conversation of an earlier run. */
  readonly resumed: boolean;
  /** When it was first ready for work. */
  readonly ready: Instant | null;
}

/** What an agent's screen said when last looked at, and since when it says so. */
export interface Seen {
  readonly mood: Mood;
  readonly since: Instant;
  /** What runs in it, by its own word; null for nothing. */
  readonly running: string | null;
  /** Of what shows life, and since when there is no more of it. */
  readonly digest: string;
  readonly still: Instant;
  /** Columns and rows: another size is another picture of the same. */
  readonly size: string;
  readonly wait: DeclaredWait | null;
}

/** A message on its way through the input box. */
export interface Mail {
  readonly id: string;
  readonly state: "typing" | "typed";
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
  /** How the last run ended. */
  readonly ended: Ended | null;
  /** In a row, since it was last healthy. */
  readonly failures: number;
  /** Automatic starts, newest last. */
  readonly restarts: readonly Instant[];
  /** In which turn of the phases: another is another chance. */
  readonly gaveUp: { readonly at: Instant; readonly because: string; readonly turn: number | null } | null;
  /** It has a conversation worth going on with. */
  readonly conversation: boolean;
  /** The decision that was last told, by its key. */
  readonly decided: string | null;
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
 * it is started again as if nothing had happened.
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
  ended: null,
  failures: 0,
  restarts: [],
  gaveUp: null,
  conversation: false,
  decided: null,
};

/**
 * How far the end of a run has come, and since when: the word that ends the
 * program stands in its input box, was submitted, or all its processes were told
 * by a signal. After the last step they are killed.
 */
export interface Stopping {
  readonly step: "quit-typed" | "quit-entered" | "told";
  readonly since: Instant;
  readonly because: StopReason;
}

/** Why a run is brought to its end. */
export type StopReason =
  | ("unwanted" | "next-phase" | "restart-asked" | "limit-over")
  | ("fatal" | "stalled" | "never-ready" | "leftover-processes");

export const BLAME: Readonly<Record<StopReason, Blame>> = {
  unwanted: "person",
  "restart-asked": "person",
  "next-phase": "plan",
  "limit-over": "host",
  fatal: "agent",
  stalled: "agent",
  "never-ready": "agent",
  "leftover-processes": "agent",
};

/** Something that happened to an agent. Past tense, always: a happening is a fact, not a wish. */
export type Happening = { readonly at: Instant } & (
  | {
      readonly what: "starting";
      readonly run: Run;
      readonly wish: Instant;
      readonly automatic: boolean;
    }
  | { readonly what: "started" | "resumed"; readonly instance: string; readonly model: string | null }
  | { readonly what: "start-failed"; readonly because: string }
  | { readonly what: "start-interrupted" }
  | {
      readonly what: "found";
      readonly instance: string;
      readonly turn: number | null;
      /** The wish that it serves, as far as anyone can tell. */
      readonly wish: Instant;
      /** Of a task: its session is there, so it was asked for by then. */
      readonly called: Instant | null;
    }
  | { readonly what: "schedule-began"; readonly of: string; readonly slot: Instant }
  | { readonly what: "schedule-ended" }
  | { readonly what: "slots-missed"; readonly slots: readonly Instant[]; readonly because: string }
  | { readonly what: "slot-came"; readonly slot: Instant }
  | { readonly what: "slot-skipped" | "left-alone"; readonly wish: Instant; readonly because: string }
  | { readonly what: "became-ready" }
  | { readonly what: "looked"; readonly seen: Seen }
  | { readonly what: "said"; readonly mood: Mood; readonly wait: Instant | null }
  | {
      readonly what: "died";
      readonly exit: Exit;
      readonly failures: number;
      readonly blame: Blame;
      readonly limit: Instant | null;
    }
  | {
      readonly what: "vanished";
      readonly with: "session" | "server";
      readonly failures: number;
      readonly blame: Blame;
      readonly limit: Instant | null;
    }
  | { readonly what: "resume-failed" }
  | { readonly what: "missed-wait"; readonly until: Instant; readonly message: string }
  | { readonly what: "kept-wait"; readonly until: Instant }
  | { readonly what: "quit-typed"; readonly because: StopReason }
  | { readonly what: "quit-entered" }
  | { readonly what: "told-to-stop"; readonly because: StopReason }
  | { readonly what: "killed"; readonly processes: number }
  | {
      readonly what: "stopped";
      readonly because: StopReason;
      readonly exit: Exit | null;
      readonly failures: number;
      readonly blame: Blame;
    }
  | { readonly what: "cleared" }
  | { readonly what: "gave-up"; readonly because: string; readonly turn: number | null }
  | OnItsWay
  /** It stood in the input box of a run that has ended; the next one is told. */
  | { readonly what: "taken-back"; readonly message: string }
  | {
      readonly what: "submitted";
      readonly message: string;
      readonly text: string;
      readonly from: Message["from"];
      readonly state: "submitted" | "confirmed";
    }
  | {
      readonly what: "refused" | "expired";
      readonly message: string;
      readonly text: string;
      readonly from: Message["from"];
      readonly because: string;
      /** Of a handoff. */
      readonly commits?: readonly string[];
    }
  | {
      readonly what: "pinged";
      readonly sha: string;
      readonly recipient: string;
      readonly message: string;
      readonly id: string;
      readonly state: "submitted" | "confirmed";
    }
  | {
      readonly what: "decided";
      readonly is: string;
      readonly does: readonly string[];
      readonly [evidence: string]: unknown;
    }
  | { readonly what: "act-failed"; readonly action: string; readonly because: string }
);

/** What happens to a message before its end. */
type OnItsWay =
  | { readonly what: "typing" | "typed" | "pressing" | "pressed-enter"; readonly message: string }
  /** At the last moment tmux saw that this was not what had been looked at, and no key was pressed. */
  | { readonly what: "held-back"; readonly message: string; readonly key: "text" | "Enter" };

/** As many as start_limit may be. */
const RESTARTS_KEPT = 1000;

/** The only place where a record changes. */
export function evolve(record: AgentRecord, happening: Happening): AgentRecord {
  const { at } = happening;
  switch (happening.what) {
    case "starting": {
      const { run, wish: served, automatic } = happening;
      // Asked for by a person, or by a new phase: what went wrong before is forgiven.
      const forgiven = served !== record.served || record.ended?.how === ("next-phase" satisfies StopReason);
      const { failures, restarts } = forgiven ? { failures: 0, restarts: [] } : record;
      const counted = automatic ? [...restarts, at].slice(-RESTARTS_KEPT) : restarts;
      const latest = run.instance;
      const begun = { ...idle(record), latest, mail: record.mail, run, served, failures, restarts: counted };
      return { ...begun, gaveUp: null };
    }
    case "found":
      // What was being done to another run is not to be done to this one.
      return {
        ...idle(record),
        run: foundRun(happening.instance, happening.turn, at),
        latest: happening.instance,
        called: happening.called ?? record.called,
        served: happening.called ?? record.served ?? happening.wish,
        conversation: true,
      };
    case "schedule-began":
      return { ...record, slot: { of: happening.of, at: happening.slot } };
    case "schedule-ended":
      return { ...record, slot: null };
    case "slots-missed":
      return { ...record, slot: dealtWith(record, happening.slots.at(-1)) };
    case "slot-came":
      return { ...record, slot: dealtWith(record, happening.slot), called: happening.slot };
    case "slot-skipped":
    case "left-alone":
      return { ...record, served: happening.wish };
    case "start-failed":
      return {
        ...record,
        run: null,
        failures: record.failures + 1,
        ended: { at, how: happening.because, exit: null, blame: "host", limit: null },
      };
    case "start-interrupted":
      return {
        ...idle(record),
        ended: { at, how: "its start was interrupted", exit: null, blame: "plan", limit: null },
      };
    case "started":
    case "resumed":
      return { ...record, run: record.run && { ...record.run, opened: true } };
    case "became-ready":
      return { ...record, run: record.run && { ...record.run, ready: at }, conversation: true };
    case "looked": {
      const { seen } = happening;
      return { ...record, seen, told: seen.still === at ? null : record.told };
    }
    case "missed-wait":
      return { ...record, missed: { until: happening.until, at } };
    case "kept-wait":
      return { ...record, missed: null };
    case "died": {
      const { exit, failures, blame, limit } = happening;
      return ended(record, failures, { at, how: "died", exit, blame, limit });
    }
    case "vanished": {
      const { failures, blame, limit } = happening;
      return ended(record, failures, { at, how: `its ${happening.with} vanished`, exit: null, blame, limit });
    }
    case "resume-failed":
      return { ...record, conversation: false };
    case "quit-typed":
      return { ...record, stopping: { step: "quit-typed", since: at, because: happening.because } };
    case "quit-entered":
      return {
        ...record,
        stopping: record.stopping && { ...record.stopping, step: "quit-entered", since: at },
      };
    case "told-to-stop": {
      const conversation = record.conversation && happening.because !== "fatal";
      return { ...record, stopping: { step: "told", since: at, because: happening.because }, conversation };
    }
    case "stopped": {
      const { failures, because: how, exit, blame } = happening;
      return ended(record, failures, { at, how, exit, blame, limit: null });
    }
    case "gave-up": {
      const { because, turn } = happening;
      return { ...record, gaveUp: { at, because, turn } };
    }
    case "typing":
    case "typed":
    case "pressing":
    case "pressed-enter":
    case "held-back":
      return { ...record, mail: evolveMail(mailOf(record, happening.message), happening) };
    case "submitted":
    case "pinged":
      return { ...record, mail: null, told: { first: record.told?.first ?? at, last: at } };
    case "refused":
    case "expired":
    case "taken-back":
      return { ...record, mail: null };
    case "decided":
      return { ...record, decided: keyOf(happening) };
    case "said":
    case "killed":
    case "cleared":
    case "act-failed":
      return record;
    default:
      return happening satisfies never;
  }
}

/** What stands in the box may be ours although nothing is remembered of it. */
const mailOf = ({ mail }: AgentRecord, id: string): Mail | null => (mail?.id === id ? mail : null);

function evolveMail(mail: Mail | null, happening: Happening & OnItsWay): Mail | null {
  const { at: since, message: id } = happening;
  const before = mail ?? { id, state: "typed", since, enters: 0, tries: 0 };
  switch (happening.what) {
    case "typing":
      return { id, state: "typing", since, enters: 0, tries: before.tries + 1 };
    case "typed":
      return { ...before, state: "typed", since };
    case "pressing":
      return { ...before, state: "typed", since, enters: before.enters + 1 };
    case "pressed-enter":
      return { ...before, since };
    case "held-back":
      return happening.key === "text" ? null : { ...before, since, enters: before.enters - 1 };
    default:
      return happening satisfies never;
  }
}

const foundRun = (instance: string, turn: number | null, at: Instant): Run => ({
  instance,
  since: at,
  turn,
  model: null,
  backend: null,
  opened: true,
  resumed: false,
  ready: at,
});

/** A slot that was dealt with stays so, whatever the clock says. */
const dealtWith = ({ slot }: AgentRecord, at: Instant | undefined): AgentRecord["slot"] =>
  slot && { ...slot, at: Math.max(slot.at, at ?? 0) };

/** Nothing is under way; what was being typed is typed into the next run. */
const idle = (record: AgentRecord): AgentRecord => ({
  ...record,
  run: null,
  seen: null,
  stopping: null,
  mail: null,
  told: null,
  missed: null,
});

/**
 * What became of a message that was sent off with Enter is for the gate to say, from what is left on the screen. A
 * conversation that ended at a fatal error would only show it again.
 */
const ended = (record: AgentRecord, failures: number, end: Ended): AgentRecord => ({
  ...idle(record),
  mail: record.mail !== null && record.mail.enters > 0 ? record.mail : null,
  conversation: record.conversation && record.seen?.mood.mood !== "fatal",
  failures,
  ended: end,
});

/**
 * The clock was moved: what was remembered moves along, so that what is measured from it stays true. Nothing of it
 * comes to lie ahead: what was noted after the clock was moved, and before that was noticed, is right as it is.
 */
export function shift(record: AgentRecord, by: Duration, now: Instant): AgentRecord {
  const { run, seen, stopping, mail, told, missed, ended: end, gaveUp } = record;
  const move = (at: Instant): Instant => Math.min(at + by, now);
  return {
    ...record,
    run: run && { ...run, since: move(run.since), ready: run.ready === null ? null : move(run.ready) },
    seen: seen && {
      ...seen,
      since: move(seen.since),
      still: move(seen.still),
      // The agent's own alarm clock was set by the old time: the wait ends when it rings.
      wait: seen.wait && { ...seen.wait, moved: seen.wait.moved + by },
    },
    stopping: stopping && { ...stopping, since: move(stopping.since) },
    mail: mail && { ...mail, since: move(mail.since) },
    told: told && { first: move(told.first), last: move(told.last) },
    missed: missed && { ...missed, at: move(missed.at) },
    ended: end && { ...end, at: move(end.at) },
    restarts: record.restarts.map(move),
    gaveUp: gaveUp && { ...gaveUp, at: move(gaveUp.at) },
  };
}
