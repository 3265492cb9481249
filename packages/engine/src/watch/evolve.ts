import { keyOf } from "./decision.ts";
import { fail } from "./failing.ts";
import { carryCut } from "./go-on.ts";
import type { Happening, OnItsWay } from "./happening.ts";
import type { AgentRecord, Cut, Ended, Mail, Run, Stopping, StopReason } from "./record.ts";
import type { Instant } from "./time.ts";

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
      // One that is not gone on with now never is: the new run has its own.
      const { cut, conversation } = run.resumed
        ? { cut: carryCut(record.cut, latest), conversation: record.conversation }
        : { cut: null, conversation: null };
      return { ...begun, cut, conversation, gaveUp: null };
    }
    case "found":
      // What was being done to another run is not to be done to this one.
      return {
        ...idle(record),
        run: foundRun(happening.instance, happening.turn, at),
        latest: happening.instance,
        called: happening.called ?? record.called,
        served: happening.called ?? record.served ?? happening.wish,
        conversation: record.conversation ?? { id: null },
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
      return {
        ...record,
        run: record.run && { ...record.run, ready: at },
        conversation: { id: record.run?.conversation ?? null },
      };
    case "named-conversation": {
      const { id, transcript } = happening;
      const run = record.run && {
        ...record.run,
        conversation: id ?? record.run.conversation,
        transcript: transcript ?? record.run.transcript,
      };
      return { ...record, run, conversation: record.conversation && { id: run?.conversation ?? null } };
    }
    case "looked": {
      const { seen } = happening;
      return { ...record, seen, told: seen.still === at ? null : record.told };
    }
    case "missed-wait":
      return { ...record, missed: { until: happening.until, at } };
    case "kept-wait":
      return { ...record, missed: null };
    case "cut-short": {
      const { id, run, since, until } = happening;
      return { ...record, cut: { id, run, since, until, told: null } };
    }
    case "went-on":
      return { ...record, cut: null };
    case "restrained": {
      const { by, because, until } = happening;
      return { ...record, restraint: { by, because, until } };
    }
    case "released":
      return { ...record, restraint: null, released: at };
    case "died": {
      const { exit, failures, blame, limit } = happening;
      return ended(record, failures, { at, how: "died", exit, blame, limit });
    }
    case "vanished": {
      const { failures, blame, limit } = happening;
      return ended(record, failures, { at, how: `its ${happening.with} vanished`, exit: null, blame, limit });
    }
    case "resume-failed":
      return { ...record, conversation: null };
    case "quit-typed":
      return {
        ...record,
        stopping: { step: "quit-typed", since: at, enters: 0, because: happening.because },
      };
    case "quit-entered":
      return { ...record, stopping: record.stopping && entered(record.stopping, at) };
    case "told-to-stop": {
      const conversation = happening.because === "fatal" ? null : record.conversation;
      return {
        ...record,
        stopping: { step: "told", since: at, enters: 0, because: happening.because },
        conversation,
      };
    }
    case "stopped": {
      const { failures, because: how, exit, blame } = happening;
      const after = ended(record, failures, { at, how, exit, blame, limit: null });
      // A person who ends a run takes it in hand.
      return blame === "person" ? { ...after, cut: null } : after;
    }
    case "gave-up": {
      const { because, turn } = happening;
      return { ...record, gaveUp: { at, because, turn } };
    }
    case "typing":
    case "typed":
    case "pressing":
    case "pressed-enter":
    case "handing-in":
    case "handed-in":
    case "held-back":
      return { ...record, mail: evolveMail(mailOf(record, happening.message), happening) };
    case "submitted":
    case "pinged": {
      const told = { first: record.told?.first ?? at, last: at };
      return { ...record, mail: null, told, cut: toldOf(record.cut, happening) };
    }
    case "refused":
    case "expired":
      return { ...record, mail: null, cut: toldOf(record.cut, happening) };
    case "taken-back":
      return { ...record, mail: null };
    case "decided":
      return { ...record, decided: keyOf(happening) };
    case "act-failed":
      return { ...record, failing: fail(record, happening) };
    case "act-mended": {
      const { [happening.action]: _, ...failing } = record.failing;
      return { ...record, failing };
    }
    case "killed":
      return { ...record, killed: happening.processes };
    case "said":
    case "cleared":
      return record;
    default:
      return happening satisfies never;
  }
}

/** What was refused has had its time, too: it is not typed for ever. */
const toldOf = (cut: Cut | null, { at, message }: Happening & { readonly message: string }): Cut | null =>
  cut?.id === message ? { ...cut, told: at } : cut;

/** What stands in the box may be ours although nothing is remembered of it. */
const mailOf = ({ mail }: AgentRecord, id: string): Mail | null => (mail?.id === id ? mail : null);

function evolveMail(mail: Mail | null, happening: Happening & OnItsWay): Mail | null {
  const { at: since, message: id } = happening;
  const before = mail ?? { id, state: "typed", door: false, since, enters: 0, tries: 0 };
  switch (happening.what) {
    case "typing":
      return { id, state: "typing", door: false, since, enters: 0, tries: before.tries + 1 };
    case "handing-in":
      return { id, state: "typing", door: true, since, enters: 0, tries: before.tries + 1 };
    case "handed-in":
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
  server: null,
  opened: true,
  resumed: false,
  conversation: null,
  transcript: null,
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
  failing: {},
  killed: 0,
});

/**
 * What became of a message that was sent off is for the gate to say, from what is left on the screen or at the door. A
 * conversation that ended at a fatal error would only show it again.
 */
const ended = (record: AgentRecord, failures: number, end: Ended): AgentRecord => ({
  ...idle(record),
  mail: record.mail !== null && (record.mail.door || record.mail.enters > 0) ? record.mail : null,
  conversation: record.seen?.mood.mood === "fatal" ? null : record.conversation,
  failures,
  ended: end,
});

/** The time that it has to quit counts from the first Enter. */
const entered = ({ step, since, enters, because }: Stopping, at: Instant): Stopping => ({
  step: "quit-entered",
  since: step === "quit-entered" ? since : at,
  enters: enters + 1,
  because,
});
