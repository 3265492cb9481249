import { open, stat } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type JournalEntry, parseEntry } from "../watch/journal.ts";

/** The journal's entries from a byte on, and then each as it comes, until the signal aborts. Follows a rotation. */
export async function* readJournal(
  file: string,
  { from = 0, follow = false, signal }: { from?: number; follow?: boolean; signal: AbortSignal },
): AsyncGenerator<JournalEntry> {
  let position = from;
  let rest = "";
  for (;;) {
    const size = await sizeOf(file);
    if (size < position) position = 0;
    if (size > position) {
      const text = await readPart(file, position, size);
      position = size;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield* parseEntry(line);
    }
    if (!follow || signal.aborted) return;
    await wait(POLL, undefined, { signal }).catch(() => {});
  }
}

const POLL = 50;

export const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );

async function readPart(file: string, start: number, end: number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const buffer = Buffer.alloc(end - start);
    await handle.read(buffer, 0, buffer.length, start);
    return buffer.toString("utf8");
  } finally {
    await handle.close();
  }
}
