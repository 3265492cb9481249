import type { Instant } from "./time.ts";

/*
 * What the terminal of an agent printed that notes its conversations nowhere:
 * a service, or a program of one's own. The tape is the output as it came, with
 * marks in it that no terminal would show: when a run began, and when what
 * stands before them was printed, at the latest. tmux itself writes it, by a
 * small shell script; the watchdog adds the marks.
 */

/** One piece of a tape: what was printed, and by when; or the beginning of another run. */
export type TapePiece =
  | { readonly is: "run"; readonly at: Instant; readonly columns: number; readonly rows: number }
  | {
      readonly is: "printed";
      readonly text: string;
      /** Null: after the last look. */
      readonly at: Instant | null;
      /** The terminal's size by then; null for as it was. */
      readonly size: { readonly columns: number; readonly rows: number } | null;
    };

/** An operating system command of a number that no terminal has, so that one that is shown a raw tape ignores it. */
const [BEGIN, END] = ["\u001b]7447;", "\u0007"];
const MARK = new RegExp(
  `${BEGIN.replace("]", "\\]")}(\\d{1,15});(\\d{1,4})x(\\d{1,4});(run|look)${END}`,
  "g",
);
const markOf = (at: Instant | string, size: string, what: "run" | "look"): string =>
  `${BEGIN}${at};${size};${what}${END}`;

/** What the watchdog adds when it has seen that something was printed. */
export const lookMark = (at: Instant, size: string): string => markOf(at, size, "look");

/** The tape, cut at its marks. */
export function cutTape(tape: string): readonly TapePiece[] {
  const pieces: TapePiece[] = [];
  let from = 0;
  for (const mark of tape.matchAll(MARK)) {
    const [whole, time, wide, high, what] = mark;
    const [at, columns, rows] = [Number(time), Number(wide), Number(high)];
    const text = tape.slice(from, mark.index);
    from = mark.index + whole.length;
    const size = { columns: Math.max(columns, 1), rows: Math.max(rows, 1) };
    if (what === "run") {
      if (text !== "") pieces.push({ is: "printed", text, at: null, size: null });
      pieces.push({ is: "run", at, ...size });
    } else if (text !== "") pieces.push({ is: "printed", text, at, size });
  }
  const rest = tape.slice(from);
  if (rest !== "") pieces.push({ is: "printed", text: rest, at: null, size: null });
  return pieces;
}

/** Where a text ends in what may be the beginning of a mark; its length when it does not. */
export function endOfWhole(text: string): number {
  const at = text.lastIndexOf("\u001b");
  if (at < 0) return text.length;
  const tail = text.slice(at);
  const isPart = tail.length < BEGIN.length ? BEGIN.startsWith(tail) : tail.startsWith(BEGIN);
  return isPart && tail.length < MARK_MOST && !tail.includes(END) ? at : text.length;
}

const MARK_MOST = 40;

/** Two files of it at the most: the one that is written, and the one before. */
const TAPE_MOST = 4 * 1024 * 1024;

/**
 * Writes its input to the tape, for sh. At its limit no file may grow, and
 * `cat` ends for that: then the file makes way, and another begins. For any
 * other reason to end, a full disk say, there is nothing to be done. `seconds`
 * is when the run began, since the epoch.
 */
export function tapeScript(file: string, size: string, seconds: string): string {
  const tape = `'${file.replaceAll("'", "'\\''")}'`;
  // dash and sh count in blocks of 512 bytes.
  const blocks = TAPE_MOST / 512;
  const begin = markOf(`${seconds}000`, size, "run").replace("\u001b", "\\033").replace("\u0007", "\\007");
  return [
    "umask 077; trap '' XFSZ",
    `printf '${begin}' >>${tape}`,
    `ulimit -f ${blocks}`,
    `while ! cat >>${tape}; do [ "$(wc -c <${tape})" -ge ${TAPE_MOST - 512} ] || exit; mv -f ${tape} ${tape}.1; done`,
  ].join("; ");
}
