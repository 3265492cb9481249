import { digest, type JournalEntry } from "@fleet/engine";
import type { NotifyEvent } from "../../fleet-file/notify.ts";
import { bounded, type Notice } from "./notice.ts";

/** Something that stands, and that somebody is to be told. Times are milliseconds. */
export interface Trouble {
  readonly event: NotifyEvent;
  /** Null: the project as a whole. */
  readonly agent: string | null;
  /** What makes it another one of the same agent. */
  readonly reason: string;
  readonly text: string;
  readonly since: number;
  /** Since when it seems to be over; null while it stands. */
  readonly over: number | null;
  readonly told: boolean;
}

/** What is known of one project by its journal, as far as it was read. */
export interface Story {
  readonly troubles: readonly Trouble[];
  /** A watchdog is to be there: one was started, and none has ended because its work was done. */
  readonly watched: boolean;
  /** Facts that are still to be told. */
  readonly facts: readonly { readonly event: NotifyEvent; readonly at: number; readonly text: string }[];
}

export const FRESH_STORY: Story = { troubles: [], watched: false, facts: [] };

/** The entries of a journal that a story is made of. */
export const WANTED = /"what":"(decided|phase-done|sequence-complete|watchdog-started|watchdog-ended)"/;

/** What stands shorter than this is not told. */
const SETTLES_AFTER = { agent: 5_000, project: 15_000 } as const;
/** What is over longer than this is over; before, it may come again and is the same. */
const OVER_AFTER = 30_000;
/** Old news is none: a reader may come back after a week. */
const NEWS_FOR = 24 * 3_600_000;

/** How an agent is, and what that makes of it. Words that are not here say neither good nor bad. */
const EVENT_OF: Readonly<Record<string, NotifyEvent>> = {
  asking: "needs-human",
  foreign: "needs-human",
  outlived: "needs-human",
  unread: "needs-human",
  "crash-looping": "failed",
  failed: "failed",
  limited: "limit",
};
const WELL: ReadonlySet<string> = new Set(["working", "ready", "waiting", "finished"]);
/** A person has it so: no reason to say that it is well again. */
const AWAY: ReadonlySet<string> = new Set(["down", "draining"]);

/** Folds one entry into what is known. */
export function hear(story: Story, entry: JournalEntry): Story {
  const { what, at, agent } = entry;
  const because = typeof entry.because === "string" ? entry.because : "";
  switch (what) {
    case "decided":
      return agent === null ? story : { ...story, troubles: decided(story.troubles, agent, entry) };
    case "phase-done":
      return withFact(story, "phase-done", at, `phase ${bounded(String(entry.phase))} is done`);
    case "sequence-complete": {
      const { phases } = entry;
      const text = typeof phases === "number" ? `all ${phases} phases are done` : "all phases are done";
      return withFact(story, "sequence-complete", at, text);
    }
    case "watchdog-started":
      return { ...story, watched: true };
    case "watchdog-ended":
      return { ...story, watched: because !== "off" && because !== "complete" };
    default:
      return story;
  }
}

const withFact = (story: Story, event: NotifyEvent, at: number, text: string): Story => ({
  ...story,
  facts: [...story.facts, { event, at, text }],
});

function decided(troubles: readonly Trouble[], agent: string, entry: JournalEntry): readonly Trouble[] {
  const is = String(entry.is);
  const { at } = entry;
  const event = is === "limited" && entry.over === true ? undefined : EVENT_OF[is];
  const others = troubles.filter((one) => one.agent !== agent);
  const own = troubles.filter((one) => one.agent === agent);
  if (AWAY.has(is)) return others;
  if (event === undefined) {
    // What nobody has heard of, and what is not any more, is nobody's business.
    const known = own.filter(({ told }) => told);
    return [...others, ...known.map((one) => (WELL.has(is) ? ended(one, at) : one))];
  }
  const reason = is === "asking" ? `asking ${gist(entry.question)}` : event === "needs-human" ? is : event;
  return [...others, ...stands(own, { event, agent, reason, text: say(is, entry), since: at })];
}

/** Once it was told, it is the same until it is over; the other troubles of the same agent end with it. */
function stands(own: readonly Trouble[], now: Omit<Trouble, "over" | "told">): readonly Trouble[] {
  const same = own.find(({ reason }) => reason === now.reason);
  const rest = own.filter((one) => one !== same && one.told).map((one) => ended(one, now.since));
  const one =
    same === undefined ? { ...now, over: null, told: false } : { ...same, text: now.text, over: null };
  return [...rest, one];
}

const ended = (trouble: Trouble, at: number): Trouble => ({ ...trouble, over: trouble.over ?? at });

/** A question without what ticks in it. */
const gist = (question: unknown): string => bounded(String(question)).replaceAll(/\d+/g, "0");

