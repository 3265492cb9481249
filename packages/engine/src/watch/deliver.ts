import { type Message, tag } from "./message.ts";
import type { Action, Assessment, Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/** A program needs a moment to take what was pasted before it takes the Enter. */
const SETTLE: Duration = 40;
/** Enter is pressed again ever later: a slow program gets minutes, a deaf one not for ever. */
const BETWEEN_ENTERS: Duration = 200;
const LONGEST_BETWEEN: Duration = 5_000;
const ENTERS = 60;
/** Typed and nowhere to be seen after this long: it was swallowed whole, and is typed again. */
const LOST: Duration = 3_000;
const POLL: Duration = 250;
const LONGEST_POLL: Duration = 5_000;

interface Delivery {
  readonly actions: readonly Action[];
  readonly next: Instant;
}

/**
 * The one gate to an agent's input box, one key a tick: before each key the
 * tick has looked again. Nothing is typed over a dialog, a person's draft, copy
 * mode or a screen that can't be read.
 */
export function deliver(scene: Scene, assessment: Assessment, now: Instant): Delivery {
  const { message, record, sighting, turn } = scene;
  if (message === null) return REST;
  const begun = record.mail?.id === message.id;
  if (isOver(message, turn) && !begun) return act({ do: "drop", message, because: "its phase is over" }, now);
  if (sighting.pane !== "alive") return REST;
  const listens = LISTENING.has(assessment.is);
  if (begun) return carryOn(scene, listens, now);
  if (!listens) return REST;
  const { reading, scrolled } = sighting;
  if (scrolled || reading.mood !== "ready" || reading.draft !== "")
    return { actions: [], next: now + patience(scene, now) };
  return act({ do: "type", message }, now);
}

/** Who has been busy for long is asked less often. */
const patience = ({ record: { seen } }: Scene, now: Instant): Duration =>
  Math.min(LONGEST_POLL, Math.max(POLL, (now - (seen?.since ?? now)) / 20));

/** Of another turn than the one that is on. Who follows no phases is told all the same. */
const isOver = (message: Message, turn: number | null): boolean =>
  message.turn !== null && turn !== null && message.turn !== turn;

/**
 * What was begun is finished: the screen says how far it came, before a crash or in spite of one. Who listens no
 * more, because the message itself broke it, has had it all the same: the next run must not be told again.
 */
function carryOn({ message, record: { mail }, sighting }: Scene, listens: boolean, now: Instant): Delivery {
  if (message === null || mail === null || sighting.pane !== "alive") return REST;
  const { reading, scrolled, screen } = sighting;
  const mark = tag(message.id);
  const waited = now - mail.since;
  if (reading.draft?.startsWith(mark)) {
    if (!listens || scrolled || reading.mood === "asking") return { actions: [], next: now + POLL };
    if (mail.enters >= ENTERS)
      return act({ do: "drop", message, because: "typed, and Enter was not taken" }, now);
    const pause = mail.enters === 0 ? SETTLE : Math.min(mail.enters * BETWEEN_ENTERS, LONGEST_BETWEEN);
    if (waited < pause) return { actions: [], next: mail.since + pause };
    return act({ do: "press-enter", message }, now);
  }
  // A dialog hides the box: what stands in it then, nobody knows.
  const gone = reading.draft === "" || (reading.draft === null && reading.mood === "busy");
  if (gone && (mail.enters > 0 || screen.includes(mark))) return act({ do: "settle", message }, now);
  const free = listens && !scrolled && reading.mood === "ready" && reading.draft === "";
  if (free && waited >= LOST) return act({ do: "type", message }, now);
  return { actions: [], next: now + (waited < LOST ? SETTLE : POLL) };
}

const LISTENING: ReadonlySet<Assessment["is"]> = new Set([
  "working",
  "ready",
  "waiting",
  "limited",
  "asking",
]);

const REST: Delivery = { actions: [], next: Number.POSITIVE_INFINITY };

const act = (action: Action, now: Instant): Delivery => ({ actions: [action], next: now + SETTLE });
