import { oneLine } from "../diagnostics/safe-text.ts";
import { readLastEntries } from "../host/journal.ts";
import { createStore } from "../host/store.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Instant } from "../watch/time.ts";
import { isOfStory } from "./render-events.ts";
import { type Tone, tell } from "./tell.ts";

/** Something that happened, as a person would say it. */
export interface Happened {
  readonly at: Instant;
  readonly agent: string | null;
  readonly text: string;
  readonly tone: Tone;
}

const BYTES = 32 * 1024;

/** What happened last in the project with this state directory, oldest first: a few screens of it. Any engine may have written it. */
export async function readHappened(state: string): Promise<readonly Happened[]> {
  const entries = await readLastEntries(createStore(state).at("journal.jsonl"), BYTES);
  return entries.filter((entry) => typeof entry.at === "number" && isOfStory(entry)).map(toHappened);
}

function toHappened(entry: JournalEntry): Happened {
  const { at, agent } = entry;
  const who = typeof agent === "string" ? agent : null;
  try {
    return { at, agent: who, ...tell(entry) };
  } catch {
    // Another engine means something else by this word.
    return { at, agent: who, text: oneLine(String(entry.what)), tone: "plain" };
  }
}