function say(is: string, { question, because, processes, until }: JournalEntry): string {
  switch (is) {
    case "asking":
      return bounded(`asks: ${question}`);
    case "foreign":
      return "can't run: a session with its name is somebody else's";
    case "outlived":
      return `has ended, and ${typeof processes === "number" ? processes : "some"} of its processes go on`;
    case "unread":
      return "shows a screen that no rule knows";
    case "limited":
      return typeof until === "number"
        ? `is at a usage limit until ${new Date(until).toISOString().slice(0, 16).replace("T", " ")} UTC`
        : "is at a usage limit";
    default:
      return bounded(`FAILED: ${because}`);
  }
}

/** How a watchdog is lost: it is gone, it hangs, or it says itself why it can't go on. */
export interface Lost {
  readonly how: "gone" | "hangs" | "stuck";
  readonly text: string;
}

/** Folds in how the watchdog was found; null: as it should be. Where none should be, it does not matter. */
export function heed(story: Story, lost: Lost | null, now: number): Story {
  const own = story.troubles.filter(({ agent }) => agent === null);
  const others = story.troubles.filter(({ agent }) => agent !== null);
  if (!story.watched) return own.length === 0 ? story : { ...story, troubles: others };
  if (lost === null && own.length === 0) return story;
  const next =
    lost === null
      ? own.map((one) => ended(one, now))
      : stands(own, {
          event: "watchdog-lost",
          agent: null,
          reason: lost.how,
          text: bounded(lost.text),
          since: now,
        });
  return { ...story, troubles: [...others, ...next] };
}

/** What is to be told by now, what is then known, and when there may be more. */
export interface Telling {
  readonly story: Story;
  readonly notices: readonly Notice[];
  readonly next: number | null;
}

export function tellNow(project: string, story: Story, now: number): Telling {
  const notices: Notice[] = story.facts
    .filter(({ at }) => now - at < NEWS_FOR)
    .map(({ event, at, text }) => ({
      id: digest(`${project} ${event} ${at} ${text}`),
      ...{ event, project, agent: null, at, text, command: `fleet status ${project}` },
    }));
  const kept: Trouble[] = [];
  const times: number[] = [];
  for (const trouble of story.troubles) {
    const due = dueAt(trouble);
    if (due > now) times.push(due);
    if (due > now || (trouble.over === null && trouble.told)) kept.push(trouble);
    else if (trouble.over === null) {
      notices.push(noticeOf(project, trouble));
      kept.push({ ...trouble, told: true });
    } else if (trouble.told && !isTroubled(story, trouble.agent))
      notices.push(recoveryOf(project, trouble, trouble.over));
  }
  return {
    story: { ...story, troubles: kept, facts: [] },
    notices,
    next: times.length === 0 ? null : Math.min(...times),
  };
}

/** What is over is no news while the next thing is the matter with the same agent. */
const isTroubled = ({ troubles }: Story, agent: string | null): boolean =>
  troubles.some((one) => one.agent === agent && one.over === null);

/** When there is something to say of it. */
const dueAt = ({ agent, since, over, told }: Trouble): number =>
  over !== null ? over + OVER_AFTER : told ? 0 : since + SETTLES_AFTER[agent === null ? "project" : "agent"];

const idOf = (project: string, { agent, reason, since }: Trouble): string =>
  digest(`${project} ${agent ?? ""} ${reason} ${since}`);

function noticeOf(project: string, trouble: Trouble): Notice {
  const { event, agent, since: at, text } = trouble;
  return {
    id: idOf(project, trouble),
    event,
    project,
    agent,
    at,
    text,
    command: commandOf(project, trouble),
  };
}

function recoveryOf(project: string, trouble: Trouble, over: number): Notice {
  const { agent, since, text } = trouble;
  return {
    id: digest(`recovered ${idOf(project, trouble)}`),
    event: "recovered",
    project,
    agent,
    at: over,
    text: bounded(
      `${agent === null ? "is watched again" : "goes on"} after ${sayTime(over - since)}; before: ${text}`,
    ),
    command: null,
  };
}

/** Of a watchdog, and of an agent; where nothing else helps, one asks why. */
const COMMANDS: Readonly<Record<string, (project: string, agent: string) => string>> = {
  gone: (project) => `fleet up ${project}`,
  hangs: (project) => `fleet watchdog ${project} restart`,
  stuck: (project) => `fleet logs ${project} watchdog -n 20`,
  asking: (project, agent) => `fleet attach ${project} ${agent}`,
  foreign: (project, agent) => `fleet attach ${project} ${agent}`,
  unread: (project, agent) => `fleet record ${project} ${agent}`,
};

function commandOf(project: string, { agent, reason }: Trouble): string {
  const [word = ""] = reason.split(" ");
  return COMMANDS[word]?.(project, agent ?? "") ?? `fleet why ${project} ${agent}`;
}

function sayTime(duration: number): string {
  const seconds = Math.max(0, Math.round(duration / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
