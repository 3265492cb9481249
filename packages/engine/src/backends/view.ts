import type { Instant } from "../watch/time.ts";

/** What a look at a terminal shows. */
export interface View {
  /** The visible lines, without colours. */
  readonly screen: string;
  /** The same, and blanks for all that is faint: what a program suggests in an empty box is no draft. */
  readonly bright: string;
  /** The title that the program gave its terminal. */
  readonly title: string;
  /** When it was looked at: some programs tell times of the day. */
  readonly at: Instant;
}

/** A piece of text in one style. */
interface Piece {
  readonly text: string;
  readonly faint: boolean;
  readonly inverse: boolean;
}

/** As it was captured, with the escape sequences of colours or without. */
export function viewOf(captured: string, title: string, at: Instant): View {
  if (!captured.includes("\u001b")) return { screen: captured, bright: captured, title, at };
  const pieces = piecesOf(captured);
  const screen = pieces.map(({ text }) => text).join("");
  const bright = pieces
    .map(({ text, faint, inverse }, index) => {
      // A cursor that the program draws itself stands on the first letter of what it suggests.
      const isCursor = inverse && [...text].length === 1 && pieces[index + 1]?.faint === true;
      return faint || isCursor ? text.replaceAll(/[^\n]/gu, " ") : text;
    })
    .join("");
  return { screen, bright, title, at };
}

/** Colours, hyperlinks and the other sequences that tmux writes into a capture. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const SEQUENCE = /(\u001b(?:\[[0-9;:]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()].|[=>NO]))/g;

function piecesOf(captured: string): readonly Piece[] {
  let style = { faint: false, inverse: false };
  const pieces: Piece[] = [];
  // The odd ones are escape sequences.
  captured.split(SEQUENCE).forEach((text, index) => {
    if (index % 2 === 1) style = styleAfter(text, style);
    else if (text !== "") pieces.push({ text, ...style });
  });
  return pieces;
}

function styleAfter(sequence: string, before: Omit<Piece, "text">): Omit<Piece, "text"> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
  const codes = /^\u001b\[([0-9;:]*)m$/.exec(sequence)?.[1];
  if (codes === undefined) return before;
  let { faint, inverse } = before;
  const words = codes.split(";");
  for (let at = 0; at < words.length; at += 1) {
    const code = words[at] ?? "";
    // 38;5;N and 48;2;R;G;B: what follows belongs to a colour.
    if (code === "38" || code === "48" || code === "58") at += words[at + 1] === "2" ? 4 : 2;
    else if (code === "2") faint = true;
    else if (code === "7") inverse = true;
    else if (code === "22") faint = false;
    else if (code === "27") inverse = false;
    else if (code === "" || code === "0") [faint, inverse] = [false, false];
  }
  return { faint, inverse };
}

/** Other words of the same length in the colours of these. Where links of theirs led to is left out. */
export function inColoursOf(captured: string, text: string): string {
  let at = 0;
  return captured
    .split(SEQUENCE)
    .map((piece, index) => {
      if (index % 2 === 1) return piece.startsWith("\u001b]") ? "" : piece;
      at += piece.length;
      return text.slice(at - piece.length, at);
    })
    .join("");
}
