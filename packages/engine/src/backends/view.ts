/** What a look at a terminal shows. */
export interface View {
  /** The visible lines, without colours. */
  readonly screen: string;
  /** The same, and blanks for all that is faint: what a program suggests in an empty box is no draft. */
  readonly bright: string;
  /** The title that the program gave its terminal. */
  readonly title: string;
}

/** As it was captured, with the escape sequences of colours or without. */
export function viewOf(captured: string, title: string): View {
  if (!captured.includes("\u001b")) return { screen: captured, bright: captured, title };
  let screen = "";
  let bright = "";
  let faint = false;
  // The odd pieces are escape sequences.
  captured.split(SEQUENCE).forEach((piece, index) => {
    if (index % 2 === 1) faint = faintAfter(piece, faint);
    else {
      screen += piece;
      bright += faint ? piece.replaceAll(/[^\n]/gu, " ") : piece;
    }
  });
  return { screen, bright, title };
}

/** Colours, hyperlinks and the other sequences that tmux writes into a capture. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const SEQUENCE = /(\u001b(?:\[[0-9;:]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()].|[=>NO]))/g;

function faintAfter(sequence: string, before: boolean): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
  const codes = /^\u001b\[([0-9;:]*)m$/.exec(sequence)?.[1];
  if (codes === undefined) return before;
  let faint = before;
  const words = codes.split(";");
  for (let at = 0; at < words.length; at += 1) {
    const code = words[at] ?? "";
    // 38;5;N and 48;2;R;G;B: what follows belongs to a colour.
    if (code === "38" || code === "48" || code === "58") at += words[at + 1] === "2" ? 4 : 2;
    else if (code === "2") faint = true;
    else if (code === "" || code === "0" || code === "22") faint = false;
  }
  return faint;
}
