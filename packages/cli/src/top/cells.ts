import { oneLine } from "@fleet/engine";
import stringWidth from "string-width";

/** What a piece of text is like; the terminal's colours come later, if it has any. */
export type Tone = "plain" | "quiet" | "good" | "warn" | "bad" | "strong";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of the screen, never wider than it. */
export interface Line {
  readonly spans: readonly Span[];
  readonly selected: boolean;
}

/** Whatever a person, an agent or a file has said becomes text here that no terminal takes for a command. */
export const span = (text: string, tone: Tone = "plain"): Span => ({ text: oneLine(text), tone });

const ASCII = /^[ -~]*$/;
const MORE = "…";

/** In columns of a terminal: a Chinese character takes two. */
export const widthOf = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

/** What of a text fits, with a mark where something is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return width < 1 ? "" : headOf(text, width - 1).head + MORE;
}

/** Exactly so wide. */
export function pad(text: string, width: number): string {
  const fitting = cut(text, width);
  return fitting + " ".repeat(width - widthOf(fitting));
}

let graphemes: Intl.Segmenter | null = null;

/** As much of a text as is so wide, never half a character. */
function headOf(text: string, width: number): { readonly head: string; readonly rest: string } {
  if (ASCII.test(text)) return { head: text.slice(0, width), rest: text.slice(width) };
  graphemes ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let [taken, used] = [0, 0];
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    taken += segment.length;
  }
  return { head: text.slice(0, taken), rest: text.slice(taken) };
}

/** As many lines as it takes, broken between words where there are such. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  do {
    // Of a log in one endless line only what may fit is measured.
    const { head } = headOf(rest.slice(0, 8 * width), Math.max(2, width));
    const space = head.lastIndexOf(" ");
    const isBroken = head.length < rest.length && rest[head.length] !== " " && space > width / 2;
    // What is wider than the line by itself would never end.
    const taken = isBroken ? space : Math.max(1, head.length);
    lines.push(rest.slice(0, taken).trimEnd());
    rest = rest.slice(taken).trimStart();
  } while (rest !== "");
  return lines;
}

/** As many of the spans as fit. */
export function line(spans: readonly Span[], width: number, selected = false): Line {
  const fitting: Span[] = [];
  let left = width;
  for (const { text, tone } of spans) {
    if (left <= 0) break;
    const shown = cut(text, left);
    fitting.push({ text: shown, tone });
    left -= widthOf(shown);
  }
  return { spans: fitting, selected };
}

export const textOf = ({ spans }: Line): string => spans.map(({ text }) => text).join("");
