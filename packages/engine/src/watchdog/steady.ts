import type { Store } from "../host/store.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Duration, Instant } from "../watch/time.ts";
import { because } from "./note.ts";

/** So many entries are kept in memory while they can't be written. */
const KEPT = 2_000;

/**
 * A journal that can't be written must not undo what was done: what it should
 * say waits in memory, and is written with the next entries.
 */
export function withPatientJournal(store: Store): Store & { readonly unwritten: () => string | null } {
  let waiting: readonly JournalEntry[] = [];
  let trouble: string | null = null;
  return {
    ...store,
    unwritten: () => trouble,
    async journal(entries) {
      if (entries.length === 0 && waiting.length === 0) return;
      const all = [...waiting, ...entries];
      try {
        await store.journal(all);
        waiting = [];
        trouble = null;
      } catch (error) {
        trouble = because(error);
        waiting = all.slice(-KEPT);
      }
    },
  };
}

/** Why the watchdog can't go on, since when, and how often it has tried. */
export interface Stumble {
  readonly because: string;
  readonly since: Instant;
  readonly tries: number;
}

/** @throws what ends a watchdog: that it is fenced off. */
export const stumble = (before: Stumble | null, error: unknown, now: Instant): Stumble => ({
  because: because(error),
  since: before?.since ?? now,
  tries: (before?.tries ?? 0) + 1,
});

const LONGEST: Duration = 30_000;

/** A second, then twice as long each time. */
export const pauseAfter = ({ tries }: Stumble): Duration => Math.min(1_000 * 2 ** (tries - 1), LONGEST);
