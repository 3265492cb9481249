import type { JournalEntry } from "@fleet/engine";

/** What is counted of one project, out of its journal. It is added to and never taken from, however the journal is cut. */
export interface Tally {
  /** Automatic starts and deaths, by agent and reason. */
  readonly restarts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly deaths: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Messages, by their end. */
  readonly messages: Readonly<Record<string, number>>;
  /** From the push being seen to the message being submitted. */
  readonly handoffs: Distribution;
  readonly phasesDone: number;
  /** Why each agent fell last, as far as that is not told yet. */
  readonly fell: Readonly<Record<string, string>>;
  /** Commits that were seen and are not handed over yet, oldest first. */
  readonly open: readonly (readonly [sha: string, at: number])[];
  /** The handoff that was counted last: one message may tell of several commits. */
  readonly pinged: string;
}

/** How many were not longer than each bound, each counted once; the last are the longer ones. */
export interface Distribution {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** In seconds: an agent hears within a tenth of one, unless it works. */
export const BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] as const;

export const ENDS = ["submitted", "confirmed", "refused", "expired"] as const;

export const FRESH_TALLY: Tally = {
  restarts: {},
  deaths: {},
  messages: {},
  handoffs: { counts: BOUNDS.map(() => 0).concat(0), sum: 0 },
  phasesDone: 0,
  fell: {},
  open: [],
  pinged: "",
};

/** The entries of a journal that are counted, or that tell what is. */
export const COUNTED =
  /"what":"(starting|died|vanished|stopped|start-failed|start-interrupted|submitted|pinged|refused|expired|handoffs-seen|phase-done)"/;

/** Labels cost whoever stores them: more than this become one. */
const AGENTS_MOST = 200;
const OPEN_MOST = 500;
const WORD = /^[a-z][a-z-]{0,31}$/;

const wordOf = (value: unknown): string => (typeof value === "string" && WORD.test(value) ? value : "other");

export function countIn(tally: Tally, entry: JournalEntry): Tally {
  const { what, at } = entry;
  switch (what) {
    case "handoffs-seen":
      return { ...tally, open: [...tally.open, ...shasIn(entry, at)].slice(-OPEN_MOST) };
    case "pinged":
      return handedOver(tally, entry);
    case "submitted":
    case "refused":
    case "expired":
      return withMessage(tally, what === "submitted" ? wordOf(entry.state ?? what) : what);
    case "phase-done":
      return { ...tally, phasesDone: tally.phasesDone + 1 };
    default:
      return entry.agent === null ? tally : ofAgent(tally, entry.agent, entry);
  }
}

function ofAgent(tally: Tally, agent: string, entry: JournalEntry): Tally {
  const fell = (reason: string): Tally => ({ ...tally, fell: { ...tally.fell, [agent]: reason } });
  switch (entry.what) {
    case "died":
    case "vanished": {
      const reason = entry.what === "vanished" && entry.with === "server" ? "server-lost" : entry.what;
      return { ...fell(reason), deaths: more(tally.deaths, agent, wordOf(entry.blame)) };
    }
    case "start-failed":
    case "start-interrupted":
      return fell(entry.what);
    case "stopped":
      return fell(wordOf(entry.because));
    case "starting": {
      if (entry.automatic !== true) return tally;
      const { [agent]: reason = "other", ...others } = tally.fell;
      return { ...tally, fell: others, restarts: more(tally.restarts, agent, reason) };
    }
    default:
      return tally;
  }
}

function more(counts: Tally["restarts"], agent: string, reason: string): Tally["restarts"] {
  const name = agent in counts || Object.keys(counts).length < AGENTS_MOST ? agent : "other";
  const own = counts[name] ?? {};
  return { ...counts, [name]: { ...own, [reason]: (own[reason] ?? 0) + 1 } };
}

const withMessage = (tally: Tally, end: string): Tally => ({
  ...tally,
  messages: { ...tally.messages, [end]: (tally.messages[end] ?? 0) + 1 },
});

function shasIn({ commits }: JournalEntry, at: number): Tally["open"] {
  if (!Array.isArray(commits)) return [];
  return commits.map((commit: unknown) => {
    const sha = typeof commit === "object" && commit !== null && "sha" in commit ? commit.sha : "";
    return [String(sha), at] as const;
  });
}

function handedOver(tally: Tally, { sha, at, id, state, agent }: JournalEntry): Tally {
  const name = `${agent} ${id}`;
  const counted = name === tally.pinged ? tally : { ...withMessage(tally, wordOf(state)), pinged: name };
  const seen = tally.open.find(([one]) => one === sha);
  if (seen === undefined) return counted;
  const seconds = Math.max(0, at - seen[1]) / 1000;
  const bound = BOUNDS.findIndex((limit) => seconds <= limit);
  const place = bound === -1 ? BOUNDS.length : bound;
  const { counts, sum } = tally.handoffs;
  return {
    ...counted,
    open: tally.open.filter((one) => one !== seen),
    handoffs: { counts: counts.map((n, nth) => (nth === place ? n + 1 : n)), sum: sum + seconds },
  };
}
