import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
} from "node:fs";
import path from "node:path";
import process from "node:process";
import type { WrittenFile } from "../diagnostics/written-file.ts";
import { isCode } from "./files.ts";

const WRITABLE_BY_ALL = 0o002;

/**
 * Reads a file that may be anything: a pipe that nobody writes to, a device
 * without an end, a link to nowhere. At once, because it is small, and never
 * more of it than one byte beyond the limit, which tells that it is too much.
 */
export function readWritten(file: string, limit: number): WrittenFile {
  let handle: number;
  try {
    // Without waiting for whoever may open a pipe's other end.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return refusalOf(file, error);
  }
  try {
    const found = fstatSync(handle);
    if (!found.isFile()) return { is: "something else", what: kindOf(found) };
    const bytes = readSteadily(
      () => fstatSync(handle),
      () => readAll(handle, limit),
    );
    const me = process.geteuid?.() ?? found.uid;
    return {
      is: "read",
      bytes,
      open: (found.mode & WRITABLE_BY_ALL) !== 0,
      foreign: found.uid !== me && found.uid !== 0,
      twin: twinOf(file),
    };
  } finally {
    closeSync(handle);
  }
}

/** An editor may write the file while it is read; then it is read once more. */
export function readSteadily(
  look: () => Pick<Stats, "mtimeMs" | "size">,
  read: () => Uint8Array,
): Uint8Array {
  const before = look();
  const bytes = read();
  const after = look();
  return before.mtimeMs === after.mtimeMs && before.size === after.size ? bytes : read();
}

function readAll(handle: number, limit: number): Uint8Array {
  const room = Buffer.alloc(Math.min(fstatSync(handle).size, limit) + 1);
  let filled = 0;
  for (let got = -1; got !== 0 && filled < room.length; filled += got)
    got = readSync(handle, room, filled, room.length - filled, filled);
  return room.subarray(0, filled);
}

function refusalOf(file: string, error: unknown): WrittenFile {
  if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].some((code) => isCode(error, code)))
    return { is: isLink(file) ? "dangling" : "missing" };
  if (isCode(error, "ELOOP")) return { is: "a circle of links" };
  if (isCode(error, "EACCES") || isCode(error, "EPERM")) return { is: "unreadable" };
  // Of a socket, or of a device that nothing is behind.
  if (isCode(error, "ENXIO")) return { is: "something else", what: "a socket" };
  throw error;
}

function twinOf(file: string): string | null {
  const name = path.basename(file);
  const beside = readdirSync(path.dirname(file));
  return beside.find((other) => other !== name && other.toLowerCase() === name.toLowerCase()) ?? null;
}

const isLink = (file: string): boolean =>
  lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

const kindOf = (found: Stats) =>
  found.isDirectory() ? "a folder" : found.isFIFO() ? "a pipe" : found.isSocket() ? "a socket" : "a device";
