import { createCounter, type Instant, type JournalEntry, type Milliseconds } from "@fleet/engine";
import type { AgentReport, Messages, PhaseStretch, ProjectReport, Restart, Spread } from "./report.ts";
import type { Spending } from "./spending.ts";
import { createTimeline, type Timeline, timesOf, type Window } from "./timeline.ts";

/** What makes a report of a journal, entry by entry, oldest first. It has no clock and reads nothing. */
export interface Collector {
  add(entry: JournalEntry): void;
  end(given: Given): ProjectReport;
  /** The phase that was on at this time; "" when none was. */
  phaseAt(at: Instant): string;
}

interface Given {
  readonly project: string;
  /** In the order of the report; who is not here and has entries comes after them. */
  readonly agents: readonly string[];
  /** When somebody looked last. */
  readonly seen: Instant;
  readonly spent: ReadonlyMap<string, Readonly<Record<string, Spending>>>;
}

type Patience = Parameters<typeof createCounter>[0];

/** Sleep, or a clock that was set: less is no gap worth showing. */
const GAP: Milliseconds = 60_000;

export function createCollector(window: Window, patience: Patience): Collector {
  const timelines = new Map<string, Timeline>();
  const messages = createMessages();
  const restarts = createRestarts();
  const handoffs = createHandoffs();
  const phases = createPhases();
  const counter = createCounter(patience);
  let first: Instant | null = null;
  const timelineOf = (agent: string): Timeline => {
    const known = timelines.get(agent) ?? createTimeline();
    timelines.set(agent, known);
    return known;
  };
  return {
    add(entry) {
      const { at, agent, what } = entry;
      if (typeof at !== "number" || typeof what !== "string") return;
      first ??= at;
      if (typeof agent === "string") timelineOf(agent).add(entry);
      else for (const timeline of timelines.values()) timeline.add(entry);
      if (what === "clock-jumped" && Number(entry.by) >= GAP)
        for (const timeline of timelines.values()) timeline.unsee(at - Number(entry.by), at);
      phases.add(entry);
      const isWithin = at >= window.from && at <= window.to;
      handoffs.add(entry, isWithin);
      restarts.add(entry, isWithin);
      if (!isWithin) return;
      messages.add(entry);
      counter.add(entry);
    },
    phaseAt: phases.at,
    end({ project, agents, seen, spent }) {
      const { falseRestarts, timeToHeal } = counter.counters();
      const all = [...new Set([...agents, ...timelines.keys()])];
      const report = all.map((name): AgentReport => {
        const timeline = timelines.get(name)?.end(window, seen) ?? [];
        return {
          ...{ name, timeline, times: timesOf(timeline) },
          restarts: restarts.all.filter(({ agent }) => agent === name).length,
          messages: messages.of(name),
          spent: spent.get(name) ?? {},
        };
      });
      const isThere = ({ name, timeline, messages: { sent, lost, expired } }: AgentReport): boolean =>
        agents.includes(name) || timeline.length > 0 || sent + lost + expired > 0;
      return {
        ...{ project, ...window, since: first !== null && first > window.from ? first : null },
        ...{
          agents: report.filter(isThere),
          phases: phases.end(window, seen),
          handoffs: spreadOf(handoffs.took),
        },
        ...{ messages: messages.of(null), restarts: restarts.all, falseRestarts, timeToHeal },
      };
    },
  };
}

/** From the push being seen to the message being said. */
function createHandoffs() {
  const pushed = new Map<string, Instant>();
  const took: Milliseconds[] = [];
  return {
    took,
    add(entry: JournalEntry, isWithin: boolean): void {
      if (entry.what === "handoffs-seen" && Array.isArray(entry.commits))
        for (const commit of entry.commits) pushed.set(String(commit?.sha), entry.at);
      const seen = entry.what === "pinged" ? pushed.get(String(entry.sha)) : undefined;
      if (seen !== undefined && isWithin && entry.at >= seen) took.push(entry.at - seen);
    },
  };
}

/** Of a picture: from "at once" to "somebody waited". */
const BOUNDS: readonly (Milliseconds | null)[] = [
  ...[100, 200, 500, 1_000, 2_000, 5_000],
  ...[10_000, 30_000, 60_000, 300_000, null],
];

