import { open } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { type JournalEntry, parseEntry } from "../watch/journal.ts";
import { isCode } from "./files.ts";

/** The journal's entries, those of the older file first, and then each as it comes, until the signal aborts. A rotation loses none. */
export async function* readJournal(
  file: string,
  { follow = false, signal }: { follow?: boolean; signal: AbortSignal },
): AsyncGenerator<JournalEntry> {
  let part: Part | null = null;
  try {
    for (;;) {
      if (part !== null) yield* part.news();
      const next = await partAfter(file, part);
      if (next !== null) {
        // Between our reading and its rotation it may have grown once more.
        if (part !== null) yield* part.news();
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
const CHUNK = 1024 * 1024;

/** One file of the journal. It is kept open, so that it is the same file whatever it is called by now. */
interface Part {
  readonly inode: number;
  /** What was written since the last time. */
  news(): AsyncGenerator<JournalEntry>;
  close(): Promise<void>;
}

/** The file that comes after this one; the oldest there is, after none. Null when it is the last. */
async function partAfter(file: string, part: Part | null): Promise<Part | null> {
  const current = await openPart(file);
  if (current === null || current.inode === part?.inode) {
    await current?.close();
    return null;
  }
  const older = await openPart(`${file}.1`);
  // It has been the current one until a moment ago, or we come from it.
  if (older !== null && older.inode !== part?.inode && older.inode !== current.inode) {
    await current.close();
    return older;
  }
  await older?.close();
  return current;
}

async function openPart(file: string): Promise<Part | null> {
  const handle = await open(file, "r").catch((error: unknown) => {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  });
  if (handle === null) return null;
  let position = 0;
  return {
    inode: (await handle.stat()).ino,
    close: () => handle.close(),
    async *news() {
      const { size } = await handle.stat();
      // Somebody emptied it.
      if (size === 0) position = 0;
      let most = CHUNK;
      while (position < size) {
        const length = Math.min(most, size - position);
        const buffer = Buffer.allocUnsafe(length);
        const { bytesRead } = await handle.read(buffer, 0, length, position);
        // Whole lines only: what is being written now is read when it is whole.
        const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
        if (end === 0 && length < most) return;
        most = end === 0 ? most * 2 : CHUNK;
        position += end;
        for (const line of buffer.toString("utf8", 0, end).split("\n")) yield* parseEntry(line);
      }
    },
  };
}
