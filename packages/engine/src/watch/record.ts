import { keyOf } from "./decision.ts";
import type { Message } from "./message.ts";
import type { Exit, Mood } from "./sighting.ts";
import type { Instant } from "./time.ts";

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
  /** Of the screen, and since when it is unchanged. */
  readonly digest: string;
  readonly still: Instant;
  readonly wait: { readonly until: Instant; readonly declared: Instant } | null;
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
  readonly seen: Seen | null;
  readonly stopping: Stopping | null;
  /** The wish that was last acted on. */
  readonly served: Instant | null;
  readonly mail: Mail | null;
  /** How the last run ended. */
  readonly ended: { readonly at: Instant; readonly how: string; readonly exit: Exit | null } | null;
  /** In a row, since it was last healthy. */
  readonly failures: number;
  /** Automatic starts, newest last. */
  readonly restarts: readonly Instant[];
  readonly gaveUp: { readonly at: Instant; readonly because: string } | null;
  /** It has a conversation worth going on with. */
  readonly conversation: boolean;
  /** The decision that was last told, by its key. */
  readonly decided: string | null;
}

export const FRESH_RECORD: AgentRecord = {
  run: null,
  seen: null,
  stopping: null,
  served: null,
  mail: null,
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

/** Why a run is brought to its end. The second row counts as a failure of the agent. */
export type StopReason =
  | ("unwanted" | "next-phase" | "restart-asked")
  | ("fatal" | "stalled" | "never-ready" | "leftover-processes");

const FAILED_AT: readonly StopReason[] = ["fatal", "stalled", "never-ready", "leftover-processes"];

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
  | { readonly what: "found"; readonly instance: string; readonly turn: number | null }
  | { readonly what: "became-ready" }
  | { readonly what: "looked"; readonly seen: Seen }
  | { readonly what: "said"; readonly mood: Mood; readonly wait: Instant | null }
  | { readonly what: "died"; readonly exit: Exit; readonly failures: number }
  | { readonly what: "vanished"; readonly with: "session" | "server"; readonly failures: number }
  | { readonly what: "quit-typed"; readonly because: StopReason }
  | { readonly what: "quit-entered" }
  | { readonly what: "told-to-stop"; readonly because: StopReason }
  | { readonly what: "killed"; readonly processes: number }
  | {
      readonly what: "stopped";
      readonly because: StopReason;
      readonly exit: Exit | null;
      readonly failures: number;
    }
  | { readonly what: "cleared" }
  | { readonly what: "gave-up"; readonly because: string }
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
      const restarts = happening.automatic ? [...record.restarts, at].slice(-RESTARTS_KEPT) : record.restarts;
      const { run, wish: served } = happening;
      return { ...record, run, seen: null, stopping: null, served, restarts, gaveUp: null };
    }
    case "found":
      // What was being done to another run is not to be done to this one.
      return { ...idle(record), run: foundRun(happening.instance, happening.turn, at) };
    case "start-failed":
      return {
        ...record,
        run: null,
        failures: record.failures + 1,
        ended: { at, how: happening.because, exit: null },
      };
    case "start-interrupted":
      return { ...idle(record), served: null };
    case "started":
    case "resumed":
      return { ...record, run: record.run && { ...record.run, opened: true } };
    case "became-ready":
      return { ...record, run: record.run && { ...record.run, ready: at }, conversation: true };
    case "looked":
      return { ...record, seen: happening.seen };
    case "died":
      return { ...ended(record, at, "died", happening.exit), failures: happening.failures };
    case "vanished":
      return { ...ended(record, at, `its ${happening.with} vanished`, null), failures: happening.failures };
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
      const failures = happening.failures;
      return { ...ended(record, at, happening.because, happening.exit), failures };
    }
    case "gave-up":
      return { ...record, gaveUp: { at, because: happening.because } };
    case "typing":
    case "typed":
    case "pressing":
    case "pressed-enter":
    case "held-back":
      return { ...record, mail: evolveMail(mailOf(record, happening.message), happening) };
    case "submitted":
    case "pinged":
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

export const countsAsFailure = (because: StopReason): boolean => FAILED_AT.includes(because);

/** Nothing is under way; what was being typed is typed into the next run. */
const idle = (record: AgentRecord): AgentRecord => ({
  ...record,
  run: null,
  seen: null,
  stopping: null,
  mail: null,
});

/** What became of a message that was sent off with Enter is for the gate to say, from what is left on the screen. */
const ended = (record: AgentRecord, at: Instant, how: string, exit: Exit | null): AgentRecord => ({
  ...idle(record),
  mail: record.mail !== null && record.mail.enters > 0 ? record.mail : null,
  ended: { at, how, exit },
});