export function spreadOf(durations: readonly Milliseconds[]): Spread {
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.max(Math.ceil(sorted.length * part) - 1, 0)] ?? null;
  const buckets = BOUNDS.map((within, nth) => {
    const above = BOUNDS[nth - 1] ?? -1;
    const count = sorted.filter(
      (one) => one > (above ?? 0) && one <= (within ?? Number.POSITIVE_INFINITY),
    ).length;
    return { within, count };
  });
  return { count: sorted.length, median: at(0.5), p90: at(0.9), max: sorted.at(-1) ?? null, buckets };
}

/** Automatic starts, and what came before each. */
function createRestarts() {
  const fell = new Map<string, string>();
  const all: Restart[] = [];
  return {
    all,
    add(entry: JournalEntry, isWithin: boolean): void {
      const { agent, what, at } = entry;
      if (agent === null) return;
      const because = fallOf(entry);
      // Why it was to end is said before that it has ended.
      if (because !== null && (what !== "died" || !fell.has(agent))) fell.set(agent, because);
      if (what === "starting") {
        if (entry.automatic === true && isWithin)
          all.push({ at, agent, because: fell.get(agent) ?? "nobody knows why" });
        fell.delete(agent);
      }
    },
  };
}

/** Why a run ended, or is brought to its end; null for an entry that does not say. */
function fallOf({ what, because, exit, with: together, limit }: JournalEntry): string | null {
  switch (what) {
    case "told-to-stop":
    case "quit-typed":
    case "stopped":
      return REASONS[String(because)] ?? String(because);
    case "start-failed":
      return "its start failed";
    case "start-interrupted":
      return "its start was interrupted";
    case "died": {
      const { code, signal } = (exit ?? {}) as Readonly<Record<string, unknown>>;
      const how = signal === undefined ? `died with exit ${String(code)}` : `died by ${String(signal)}`;
      return typeof limit === "number" ? `${how}, at its limit` : how;
    }
    case "vanished":
      return together === "server" ? "its tmux server was lost" : "its session vanished";
    default:
      return null;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  stalled: "stalled",
  fatal: "showed a fatal error",
  "never-ready": "never became ready",
  "leftover-processes": "left processes behind",
  "limit-over": "did not go on after its limit",
  "server-lost": "lost the server it shares",
  "next-phase": "its phase was over",
  "restart-asked": "somebody asked for it",
  unwanted: "was taken down",
};

function createMessages() {
  const tallies = new Map<string | null, { -readonly [K in keyof Messages]: number }>();
  const ids = new Set<string>();
  const receipts = new Set<string>();
  const of = (agent: string | null) => {
    const known = tallies.get(agent) ?? { sent: 0, confirmed: 0, lost: 0, expired: 0, doubled: 0 };
    tallies.set(agent, known);
    return known;
  };
  return {
    of: (agent: string | null): Messages => of(agent),
    add(entry: JournalEntry): void {
      const key = KEYS[entry.what];
      if (entry.agent === null || key === undefined) return;
      const id = `${entry.agent} ${String(entry.id ?? entry.message)}`;
      // One message may tell of several commits.
      const receipt = `${id} ${String(entry.sha)}`;
      const isAgain = key === "sent" && receipts.has(receipt);
      const isMore = key === "sent" && ids.has(id);
      if (key === "sent") receipts.add(receipt) && ids.add(id);
      for (const tally of [of(entry.agent), of(null)]) {
        if (isAgain) tally.doubled += 1;
        if (isMore) continue;
        tally[key] += 1;
        if (key === "sent" && entry.state === "confirmed") tally.confirmed += 1;
      }
    },
  };
}

const KEYS: Readonly<Record<string, keyof Messages>> = {
  submitted: "sent",
  pinged: "sent",
  refused: "lost",
  expired: "expired",
};

function createPhases() {
  const all: { readonly id: string; readonly from: Instant; to: Instant | null; done: boolean }[] = [];
  return {
    add({ what, phase, at }: JournalEntry): void {
      const current = all.at(-1);
      if (what === "phase-done" && current !== undefined) Object.assign(current, { to: at, done: true });
      if (what !== "phase-started") return;
      if (current !== undefined && current.to === null) current.to = at;
      all.push({ id: String(phase), from: at, to: null, done: false });
    },
    at: (at: Instant): string =>
      all.findLast(({ from, to }) => from <= at && at <= (to ?? Number.POSITIVE_INFINITY))?.id ?? "",
    end({ from, to }: Window, seen: Instant): readonly PhaseStretch[] {
      return all
        .map((one) => ({
          ...one,
          from: Math.max(one.from, from),
          to: Math.min(one.to ?? Math.max(seen, one.from), to),
        }))
        .filter((one) => one.to > one.from);
    },
  };
}
