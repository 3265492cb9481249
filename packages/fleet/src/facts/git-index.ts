import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";

/** What a git index says of one path. "unsure" is for kinds of index that only git itself should read. */
export type IndexEntry = Entry | "absent" | "unsure";

export interface Entry {
  readonly mode: number;
  readonly object: string;
  /** What lstat said of the file when git last saw that it holds the object. Times in nanoseconds. */
  readonly seen: {
    readonly ctime: bigint;
    readonly mtime: bigint;
    readonly inode: number;
    readonly size: number;
  };
}

export const GITLINK = 0o160000;

const HEADER = 12;
const STAT = 40;
const OBJECT = 20;
const EXTENDED = 0x4000;
const STAGE = 0x3000;
const LENGTH = 0x0fff;

/**
 * Finds a path in an index of version 2 or 3, as gitformat-index(5) describes
 * it. A process of git for each project would make up most of `fleet validate`.
 */
export function findInIndex(index: Uint8Array, path: string): IndexEntry {
  let found: IndexEntry = "absent";
  const isRead = walk(index, (name, staged, entry) => {
    if (name.length !== path.length || decoder.decode(name) !== path) return;
    found = staged ? "unsure" : entry();
  });
  return isRead ? found : "unsure";
}

/** Everything in such an index, by its path. */
export function filesInIndex(index: Uint8Array): ReadonlyMap<string, Entry> | "unsure" {
  const files = new Map<string, Entry>();
  let settled = true;
  const isRead = walk(index, (name, staged, entry) => {
    if (staged) settled = false;
    files.set(decoder.decode(name), entry());
  });
  return isRead && settled ? files : "unsure";
}

const decoder = new TextDecoder();

/** False where only git itself should read it. Names are handed over as bytes, since most are of no interest. */
function walk(
  index: Uint8Array,
  visit: (name: Uint8Array, staged: boolean, entry: () => Entry) => void,
): boolean {
  const view = new DataView(index.buffer, index.byteOffset, index.byteLength);
  if (index.byteLength < HEADER + OBJECT || decoder.decode(index.subarray(0, 4)) !== "DIRC") return false;
  const version = view.getUint32(4);
  if (version !== 2 && version !== 3) return false;
  const end = index.byteLength - OBJECT;
  let at = HEADER;
  for (let count = view.getUint32(8); count > 0; count--) {
    const start = at;
    const flagsAt = start + STAT + OBJECT;
    if (flagsAt + 4 > end) return false;
    const flags = view.getUint16(flagsAt);
    const nameAt = flagsAt + ((flags & EXTENDED) === 0 ? 2 : 4);
    // Its length is in the flags; a name too long for them ends at a zero.
    const length = (flags & LENGTH) === LENGTH ? index.indexOf(0, nameAt + LENGTH) - nameAt : flags & LENGTH;
    if (length < 0 || nameAt + length > end) return false;
    visit(index.subarray(nameAt, nameAt + length), (flags & STAGE) !== 0, () => ({
      mode: view.getUint32(start + 24),
      object: Buffer.from(index.subarray(start + STAT, flagsAt)).toString("hex"),
      seen: seenAt(view, start),
    }));
    // One to eight zeros end an entry, so that the next starts at a multiple of eight.
    at += (nameAt - at + length + 8) & ~7;
  }
  return isWhole(view, at, end);
}

const seenAt = (view: DataView, at: number): Entry["seen"] => {
  const time = (offset: number) =>
    BigInt(view.getUint32(at + offset)) * 1_000_000_000n + BigInt(view.getUint32(at + offset + 4));
  return { ctime: time(0), mtime: time(8), inode: view.getUint32(at + 20), size: view.getUint32(at + 36) };
};

/** Where a "link" extension follows, entries lie in another file, or were deleted from this one. */
function isWhole(view: DataView, start: number, end: number): boolean {
  const LINK = 0x6c696e6b;
  let at = start;
  while (at + 8 <= end) {
    if (view.getUint32(at) === LINK) return false;
    at += 8 + view.getUint32(at + 4);
  }
  return at === end;
}

/**
 * As git asks first whether a file was changed: is it still what lstat said
 * when the index was written? Of a file as young as the index git itself is not
 * sure, and then its bytes tell.
 */
export const isAsSeen = ({ seen }: Entry, now: BigIntStats, indexWritten: bigint): boolean =>
  now.isFile() &&
  now.ctimeNs === seen.ctime &&
  now.mtimeNs === seen.mtime &&
  Number(now.ino & 0xffff_ffffn) === seen.inode &&
  Number(now.size) === seen.size &&
  indexWritten > seen.mtime;

/** The name that git gives to what a file holds. */
export const objectOf = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
