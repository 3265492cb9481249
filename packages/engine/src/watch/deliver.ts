import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import { viewOf } from "../backends/view.ts";
import { type Message, tag, toTyped } from "./message.ts";
import type { Mail, Seen } from "./record.ts";
import type { Action, Assessment, Scene } from "./scene.ts";
import type { Reading, Sighting } from "./sighting.ts";
import { heardOf } from "./sign.ts";
import type { Duration, Instant } from "./time.ts";

/** A program needs a moment to take what was pasted before it takes the Enter; some need longer, and say so. */
const SETTLE: Duration = 40;
/** Enter is pressed again ever later: a slow program gets minutes, a deaf one not for ever. */
const LONGEST_BETWEEN: Duration = 5_000;
const ENTERS = 60;
/** Typed and nowhere to be seen after this long, and longer for long text: it was swallowed whole, and is typed again. */
const LOST: Duration = 3_000;
const LOST_PER_KB: Duration = 100;
/** A program that reads nothing would find it all, so often as it was typed, when it reads again. */
const LONGEST_LOST: Duration = 300_000;
/** So long a message lies at a door where nobody takes it, or says nothing of it. */
const UNTAKEN: Duration = 30_000;
/** So long after it was ready nothing is typed to who may yet open its door. */
const YOUNG: Duration = 20_000;
/** So long may an agent take to show that it heard, after its box let go. */
const ECHO: Duration = 2_000;
const POLL: Duration = 250;
const LONGEST_POLL: Duration = 5_000;

export interface Delivery {
  readonly actions: readonly Action[];
  readonly next: Instant;
}

/** One message on its way to one agent, whose screen can be seen. */
interface Way {
  readonly message: Message;
  readonly mail: Mail | null;
  readonly screen: Extract<Scene["sighting"], { readonly pane: "alive" }>;
  readonly listens: boolean;
  /** The box shows just this message. */
  readonly inBox: boolean;
  /** It said so itself, or its screen shows it. Null: this backend can't show it. */
  readonly heard: boolean | null;
  /** It works, or did a moment ago, and keeps in its memory what it is told meanwhile. */
  readonly keeping: boolean;
  /** Somebody sees a dialog. */
  readonly asking: boolean;
  readonly rests: boolean;
  /** What this program needs between a paste and the Enter. */
  readonly settle: Duration;
  /** And what it needs to show that it took an Enter. */
  readonly showing: Duration;
}

/**
 * The one gate to an agent's input box, one key a tick: before each key the
 * tick has looked again. Nothing is typed over a dialog, a person's draft, copy
 * mode or a screen that can't be read. What is seen decides, before what is
 * remembered: so a crash between a key and the note of it changes nothing.
 */
export function deliver(scene: Scene, assessment: Assessment, now: Instant): Delivery {
  const { agent, message, record, sighting } = scene;
  if (message === null) return REST;
  const mail = record.mail?.id === message.id ? record.mail : null;
  const backend = BACKENDS[agent.backend ?? ""];
  if (hasSaid(scene, message)) return act({ do: "settle", message, state: "confirmed" }, now);
  if (mail?.door === true) return awaitAtDoor(mail, message, sighting, now);
  if (sighting.pane === "alive") {
    const { draft } = sighting.reading;
    const inBox = draft !== null && isIn(draft, message, mail, backend);
    const heard = backend?.heard?.(sighting.screen, tag(message.id)) ?? null;
    // Who drains begins nothing new, and has finished what was begun.
    const listens = LISTENING.has(assessment.is) || assessment.is === "draining";
    const rests = isAtRest(sighting.reading, record.seen);
    const asking = record.seen?.mood.mood === "asking" || (sighting.reading.mood === "asking" && !rests);
    const keeping = backend?.keeps !== undefined && hasJustWorked(sighting.reading, record.seen, now);
    const settle = Math.max(SETTLE, backend?.settle ?? 0);
    const showing = backend?.showing ?? LONGEST_BETWEEN;
    const seen = { heard, keeping, asking, rests };
    const way = { message, mail, screen: sighting, listens, inBox, ...seen, settle, showing };
    if (heard === true) return act({ do: "settle", message, state: "confirmed" }, now);
    // It is confirmed when it is heard, and told to the next run when this one dies before.
    if (backend?.keeps?.(sighting.screen, tag(message.id)) === true)
      return { actions: [], next: soon(now - (mail?.since ?? now), now) };
    if (inBox) return submit(way, now);
    if (mail !== null) return carryOn(way, now);
  }
  const late = tooLate(message, scene, now);
  if (mail === null && late !== null)
    return act({ do: "drop", message, state: "expired", because: late }, now);
  switch (sighting.pane) {
    case "alive":
      if (!LISTENING.has(assessment.is)) return REST;
      if (scene.door) return handIn(scene, sighting, message, now);
      if (backend?.door === true && isYoung(record, now))
        return { actions: [], next: again(record.seen, now) };
      return begin(scene, sighting, message, backend?.queues === true, now);
    case "dead":
    case "absent":
      return mail !== null && mail.enters > 0 ? lookBack(message, mail, sighting, backend, now) : REST;
    case "foreign":
    case "unreadable":
      return REST;
    default:
      return sighting satisfies never;
  }
}

