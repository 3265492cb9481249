import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { isCode } from "./files.ts";

/** A file that somebody else writes to, line by line. It is kept open, so that it is the same file whatever it is called by now. */
export interface GrowingFile {
  readonly inode: number;
  /** The whole lines that were written since the last time, some at once: what is being written now is read when it is whole. */
  news(): AsyncGenerator<readonly string[]>;
  close(): Promise<void>;
}

const CHUNK = 1024 * 1024;

/** Null when there is none. */
export async function openGrowing(file: string): Promise<GrowingFile | null> {
  // A pipe in its place would be waited for for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  });
  if (handle === null) return null;
  const found = await handle.stat();
  if (!found.isFile()) {
    await handle.close();
    return null;
  }
  let position = 0;
  return {
    inode: found.ino,
    close: () => handle.close(),
    async *news() {
      const { size } = await handle.stat();
      // Somebody emptied it.
      if (size === 0) position = 0;
      for await (const { lines, end } of wholeLines(handle, position, size)) {
        position = end;
        yield lines;
      }
    },
  };
}

/** The whole lines between two places of a file, some at once, each time with the place where the last of them ends. */
export async function* wholeLines(
  handle: FileHandle,
  from: number,
  size: number,
): AsyncGenerator<{ readonly lines: readonly string[]; readonly end: number }> {
  let position = from;
  let most = CHUNK;
  while (position < size) {
    const length = Math.min(most, size - position);
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    if (end === 0 && length < most) return;
    most = end === 0 ? most * 2 : CHUNK;
    position += end;
    if (end > 0) yield { lines: buffer.toString("utf8", 0, end - 1).split("\n"), end: position };
  }
}
