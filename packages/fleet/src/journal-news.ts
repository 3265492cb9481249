import { type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import path from "node:path";
import { digest, type JournalEntry, parseEntry, wholeLines } from "@fleet/engine";

/** How far somebody has read a project's journal. */
export interface Cursor {
  readonly inode: number;
  readonly position: number;
  /** When that file was written last. */
  readonly time: number;
  /** Of what stands right before it: a file of another day may have the same inode. */
  readonly mark: string;
}

const MARK = 256;

/**
 * Reads what was added to the journal in a state directory since the last
 * time, of a first reader all of it, and says how far that was. Lines that are
 * not wanted are not even parsed: most of a journal is none of most readers'
 * business. A journal that was begun anew is news from its first line on.
 */
export async function readNews(
  state: string,
  cursor: Cursor | null,
  { wanted, hear }: { readonly wanted: RegExp; readonly hear: (entry: JournalEntry) => void },
): Promise<Cursor | null> {
  const file = path.join(state, "journal.jsonl");
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return cursor;
  if (isAsLeft(found, cursor)) return cursor;
  const parts = await openParts(file);
  try {
    const at = cursor === null ? -1 : await placeOf(cursor, parts);
    let reached = cursor;
    for (const part of parts.slice(Math.max(at, 0))) {
      const from = reached !== null && at >= 0 && part.inode === cursor?.inode ? cursor.position : 0;
      const position = await readPart(part, from, wanted, hear);
      reached = { inode: part.inode, position, time: part.time, mark: await markOf(part, position) };
    }
    return reached;
  } finally {
    for (const { handle } of parts) await handle.close();
  }
}

/** Inodes are given again, and sizes come again; not in the same moment. */
const isAsLeft = ({ ino, size, mtimeMs }: Stats, cursor: Cursor | null): boolean =>
  ino === cursor?.inode && size === cursor.position && mtimeMs === cursor.time;

interface Part {
  readonly handle: FileHandle;
  readonly inode: number;
  readonly size: number;
  readonly time: number;
}

/** The older file first. One that is both, because it was just renamed, is there once. */
async function openParts(file: string): Promise<readonly Part[]> {
  const current = await openPart(file);
  const older = await openPart(`${file}.1`);
  if (older !== null && older.inode === current?.inode) {
    await older.handle.close();
    return [current];
  }
  return [older, current].filter((part) => part !== null);
}

async function openPart(file: string): Promise<Part | null> {
  const handle = await open(file, "r").catch(() => null);
  if (handle === null) return null;
  const { ino, size, mtimeMs } = await handle.stat();
  return { handle, inode: ino, size, time: mtimeMs };
}

/** Which part the reader was in; -1 when that is gone, or is another file by now. */
async function placeOf({ inode, position, mark }: Cursor, parts: readonly Part[]): Promise<number> {
  const at = parts.findIndex((part) => part.inode === inode && part.size >= position);
  const part = parts[at];
  return part !== undefined && (await markOf(part, position)) === mark ? at : -1;
}

async function markOf({ handle }: Part, position: number): Promise<string> {
  const length = Math.min(MARK, position);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position - length);
  return digest(buffer.toString("latin1", 0, bytesRead));
}

/** Whole lines only: what is being written now is read when it is whole. */
async function readPart(
  { handle, size }: Part,
  from: number,
  wanted: RegExp,
  hear: (entry: JournalEntry) => void,
): Promise<number> {
  let position = from;
  for await (const { lines, end } of wholeLines(handle, from, size)) {
    position = end;
    for (const line of lines) if (wanted.test(line)) for (const entry of parseEntry(line)) hear(entry);
  }
  return position;
}
