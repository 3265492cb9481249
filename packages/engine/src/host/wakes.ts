import { type FSWatcher, watch } from "node:fs";
import { isCode } from "./files.ts";

/** Events that wake the loop early. A lost one costs a tick, never the outcome. */
export interface Wakes {
  /** Watches this folder too; one that does not exist yet is tried again at the next call. */
  on(folder: string, wanted?: (file: string) => boolean): void;
  /** Resolves at the next event, or at once if one came since the last call. */
  next(signal: AbortSignal): Promise<void>;
  ring(): void;
  close(): void;
}

/** Remembers a ring that nobody waited for. */
export function createBell(): Pick<Wakes, "ring" | "next"> {
  let rung = false;
  let answer: (() => void) | null = null;
  return {
    ring() {
      rung = true;
      answer?.();
    },
    next: (signal) =>
      new Promise((resolve) => {
        const done = () => {
          rung = false;
          answer = null;
          signal.removeEventListener("abort", done);
          resolve();
        };
        answer = done;
        signal.addEventListener("abort", done, { once: true });
        if (rung || signal.aborted) done();
      }),
  };
}

export function createWakes(): Wakes {
  const watchers = new Map<string, FSWatcher>();
  const { ring, next } = createBell();
  const forget = (folder: string) => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  return {
    ring,
    on(folder, wanted = () => true) {
      if (watchers.has(folder)) return;
      try {
        const watcher = watch(folder, { persistent: false }, (_, file) => {
          if (file === null || wanted(file)) ring();
        });
        watcher.on("error", () => forget(folder));
        watchers.set(folder, watcher);
      } catch (error) {
        // Not there yet, or no watches left on this machine: the tick will do.
        if (!isCode(error, "ENOENT") && !isCode(error, "ENOSPC") && !isCode(error, "EMFILE")) throw error;
      }
    },
    next,
    close() {
      for (const folder of [...watchers.keys()]) forget(folder);
    },
  };
}
