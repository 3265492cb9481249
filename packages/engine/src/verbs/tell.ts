import { oneLine } from "../diagnostics/safe-text.ts";
import type { CourseHappening } from "../watch/course.ts";
import type { Handed } from "../watch/handoff.ts";
import type { Happening } from "../watch/happening.ts";
import type { HoldHappening } from "../watch/hold.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Assessment } from "../watch/scene.ts";
import { sayDuration, sayRewritten, sayTime } from "./say.ts";
import { tellDecision } from "./tell-decision.ts";

export type Tone = "good" | "bad" | "plain" | "quiet";

/** One line of the journal as a person would say it. */
export interface Told {
  readonly text: string;
  readonly tone: Tone;
}

/** What every entry may be: a kind without a sentence does not compile. */
type Kind = Exclude<Happening["what"], "looked"> | CourseHappening["what"] | HoldHappening["what"];
type Teller = (entry: JournalEntry) => Told;

const TELL: Readonly<Record<Kind, Teller>> & Readonly<Record<string, Teller>> = {
  starting: ({ run }) => quiet(`is being started${modelOf(run)}`),
  started: ({ model }) => good(`started${typeof model === "string" ? ` with ${model}` : ""}`),
  resumed: () => good("started again, with its conversation"),
  "named-conversation": ({ id }) =>
    plain(id === null ? "said where it notes its conversation" : `is in conversation ${id}`),
  "start-failed": ({ because }) => bad(`could not be started: ${because}`),
  "start-interrupted": () => plain("its start was interrupted, it is started anew"),
  "schedule-began": ({ of, slot }) => quiet(`its schedule ${of} counts from ${minuteOf(slot)}`),
  "schedule-ended": () => quiet("has no schedule any more"),
  "slots-missed": ({ slots, because }) => plain(`missed ${slotsOf(slots)}: ${because}`),
  "slot-came": ({ slot }) => good(`is called by its schedule, for ${minuteOf(slot)}`),
  "slot-skipped": ({ wish, because }) =>
    plain(`goes on, its slot of ${minuteOf(wish)} is skipped: ${because}`),
  "left-alone": ({ because }) => plain(`goes on, as it was asked for again: ${because}`),
  found: () => good("was running already, taken over"),
  "became-ready": () => quiet("is ready"),
  said: ({ mood, wait }) => tellMood(mood, wait),
  died: ({ exit }) => bad(`died${exitOf(exit)}`),
  vanished: (entry) => bad(`vanished with its ${entry.with}`),
  "quit-typed": ({ because }) => plain(`is asked to quit: ${because}`),
  "quit-entered": () => quiet("Enter, for it to quit"),
  rescued: (entry) => good(tellRescue(entry)),
  "rescue-failed": ({ because }) => bad(`what it has not pushed could not be kept: ${because}`),
  "told-to-stop": ({ because }) => plain(`is told to stop: ${because}`),
  "missed-wait": ({ until, message }) =>
    bad(`missed its declared wait until ${sayTime(Number(until))}, is woken by message ${message}`),
  "cut-short": ({ until }) =>
    plain(`its turn was cut short${typeof until === "number" ? ` until ${sayTime(until)}` : ""}`),
  restrained: ({ because }) => plain(`nothing is begun with it: ${because}`),
  released: () => plain("whatever is due may be begun with it again"),
  "hold-began": ({ by, until, why }) =>
    bad(
      `${by} put the project on hold${typeof until === "number" ? ` until ${minuteOf(until)}` : ""}${typeof why === "string" ? `: ${why}` : ""}`,
    ),
  "hold-ended": ({ by }) =>
    good(typeof by === "string" ? `${by} let the project go on` : "the time of its hold is over"),
  "went-on": () => quiet("went on with the turn that was cut short"),
  "kept-wait": () => quiet("went on after its wait by itself"),
  "resume-failed": () => bad("did not come up with its old conversation; the next start is a fresh one"),
  "clock-jumped": ({ by }) =>
    plain(`the clock jumped by ${Math.round(Number(by) / 1000)} s; whoever waits gets time`),
  killed: ({ processes }) => bad(`was killed, ${processes} of its processes`),
  stopped: ({ because }) => plain(`stopped: ${because}`),
  cleared: () => quiet("its session was removed"),
  "gave-up": ({ because }) => bad(`FAILED: ${because}`),
  typing: ({ message }) => quiet(`message ${message} is being typed`),
  typed: ({ message }) => quiet(`message ${message} stands in its input box`),
  pressing: ({ message }) => quiet(`Enter is about to be pressed, for message ${message}`),
  "pressed-enter": ({ message }) => quiet(`Enter, for message ${message}`),
  submitted: ({ message, text }) => good(`was told (${message}): ${text}`),
  refused: ({ message, because }) => bad(`message ${message} was refused: ${because}`),
  expired: ({ message, because }) => plain(`message ${message} expired: ${because}`),
  "held-back": ({ message, key }) =>
    quiet(`${key} of message ${message} was held back: its screen changed at the last moment`),
  "handing-in": ({ message }) => quiet(`message ${message} is about to be handed in`),
  "handed-in": ({ message }) => quiet(`message ${message} lies at its door`),
  "taken-back": ({ message }) => plain(`message ${message} was not heard, it is told again`),
  "message-unreadable": ({ file }) => bad(`a message can't be read, it was set aside: ${file}`),
  pinged: ({ message }) => good(`was pinged: ${message}`),
  decided: (entry) => ({
    text: tellDecision(entry),
    tone: ALARMING.has(String(entry.is)) ? "bad" : "quiet",
  }),
  "check-failed": ({ check, because }) => bad(`its ${check} can't be checked: ${because}`),
  "check-mended": ({ check }) => good(`its ${check} can be checked again`),
  stumbled: ({ because }) => bad(`the watchdog could not go on: ${because}`),
  recovered: ({ after }) => good(`the watchdog goes on after ${sayDuration(Number(after))}`),
  "act-failed": ({ action, because }) => bad(`could not ${action}: ${because}`),
  "act-mended": ({ action, times, after }) =>
    good(`could ${action} again, after ${times} failures in ${sayDuration(Number(after))}`),
  "config-changed": ({ added, removed, pending }) =>
    plain(
      `agents.toml was changed${listOf("new", added)}${listOf("gone", removed)}${listOf("with new settings at the next start", pending)}`,
    ),
  "config-refused": ({ because }) => bad(`agents.toml as it stands is not in force: ${because}`),
  "config-mended": () => good("agents.toml is in order again"),
  "done-unpushed": ({ phase }) => bad(`phase ${phase} is done here, and its STATUS file is not pushed`),
  "phase-asked": ({ asked, phase, by }) =>
    plain(`${by} asked: phase ${asked}${typeof phase === "string" ? ` ${phase}` : ""}`),
  "phase-lost": ({ phase }) => bad(`phase ${phase} is no longer in agents.toml; see: phase goto`),
  "phase-found": ({ phase }) => good(`phase ${phase} is in agents.toml again`),
  "status-renewed": ({ phase }) => quiet(`the STATUS file of ${phase} has changed since the phase began`),
  "phase-started": ({ phase }) => good(`phase ${phase} began`),
  "phase-done": ({ phase }) => good(`phase ${phase} is done`),
  "sequence-complete": ({ phases }) => good(`all ${phases} phases are done: SEQUENCE-COMPLETE`),
  "sequence-reopened": ({ phase }) => plain(`there is a further phase: ${phase}`),
  "on-complete-ran": ({ code }) => (code === 0 ? good : bad)(`on_complete ended with exit ${code}`),
  "on-complete-failed": ({ because }) => bad(`on_complete could not be run: ${because}`),
  "handoffs-from": ({ seen, because }) =>
    quiet(`handoffs count from ${String(seen).slice(0, 7) || "the beginning"}: ${because}`),
  "history-rewritten": ({ branch, gone, untold }) =>
    bad(sayRewritten(String(branch), { gone: handedOf(gone), untold: handedOf(untold) ?? [] })),
  "handoffs-seen": ({ commits }) => plain(`pushed: ${subjectsOf(commits)}`),
  "handoffs-replayed": ({ by, commits }) =>
    plain(
      `${by} had handoffs told again: ${(Array.isArray(commits) ? commits : []).map((sha) => String(sha).slice(0, 7)).join(", ")}`,
    ),
  "handoffs-unread": ({ because }) => bad(`the remote can't be read: ${because}`),
  "watchdog-started": ({ epoch, pid }) => plain(`watchdog started, epoch ${epoch}, pid ${pid}`),
  "watchdog-ended": ({ because }) => plain(`watchdog ended: ${because}`),
};

