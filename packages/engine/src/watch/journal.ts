import type { Instant } from "./time.ts";

/** One line of journal.jsonl: a happening, and whom it happened to. */
export interface JournalEntry {
  readonly at: Instant;
  /** Null for what happened to the project as a whole. */
  readonly agent: string | null;
  readonly what: string;
  readonly [more: string]: unknown;
}

/** A line cut short by a crash, or by a window onto the file, is no line. */
export function parseEntry(line: string): readonly JournalEntry[] {
  try {
    const entry: unknown = JSON.parse(line);
    return typeof entry === "object" && entry !== null && "what" in entry ? [entry as JournalEntry] : [];
  } catch {
    return [];
  }
}
