import { sayExit } from "../watch/explain.ts";
import type { StopReason } from "../watch/record.ts";
import type { Action, Assessment } from "../watch/scene.ts";
import { sayDuration, sayTime } from "./say.ts";

/** A decision as the journal has it: an older or a newer engine may have left anything out. */
export type Evidence = Readonly<Record<string, unknown>>;

/** Each assessment with its evidence. What is done about it is said behind. */
const IS: Readonly<Record<Assessment["is"], (evidence: Evidence) => string>> = {
  unseen: ({ because }) => `could not be seen (${because})`,
  foreign: () => "a session with its name is there that is not ours",
  down: () => "is down, as it was wished",
  missing: (evidence) => (evidence.automatic === true ? `is gone; ${tallyOf(evidence)}` : "is wished up"),
  held: ({ because }) => `is wished up, but ${because}`,
  resting: (evidence) => `failed, and rests until ${timeOf(evidence.until)}; ${tallyOf(evidence)}`,
  starting: () => "was started, and is not ready yet",
  working: () => "works",
  ready: () => "is ready",
  unread: ({ since }) =>
    `has shown since ${timeOf(since)} what no rule knows, so that nothing is told to it; make a test case of it: fleet record`,
  waiting: (evidence) =>
    `declared to wait until ${timeOf(evidence.until)}, and has a grace of ${durationOf(evidence.grace)} after that`,
  overdue: ({ until, woken }) =>
    `missed its declared wait until ${timeOf(until)}${woken === true ? ", and was told so; it has a grace to answer" : ""}`,
  asking: ({ question }) => `asks what only a person may answer (${question})`,
  limited: ({ until, over }) =>
    over === true
      ? "has not gone on by itself after its limit, and is told to"
      : `is at a usage limit${typeof until === "number" ? ` until ${sayTime(until)}` : ""}, which no restart would mend`,
  unwell: ({ error }) => `shows an error (${error})`,
  draining: ({ because }) => `is to go down, but ${because}`,
  "due-to-stop": (evidence) => sayReason(evidence),
  stopping: ({ because }) => `is on its way down (${because})`,
  leftover: () => "has ended, and its session is still there",
  outlived: ({ processes }) => `has ended, and ${processes} of its processes go on, which nobody heals`,
  finished: ({ exit }) => `has finished${sayExit((exit ?? null) as Parameters<typeof sayExit>[0])}`,
  "crash-looping": ({ because }) => `fails again and again (${because})`,
  failed: ({ because }) => `FAILED (${because}), until it is asked for again`,
};

const REASONS: Readonly<Record<StopReason, (evidence: Evidence) => string>> = {
  unwanted: () => "is wished down",
  "next-phase": () => "its phase is over",
  "restart-asked": () => "a new run was asked for",
  "leftover-processes": ({ evidence }) => `${evidence}`,
  "limit-over": ({ evidence }) => `${evidence}`,
  "server-lost": ({ evidence }) => `${evidence}`,
  fatal: ({ evidence }) => `shows an error that no waiting mends (${evidence})`,
  stalled: (evidence) => sayStall(evidence),
  "never-ready": ({ evidence }) => `${evidence}`,
};

/** What was done to it, in the passive. */
const DOES: Readonly<Record<Action["do"], string>> = {
  start: "started",
  rescue: "what it has not pushed is kept",
  "type-quit": "asked to quit",
  "enter-quit": "Enter is pressed, for it to quit",
  stop: "told to stop",
  kill: "killed",
  clear: "its session is removed",
  "give-up": "given up",
  type: "a message is typed",
  wake: "a wake message is queued",
  "press-enter": "Enter is pressed",
  "hand-in": "a message is handed in at its door",
  settle: "its message is settled",
  drop: "a message is dropped",
  "take-back": "a message is taken back, to be told again",
};

export function tellDecision(evidence: Evidence): string {
  const is = String(evidence.is);
  const sentence = Object.hasOwn(IS, is) ? IS[is as Assessment["is"]](evidence) : is;
  const does = (Array.isArray(evidence.does) ? evidence.does : []).map(sayAction);
  return `${sentence}${sayWitness(evidence)}: ${does.length === 0 ? "left alone" : does.join(", ")}`;
}

/** Who said so; that nobody knows its screen is worth saying too. */
function sayWitness({ rule, dissent }: Evidence): string {
  if (typeof rule !== "string") return "";
  return ` (by its ${rule}${typeof dissent === "string" ? `; but ${dissent}` : ""})`;
}

const sayAction = (action: unknown): string =>
  Object.hasOwn(DOES, String(action)) ? DOES[action as Action["do"]] : String(action);

function sayReason(evidence: Evidence): string {
  const because = String(evidence.because);
  return Object.hasOwn(REASONS, because) ? REASONS[because as StopReason](evidence) : because;
}

function sayStall({ wait, still, at, evidence }: Evidence): string {
  const until = (wait as { readonly until?: unknown } | null | undefined)?.until;
  if (typeof until === "number") return `declared to wait until ${sayTime(until)}: ${evidence}`;
  if (typeof still === "number" && typeof at === "number")
    return `its screen has not changed since ${sayTime(still)} (${sayDuration(at - still)}), and it declared no wait`;
  return String(evidence);
}

/** "restart 2 of 5 in 30 min, the next death waits 60 s" */
const tallyOf = ({ restarts, limit, window, pause }: Evidence): string =>
  `restart ${restarts} of ${limit} in ${durationOf(window)}, the next death waits ${durationOf(pause)}`;

const timeOf = (instant: unknown): string => (typeof instant === "number" ? sayTime(instant) : "?");
const durationOf = (duration: unknown): string =>
  typeof duration === "number" ? sayDuration(duration) : "?";
