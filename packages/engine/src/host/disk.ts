import { existsSync, readdirSync } from "node:fs";
import { copyFile, open, rename, rm, stat } from "node:fs/promises";
import { isCode, makeFolder, readText, writeWhole } from "./files.ts";

/** Files, as far as an engine needs them. All paths are absolute. */
export interface Disk {
  /** Null when there is no such file. */
  read(file: string): Promise<string | null>;
  /** Whole or not at all, and still there after a power cut. */
  write(file: string, text: string, mode?: number): Promise<void>;
  /** Adds whole lines. A crash may have cut the last one short; these begin a line of their own all the same. */
  append(file: string, lines: string): Promise<void>;
  /** Nothing happens when there is nothing to copy, to move or to remove. */
  copy(from: string, to: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** In bytes; 0 when there is no such file. */
  size(file: string): Promise<number>;
  /** The names in a folder, in no order; none when there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  exists(path: string): boolean;
  makeFolder(folder: string): Promise<void>;
}

export const systemDisk: Disk = {
  read: readText,
  write: writeWhole,
  async append(file, lines) {
    const handle = await open(file, "a+", 0o600);
    try {
      const { size } = await handle.stat();
      const last = size === 0 ? "\n" : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
      await handle.appendFile(last === "\n" ? lines : `\n${lines}`).catch(async (error: unknown) => {
        // The disk was full halfway: whoever tries again must not find half of it there.
        await handle.truncate(size);
        throw error;
      });
    } finally {
      await handle.close();
    }
  },
  copy: (from, to) => copyFile(from, to).catch(unlessMissing),
  move: (from, to) => rename(from, to).catch(unlessMissing),
  remove: (file) => rm(file, { force: true }),
  size: (file) =>
    stat(file).then(
      (found) => found.size,
      () => 0,
    ),
  async list(folder) {
    // Most outboxes do not exist, and all are small: at once takes a tenth of the time that another thread would.
    if (!existsSync(folder)) return [];
    try {
      return readdirSync(folder);
    } catch (error) {
      unlessMissing(error);
      return [];
    }
  },
  exists: existsSync,
  makeFolder,
};

function unlessMissing(error: unknown): void {
  if (!isCode(error, "ENOENT")) throw error;
}
