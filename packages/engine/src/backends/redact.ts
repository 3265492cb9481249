import type { Reading } from "../watch/sighting.ts";
import type { Instant } from "../watch/time.ts";
import { parseWait } from "../watch/wait.ts";
import type { Backend } from "./backend.ts";
import { inColoursOf, viewOf } from "./view.ts";
import { isKnown } from "./vocabulary.ts";

/** A screen as tmux captured it, and the title beside it. */
export interface Captured {
  /** With its colours, where the backend wants them. */
  readonly screen: string;
  readonly title: string;
}

/*
 * What may be shown to others of a screen. Letters are covered in their place,
 * so that borders, columns and colours stay, and a backend reads the same in
 * it: that is tried out, for each line. Two sieves: through the first, plain
 * words fall; through the second, only those that agent programs write.
 */

/** So many lines at the end of a screen that no rule knows keep their plain words: they are what is to be learned. */
const FOOT = 12;
/** Somebody's words behind the sign of a box, and no choice of a dialog: nothing of them is needed. */
const DRAFT = /^\s*[│┃|]?\s*[❯›>$»]\s+(?!\d+\.\s)/u;

/** Null when it can't be read the same without what is nobody else's business. */
export function redact(
  captured: Captured,
  backend: Pick<Backend, "read">,
  names: readonly string[],
  at: Instant,
): (Captured & { readonly reading: Reading }) | null {
  const { screen } = viewOf(captured.screen, captured.title, at);
  const read = (lines: readonly string[], title: string): Reading =>
    backend.read(viewOf(inColoursOf(captured.screen, lines.join("\n")), title, at));
  const before = read(screen.split("\n"), captured.title);
  const isSame = (lines: readonly string[], title: string): boolean => isAlike(before, read(lines, title));

  const own = new Set(names.map((name) => name.toLowerCase()).filter((name) => !isKnown(name)));
  let title = cover(captured.title, own, isPlain);
  let lines: readonly string[] = screen.split("\n").map((line) => cover(line, own, isPlain));
  if (!isSame(lines, title)) return null;
  const bareTitle = cover(title, own, isKnown);
  if (isSame(lines, bareTitle)) title = bareTitle;
  const foot = before.mood === "unclear" ? footOf(lines) : lines.length;
  const bare = (line: string, index: number): string => {
    if (DRAFT.test(line)) return covered(line);
    return index < foot ? cover(line, own, isKnown) : line;
  };
  const all = lines.map(bare);
  if (isSame(all, title)) lines = all;
  else
    lines.forEach((line, index) => {
      const barest = [bare(line, index), cover(line, own, isKnown)].map((barer) => lines.with(index, barer));
      lines = barest.find((barer) => isSame(barer, title)) ?? lines;
    });
  return { screen: inColoursOf(captured.screen, lines.join("\n")), title, reading: read(lines, title) };
}

/** Where the last lines begin that say anything. */
function footOf(lines: readonly string[]): number {
  const told = lines.flatMap((line, index) => (line.trim() === "" ? [] : [index]));
  return told.at(-FOOT) ?? 0;
}

/** The same, but for the letters of what it quotes. */
function isAlike(one: Reading, other: Reading): boolean {
  const gist = (reading: Reading) =>
    JSON.stringify({
      ...reading,
      ...("question" in reading ? { question: shapeOf(reading.question) } : {}),
      ...("error" in reading ? { error: shapeOf(reading.error) } : {}),
      draft: reading.draft === null ? null : shapeOf(reading.draft),
      final: reading.final === null ? null : shapeOf(reading.final),
      wait: reading.final === null ? null : parseWait(reading.final),
    });
  return gist(one) === gist(other);
}

const shapeOf = (text: string): string => text.replaceAll(/[\p{L}\p{N}]/gu, "x");

/** What belongs together: a path, an address, a key. */
const CHUNK = /\S+/gu;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const JOINED = /[\p{L}\p{N}][/\\@_=:.]+[\p{L}\p{N}]/u;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const VERSION = /^[([]?v?\d{1,4}(?:\.\d{1,4}){1,2}[)\],.]?$/;
const ADDRESS = /\S@\S|:\/\/|\d+\.\d+\.\d+\.\d+|^[([]?(?:sk|pk|rk|gh[a-z]|xox[a-z]|glpat|eyJ|AKIA|AIza)[-_]/;

/** A word of a language, and no name of a thing: those have digits, or capitals within. */
const isPlain = (word: string): boolean => isKnown(word) || /^\p{L}?\p{Ll}{1,14}$|^\p{Lu}{2,12}$/u.test(word);

function cover(line: string, own: ReadonlySet<string>, isShown: (word: string) => boolean): string {
  return line.replaceAll(CHUNK, (chunk) => {
    if (MOMENT.test(chunk) || VERSION.test(chunk)) return chunk;
    if (ADDRESS.test(chunk)) return covered(chunk);
    const words = chunk.match(WORD) ?? [];
    if (words.every((word) => isKnown(word))) return chunk;
    // One part of a path or of an assignment tells of the others.
    if (JOINED.test(chunk)) return covered(chunk);
    return chunk.replaceAll(WORD, (word) =>
      isShown(word) && !own.has(word.toLowerCase()) ? word : covered(word),
    );
  });
}

/** As wide, and as long. */
const covered = (text: string): string =>
  text.replaceAll(/[\p{L}\p{N}]/gu, (letter) => {
    if (letter.length > 1) return /\p{Script=Han}/u.test(letter) ? "\u{20000}" : "\u{1d431}";
    if (WIDE.test(letter)) return "口";
    return /\p{N}/u.test(letter) ? "0" : /\p{Lu}/u.test(letter) ? "X" : "x";
  });

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]/;
