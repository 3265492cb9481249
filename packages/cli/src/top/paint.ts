import { type Line, type Tone, widthOf } from "./cells.ts";

/** What this terminal can show. */
export interface Look {
  readonly color: boolean;
  /** Its locale has no other characters. */
  readonly ascii: boolean;
  readonly columns: number;
}

const COLORS: Readonly<Record<Tone, string>> = {
  plain: "",
  quiet: "2",
  good: "32",
  warn: "33",
  bad: "1;31",
  strong: "1",
};
/** What is left without colours. */
const WEIGHTS: Readonly<Record<Tone, string>> = { ...COLORS, quiet: "", good: "", warn: "", bad: "1" };

const ESC = "\u001b";
const OFF = `${ESC}[0m`;

/** A line as the terminal gets it. The selected one is reversed over its whole width, which needs no colour. */
export function paint({ spans, selected }: Line, { color, ascii, columns }: Look): string {
  const codes = color ? COLORS : WEIGHTS;
  let width = 0;
  const parts = spans.map(({ text, tone }) => {
    width += widthOf(text);
    const style = [codes[tone], ...(selected ? ["7"] : [])].filter(Boolean).join(";");
    const shown = ascii ? toAscii(text) : text;
    return style === "" || text === "" ? shown : `${ESC}[${style}m${shown}${OFF}`;
  });
  const rest = " ".repeat(Math.max(0, columns - width));
  return parts.join("") + (selected && rest !== "" ? `${ESC}[7m${rest}${OFF}` : "");
}

const PLAIN: Readonly<Record<string, string>> = {
  ...{ "›": ">", "…": "~", "─": "-", "█": "#", "▒": "=", "░": "." },
};

const toAscii = (text: string): string =>
  text.replaceAll(/[^ -~]/gu, (character) => PLAIN[character] ?? "?".repeat(widthOf(character)));

/** A terminal that says nothing of its characters knows them all; one that says "C" does not. */
export function isAscii({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "");
  return locale !== undefined && !/utf-?8/i.test(locale);
}

/** What to write so that the screen shows these lines, where it shows those: nothing for a line that stays. */
export function repaint(before: readonly string[], after: readonly string[]): string {
  const changes = after.flatMap((text, row) =>
    // Cleared first: at the right edge it would take away the last character.
    text === before[row] ? [] : [`${ESC}[${row + 1};1H${ESC}[K${text}`],
  );
  return changes.length === 0 ? "" : `${ESC}[?2026h${changes.join("")}${ESC}[?2026l`;
}