const handedOf = (handed: unknown): readonly Handed[] | null =>
  Array.isArray(handed) ? handed.map(({ sha, kind }) => ({ sha: String(sha), kind })) : null;

const tellRescue = ({ ref, commits, files, omitted }: JournalEntry): string =>
  `${commits} commits and ${files} files of it are not pushed, kept as ${ref}${omitted === 0 ? "" : `, without ${omitted} files`}`;

const ALARMING: ReadonlySet<string> = new Set<Assessment["is"]>(["failed", "unwell", "unread"]);

/** Every kind of entry that this engine writes. */
export const KINDS: readonly string[] = Object.keys(TELL);

/** A line that this engine does not know is shown by its name. */
export function tell(entry: JournalEntry): Told {
  const told = Object.hasOwn(TELL, entry.what) ? TELL[entry.what]?.(entry) : undefined;
  const { text, tone } = told ?? plain(entry.what);
  return { tone, text: oneLine(text) };
}

const listOf = (word: string, names: unknown): string =>
  Array.isArray(names) && names.length > 0 ? `; ${word}: ${names.join(", ")}` : "";

const good = (text: string): Told => ({ text, tone: "good" });
const bad = (text: string): Told => ({ text, tone: "bad" });
const plain = (text: string): Told => ({ text, tone: "plain" });
const quiet = (text: string): Told => ({ text, tone: "quiet" });

