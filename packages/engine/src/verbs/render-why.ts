import { oneLine } from "../diagnostics/safe-text.ts";
import type { Counters } from "../watch/counters.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { age, columns } from "./render.ts";
import { sayDuration } from "./say.ts";
import type { KeeperSurvey, WatchdogSurvey } from "./survey-watchdog.ts";

/** `why --json`. Times are ISO 8601 in UTC. */
export interface Why {
  readonly schema_version: number;
  readonly project: string;
  readonly at: string;
  readonly watchdog: WatchdogSurvey | null;
  readonly keeper: KeeperSurvey | null;
  /** When the last phase was done; null while there is one to go on with. */
  readonly complete: string | null;
  /** As `status` has them. */
  readonly notes: readonly string[];
  readonly agents: readonly {
    readonly name: string;
    readonly is: string;
    readonly text: string;
    readonly evidence: object;
    readonly next: { readonly text: string; readonly at: string | null };
    readonly pending: boolean;
  }[];
  readonly story: readonly {
    readonly at: string;
    readonly agent: string | null;
    readonly what: string;
    readonly text: string;
  }[];
  /** Null when they were not asked for, or the journal is empty. */
  readonly counters: (Counters & { readonly since: string }) | null;
}

/** Steps on the way of something that is told as a whole, and what the decisions tell better. */
const STEPS: ReadonlySet<string> = new Set([
  ...(["typing", "typed", "pressed-enter", "quit-entered", "starting", "cleared", "became-ready"] as const),
  ...(["handoffs-from", "handoffs-seen"] as const),
]);

export function explains({ what, mood, wait }: JournalEntry): boolean {
  if (what !== "said") return !STEPS.has(what);
  const word = (mood as { readonly mood?: unknown } | undefined)?.mood;
  return typeof wait === "number" || (word !== "busy" && word !== "ready" && word !== "unclear");
}

/** How each agent is and what comes next; then what led to it, the newest last. */
export function renderWhy(why: Why, now: number): string {
  const { notes, agents, story } = why;
  const present = agents.flatMap(({ name, text, next, pending }) => {
    const when = next.at === null ? "" : ` (${next.at.slice(0, 19)}Z, ${ahead(next.at, now)})`;
    return [
      oneLine(`${name} ${text}`),
      `  next: ${oneLine(next.text)}${when}`,
      ...(pending ? ["  its new settings wait for its next start"] : []),
    ];
  });
  const past = columns(
    story.map(({ at, agent, text }) => [
      `${at.slice(0, 19)}Z`,
      `${age(at, now)} ago`.padStart(8),
      `${agent ?? "fleet"} ${text}`,
    ]),
  );
  const first = [...watching(why), ...notes.map((note) => `note: ${oneLine(note)}`)];
  const head = first.length === 0 ? [] : [...first, ""];
  return [...head, ...present, "", ...past, ""].join("\n").replace(/\n\n$/, "\n");
}

function watching({ watchdog, keeper, complete }: Why): readonly string[] {
  const end = `all phases are done since ${complete}: to go on, add a phase to agents.toml, then: up; to start over: up --fresh`;
  const done = complete === null ? [] : [end];
  if (watchdog === null && keeper !== null)
    return [...done, `the watchdog died (exit ${keeper.exit}) and starts again at ${keeper.next}`];
  if (watchdog === null)
    return complete === null
      ? ["nobody watches: nothing comes next until: up"]
      : [`nobody watches, for ${end}`];
  if (watchdog.trouble !== null) return [...done, `the watchdog can't go on: ${oneLine(watchdog.trouble)}`];
  return watchdog.stale
    ? [...done, `the watchdog hangs since ${watchdog.heartbeat}: watchdog restart`]
    : done;
}

const ahead = (at: string, now: number): string =>
  Date.parse(at) <= now ? "now" : `in ${age(new Date(now).toISOString(), Date.parse(at))}`;

export function renderCounters(counters: Counters & { readonly since: string }): string {
  const { since, timeToHeal, ...numbers } = counters;
  const { count, median, p99, max } = timeToHeal;
  const times =
    median === null || p99 === null || max === null
      ? ""
      : `, median ${sayDuration(median)}, p99 ${sayDuration(p99)}, longest ${sayDuration(max)}`;
  const rows = [
    ["automatic restarts", `${numbers.automaticRestarts}`],
    ["false restarts", `${numbers.falseRestarts}`],
    ["lost messages", `${numbers.lostMessages}`],
    ["doubled messages", `${numbers.doubledMessages}`],
    ["messages of the engine", `${numbers.engineMessages}`],
    ["healed", `${count}${times}`],
  ];
  return [`since ${since}, as far as the journal goes back`, ...columns(rows), ""].join("\n");
}