/** By its own word it has taken it, whatever its screen shows, and whatever a crash kept us from noting. */
function hasSaid({ record: { run, seen }, sighting, signs }: Scene, { id }: Message): boolean {
  if (run === null || sighting.pane === "foreign" || sighting.pane === "unreadable") return false;
  return heardOf(seen?.heard ?? [], signs, seen?.mood.mood === "busy").includes(id);
}

/** What was begun may show in the backend's own way, a placeholder perhaps; anything else only by its id. */
function isIn(draft: string, message: Message, mail: Mail | null, backend: Backend | undefined): boolean {
  if (draft.startsWith(tag(message.id))) return true;
  return mail !== null && backend?.holds?.(draft, toTyped(message)) === true;
}

/** Who follows no phases is told all the same. */
function tooLate(
  { turn: of, run, expires }: Message,
  { turn, sighting }: Scene,
  now: Instant,
): string | null {
  if (of !== null && turn !== null && of !== turn) return "its phase is over";
  if (run !== null && "instance" in sighting && run !== sighting.instance) return "its run is over";
  return expires !== null && expires <= now ? "it was not to be said so late" : null;
}

function begin(
  { record: { seen, cut } }: Scene,
  { reading, scrolled }: Way["screen"],
  message: Message,
  queues: boolean,
  now: Instant,
): Delivery {
  // A limit that is over still stands on the screen: who is told to go on is told there.
  const takes =
    isAtRest(reading, seen) ||
    (queues && reading.mood === "busy") ||
    (reading.mood === "limited" && message.id === cut?.id);
  const free = !scrolled && reading.draft === "" && seen?.mood.mood !== "asking";
  return takes && free ? act({ do: "type", message }, now) : { actions: [], next: again(seen, now) };
}

/**
 * No key is pressed, so that a draft and copy mode are in nobody's way. What it is handed while it works it takes at
 * the end of a step. But whoever waits for a person or for a limit is not told more.
 */
function handIn(
  { record: { seen } }: Scene,
  { reading }: Way["screen"],
  message: Message,
  now: Instant,
): Delivery {
  const moods: readonly (string | undefined)[] = [reading.mood, seen?.mood.mood];
  const takes = seen !== null && ["ready", "busy"].includes(seen.mood.mood);
  const free = !moods.includes("asking") && !moods.includes("limited");
  return takes && free ? act({ do: "hand-in", message }, now) : { actions: [], next: again(seen, now) };
}

/**
 * It was handed in: the program says when it has heard it, and that wakes us. Where nobody has taken it, it is taken
 * back and told again; what was taken counts as told.
 */
function awaitAtDoor(mail: Mail, message: Message, { pane }: Sighting, now: Instant): Delivery {
  if (pane === "foreign" || pane === "unreadable") return REST;
  const due = mail.since + UNTAKEN;
  if (pane === "alive" && now < due) return { actions: [], next: due };
  return act({ do: "take-back", message }, now);
}

const isYoung = ({ run }: Scene["record"], now: Instant): boolean =>
  run?.ready != null && now - run.ready < YOUNG;

/** Who has been busy for long is asked less often. */
const again = (seen: Seen | null, now: Instant): Instant =>
  now + Math.min(LONGEST_POLL, Math.max(POLL, Math.round((now - (seen?.since ?? now)) / 10)));

