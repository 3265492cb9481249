import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type JournalEntry, parseEntry } from "../watch/journal.ts";
import { isCode } from "./files.ts";
import { type GrowingFile, openGrowing } from "./growing-file.ts";

/** The journal's entries, those of the older file first, and then each as it comes, until the signal aborts. A rotation loses none. */
export async function* readJournal(
  file: string,
  { follow = false, signal }: { follow?: boolean; signal: AbortSignal },
): AsyncGenerator<JournalEntry> {
  let part: GrowingFile | null = null;
  try {
    for (;;) {
      if (part !== null) yield* entriesOf(part);
      const next = await partAfter(file, part);
      if (next !== null) {
        // Between our reading and its rotation it may have grown once more.
        if (part !== null) yield* entriesOf(part);
        await part?.close();
        part = next;
        continue;
      }
      if (!follow || signal.aborted) return;
      await wait(POLL, undefined, { signal }).catch(() => {});
    }
  } finally {
    await part?.close();
  }
}

/** The last entries of a journal, oldest first: of any engine's, so each is only what it looks like. Nothing where there is none. */
export async function readLastEntries(file: string, bytes: number): Promise<readonly JournalEntry[]> {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  });
  if (handle === null) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - bytes);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(size - from), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead).split("\n").flatMap(parseEntry);
  } finally {
    await handle.close();
  }
}

const POLL = 50;

async function* entriesOf(part: GrowingFile): AsyncGenerator<JournalEntry> {
  for await (const lines of part.news()) for (const line of lines) yield* parseEntry(line);
}

/** The file that comes after this one; the oldest there is, after none. Null when it is the last. */
async function partAfter(file: string, part: GrowingFile | null): Promise<GrowingFile | null> {
  const current = await openGrowing(file);
  if (current === null || current.inode === part?.inode) {
    await current?.close();
    return null;
  }
  const older = await openGrowing(`${file}.1`);
  // It has been the current one until a moment ago, or we come from it.
  if (older !== null && older.inode !== part?.inode && older.inode !== current.inode) {
    await current.close();
    return older;
  }
  await older?.close();
  return current;
}
