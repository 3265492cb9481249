import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { cutTape, endOfWhole, type Instant, isCode, type TapePiece } from "@fleet/engine";
import { createEmulator, type Emulator, type ShownLine } from "./emulate.ts";
import type { LogLine, LogSource } from "./log-line.ts";

/** A tape, piece by piece, as it grows and makes way for the next. */
export interface TapeReader {
  /** Since the last time; each piece with a time, as well as that is known. */
  news(now: Instant): readonly (TapePiece & { readonly at: Instant })[];
}

export function openTape(file: string): TapeReader {
  const decoder = new StringDecoder("utf8");
  let [inode, offset] = [0, 0];
  let carried = "";
  return {
    news(now) {
      const parts: Buffer[] = [];
      let written: Instant = now;
      const older = readFrom(`${file}.1`, inode, offset);
      const current = readFrom(file, inode, offset);
      // At first, or when ours has made way: the end of it comes before its successor.
      if (current?.inode !== inode && older !== null) parts.push(older.bytes);
      if (current !== null) {
        parts.push(current.bytes);
        [inode, offset] = [current.inode, current.end];
        written = Math.min(now, current.written);
      }
      const text = carried + decoder.write(Buffer.concat(parts));
      const end = endOfWhole(text);
      carried = text.slice(end);
      return timed(cutTape(text.slice(0, end)), written);
    },
  };
}

/** What is not marked was printed before the next run, or before the file was last written. */
function timed(
  pieces: readonly TapePiece[],
  end: Instant,
): readonly (TapePiece & { readonly at: Instant })[] {
  let next = end;
  return pieces
    .toReversed()
    .map((piece) => {
      next = piece.at ?? next;
      return { ...piece, at: next };
    })
    .toReversed();
}

const MOST_BYTES = 16 * 1024 * 1024;

/** From there on, if it is the file that was read before; else all of it. Null when there is none. */
function readFrom(file: string, known: number, from: number) {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  }
  try {
    const { ino: inode, size, mtimeMs: written } = fstatSync(handle);
    // An agent may write there what it likes.
    const begin = Math.max(inode === known && from <= size ? from : 0, size - MOST_BYTES);
    const bytes = Buffer.alloc(size - begin);
    const length = readSync(handle, bytes, 0, bytes.length, begin);
    return { inode, written, bytes: bytes.subarray(0, length), end: begin + length };
  } finally {
    closeSync(handle);
  }
}

/** What a terminal printed, as one saw it. */
export function createTape(agent: string, file: string): LogSource {
  const reader = openTape(file);
  let emulator: Emulator | null = null;
  let isFirst = true;
  const say = (shown: readonly ShownLine[]): readonly LogLine[] =>
    shown.map(({ at, text }) => ({ at, agent, who: "terminal", text }));
  return {
    async news(now) {
      const lines: LogLine[] = [];
      for (const piece of reader.news(now)) {
        if (piece.is === "run") {
          lines.push(...say(emulator?.rest() ?? []));
          emulator?.dispose();
          emulator = await createEmulator(piece);
          continue;
        }
        // A tape whose beginning has made way begins in the midst of a run.
        emulator ??= await createEmulator(piece.size ?? { columns: 200, rows: 50 });
        if (piece.size !== null) emulator.resize(piece.size);
        await emulator.print(piece.text, piece.at);
        lines.push(...say(emulator.settled()));
      }
      // At first nobody has watched what stands still.
      lines.push(...say(emulator?.quiet(isFirst ? Number.POSITIVE_INFINITY : now) ?? []));
      isFirst = false;
      return lines;
    },
    rest: () => say(emulator?.rest() ?? []),
    close: async () => emulator?.dispose(),
  };
}