/** What it kept it takes at the end of its turn, and tells of that a moment later. */
const hasJustWorked = (reading: Reading, seen: Seen | null, now: Instant): boolean =>
  reading.mood === "busy" || now - (seen?.since ?? now) < ECHO;

/** Its screen says so; or it is believed to, and what its box stands below is the trouble of an earlier run. */
const isAtRest = (reading: Reading, seen: Seen | null): boolean =>
  reading.mood === "ready" ||
  (seen?.mood.mood === "ready" && reading.mood !== "busy" && reading.draft !== null);

/** It stands in the box, and wants an Enter. */
function submit({ message, mail, screen, listens, asking, settle, showing }: Way, now: Instant): Delivery {
  if (!listens || screen.scrolled || asking)
    return { actions: [], next: soon(now - (mail?.since ?? now), now) };
  const enters = mail?.enters ?? 0;
  if (enters >= ENTERS) {
    const because = "it was typed, and Enter was not taken";
    return act({ do: "drop", message, state: "refused", because }, now);
  }
  const pause = enters === 0 ? settle : Math.min(enters * showing, LONGEST_BETWEEN);
  const at = (mail?.since ?? now - pause) + pause;
  return at <= now ? act({ do: "press-enter", message }, now) : { actions: [], next: at };
}

/**
 * It was begun, and is not in the box. Who listens no more, because the message
 * itself broke it, has had it all the same: the next run must not be told again.
 */
function carryOn({ message, mail, screen, listens, heard, keeping, rests }: Way, now: Instant): Delivery {
  if (mail === null) return REST;
  const { reading, scrolled } = screen;
  const waited = now - mail.since;
  // A dialog hides the box: what stands in it then, nobody knows.
  const gone = reading.draft === "" || (reading.draft === null && reading.mood === "busy");
  if (mail.enters > 0 && gone) {
    // Nothing tells yet whether that was heard: it may draw late what it keeps.
    if (!keeping && (heard === null || waited >= ECHO))
      return act({ do: "settle", message, state: "submitted" }, now);
    return { actions: [], next: soon(waited, now) };
  }
  const free = mail.enters === 0 && listens && !scrolled && rests && reading.draft === "";
  const patience = LOST + Math.floor(message.text.length / 1024) * LOST_PER_KB;
  const lost = Math.min(patience * 2 ** (mail.tries - 1), LONGEST_LOST);
  if (free && waited >= lost) return act({ do: "type", message }, now);
  return { actions: [], next: soon(waited, now) };
}

/**
 * Its run ended after an Enter. What is left of the screen may say that it was
 * heard, or that it still stands in the box, or was kept for later. Where nothing does, it counts as
 * submitted: the run may have died of just that, and the next one must not.
 */
function lookBack(
  message: Message,
  mail: Mail,
  sighting: Extract<Scene["sighting"], { readonly pane: "dead" | "absent" }>,
  backend: Backend | undefined,
  now: Instant,
): Delivery {
  const screen = sighting.pane === "dead" ? sighting.screen : "";
  if (backend?.heard?.(screen, tag(message.id)) === true)
    return act({ do: "settle", message, state: "confirmed" }, now);
  const draft = backend?.read(viewOf(screen, "", now)).draft ?? null;
  const isUnheard = backend?.keeps?.(screen, tag(message.id)) === true;
  if (isUnheard || (draft !== null && isIn(draft, message, mail, backend)))
    return act({ do: "take-back", message }, now);
  return act({ do: "settle", message, state: "submitted" }, now);
}

const LISTENING: ReadonlySet<Assessment["is"]> = new Set([
  "working",
  "ready",
  "unread",
  "waiting",
  "overdue",
  "limited",
  "asking",
  "finished",
]);

const REST: Delivery = { actions: [], next: Number.POSITIVE_INFINITY };

/** What takes longer is looked at ever later. */
const soon = (waited: Duration, now: Instant): Instant =>
  now + Math.min(LONGEST_POLL, Math.max(SETTLE, Math.round(waited / 10)));

const act = (action: Action, now: Instant): Delivery => ({ actions: [action], next: now + SETTLE });
