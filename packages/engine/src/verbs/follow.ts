import type { World } from "../command/command.ts";
import { readJournal } from "../host/journal.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { count } from "../watch/counters.ts";
import type { JournalEntry } from "../watch/journal.ts";
import { isScheduled } from "../watch/schedule.ts";
import type { Instant } from "../watch/time.ts";
import type { Outcome } from "./outcome.ts";
import { paint, renderEntry } from "./render-events.ts";
import { renderSummary, summarise } from "./summary.ts";

/** Says of each agent, as soon as it is known, what `up` came to. */
export const announce =
  ({ out, color }: World) =>
  ({ agent, outcome, because }: Outcome): void => {
    const tone = outcome === "failed" ? "bad" : outcome === "held" ? "plain" : "good";
    out(`${paint(tone, `${agent}: ${outcome}`, color)}${because === null ? "" : ` (${because})`}\n`);
  };

/** Shows the journal as it is written, until the sequence is complete or nobody watches any more; then the summary. */
export async function follow(site: Site, since: Instant, world: World): Promise<number> {
  const stop = new AbortController();
  const signal = AbortSignal.any([world.signal, stop.signal]);
  const entries: JournalEntry[] = [];
  const file = createStore(site.state).at("journal.jsonl");
  let complete = false;
  for await (const entry of readJournal(file, { follow: true, signal })) {
    if (entry.at < since) continue;
    entries.push(entry);
    const line = renderEntry(entry, since, world.color);
    if (line !== null) world.out(`${line}\n`);
    complete ||= entry.what === "sequence-complete";
    // With a schedule the watchdog goes on, and this view would never end.
    if (complete && site.project.agents.some(isScheduled)) stop.abort();
    if (entry.what === "watchdog-ended" && (entry.because === "off" || entry.because === "complete"))
      stop.abort();
  }
  if (world.signal.aborted) {
    world.err("it goes on without this view; stop it with: down\n");
    return 130;
  }
  world.out(renderSummary(summarise(entries, since), world.color, count(entries, site.project.supervision)));
  return complete ? 0 : 1;
}