function tellMood(mood: unknown, wait: unknown): Told {
  const { mood: word, question, error, until } = (mood ?? {}) as Record<string, unknown>;
  if (word === "asking") return bad(`asks: ${question}`);
  if (word === "fatal") return bad(`shows a fatal error: ${error}`);
  if (word === "limited")
    return bad(`is at its limit${typeof until === "number" ? ` until ${sayTime(until)}` : ""}`);
  if (typeof wait === "number") return quiet(`waits until ${sayTime(wait)}`);
  return quiet(
    word === "busy" ? "works" : word === "ready" ? "is ready" : "shows a screen that says nothing",
  );
}

const minuteOf = (instant: unknown): string =>
  typeof instant === "number" ? `${new Date(instant).toISOString().slice(0, 16)}Z` : "?";

const slotsOf = (slots: unknown): string => {
  const [first, ...more] = Array.isArray(slots) ? slots : [];
  return more.length === 0
    ? `its slot of ${minuteOf(first)}`
    : `${more.length + 1} slots, ${minuteOf(first)} to ${minuteOf(more.at(-1))}`;
};

const exitOf = (exit: unknown): string => {
  const { code, signal } = (exit ?? {}) as Record<string, unknown>;
  return signal === undefined ? ` with exit ${code}` : ` by signal ${signal}`;
};

const modelOf = (run: unknown): string => {
  const model = (run as { readonly model?: unknown } | undefined)?.model;
  return typeof model === "string" ? ` with ${model}` : "";
};

const subjectsOf = (commits: unknown): string =>
  (Array.isArray(commits) ? commits : [])
    .map(({ subject, sha }) => `${String(sha).slice(0, 7)} ${subject}`)
    .join("; ");
