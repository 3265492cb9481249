import type { Counters } from "../watch/counters.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { paint } from "./render-events.ts";

/** What a followed run came to. Durations in milliseconds. */
export interface Summary {
  readonly took: number;
  readonly phases: readonly { readonly id: string; readonly took: number | null }[];
  readonly commits: number;
  readonly handoffs: number;
  /** From the push being seen to the message being submitted. */
  readonly latencies: readonly number[];
  /** Automatic ones. */
  readonly restarts: number;
  readonly complete: boolean;
}

/** Worked out from the journal alone. */
export function summarise(entries: readonly JournalEntry[], since: number): Summary {
  const seen = new Map<string, number>();
  const latencies: number[] = [];
  const phases: { id: string; began: number; took: number | null }[] = [];
  let commits = 0;
  for (const entry of entries) {
    if (entry.what === "handoffs-seen" && Array.isArray(entry.commits)) {
      commits += entry.commits.length;
      for (const { sha } of entry.commits) seen.set(String(sha), entry.at);
    }
    const pushed = entry.what === "pinged" ? seen.get(String(entry.sha)) : undefined;
    if (pushed !== undefined) latencies.push(entry.at - pushed);
    if (entry.what === "phase-started") phases.push({ id: String(entry.phase), began: entry.at, took: null });
    const current = phases.at(-1);
    if (entry.what === "phase-done" && current !== undefined) current.took = entry.at - current.began;
  }
  return {
    took: (entries.at(-1)?.at ?? since) - since,
    phases: phases.map(({ id, took }) => ({ id, took })),
    commits,
    handoffs: entries.filter(({ what }) => what === "pinged").length,
    latencies,
    restarts: entries.filter(({ what, automatic }) => what === "starting" && automatic === true).length,
    complete: entries.some(({ what }) => what === "sequence-complete"),
  };
}

/** What is meant to be none is shown when it is some. */
const unwelcome = ({ falseRestarts, lostMessages, doubledMessages }: Counters): readonly string[] =>
  [
    { count: falseRestarts, what: "false restarts" },
    { count: lostMessages, what: "lost messages" },
    { count: doubledMessages, what: "doubled messages" },
  ].flatMap(({ count, what }) => (count === 0 ? [] : [`${what}: ${count}`]));

export function renderSummary(summary: Summary, color: boolean, counters?: Counters): string {
  const { took, phases, commits, handoffs, latencies, restarts, complete } = summary;
  const sorted = latencies.toSorted((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)];
  const latency =
    middle === undefined ? "" : `, median ${middle} ms, slowest ${sorted.at(-1)} ms from push to submitted`;
  const rows = [
    [
      "phases",
      phases.map(({ id, took: time }) => `${id} ${time === null ? "not done" : seconds(time)}`).join(", "),
    ],
    ["commits", `${commits}`],
    ["handoffs", `${handoffs}${latency}`],
    ["restarts", `${restarts}`],
  ];
  const title = complete ? `complete after ${seconds(took)}` : `ended after ${seconds(took)}, not complete`;
  if (counters !== undefined && unwelcome(counters).length > 0)
    rows.push(["wrong", paint("bad", unwelcome(counters).join(", "), color)]);
  const body = rows.map(([name = "", text = ""]) => `  ${name.padEnd(9)} ${text}\n`).join("");
  return `\n${paint(complete ? "good" : "bad", title, color)}\n${body}`;
}

const seconds = (duration: number): string => `${(duration / 1000).toFixed(1)} s`;
