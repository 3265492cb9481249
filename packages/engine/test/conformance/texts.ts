/*
 * What is said in the trials: each time other words, so that no trial can be
 * taken for another.
 */

const short = (nth: number): string => `Please rebase first, and then run test ${nth} again.`;

/** What keys, commands, menus and options would begin with; an indented line, a tab, an empty line. */
const lines = (nth: number): string =>
  [
    `Fix these ${nth} things:`,
    "",
    "! ls -l",
    "/help",
    "# a heading",
    "\tif (x < 1 && y > 2) {",
    "    return `$x` // \"quoted\" and 'quoted'",
    "\t}",
    "- one",
    "1. Yes",
    "y",
    "ada@example.com and <b>that</b>, 100 % of it; C:\\path\\to",
    `that is all (${nth})`,
  ].join("\n");

const SIZE = 20 * 1024;

function long(nth: number): string {
  const words = [`Read these notes, number ${nth}:`];
  let size = words.join("").length;
  for (let line = 1; size < SIZE - 100; line++) {
    const next = `${line}. what there is to say about part ${(line * 7919 + nth) % 1000} of it, and no more than that`;
    words.push(next);
    size += next.length + 1;
  }
  return [...words, `the end of ${nth}`].join("\n");
}

/** Families and flags of several code points, wide and combining letters, both directions, what NFC changes, astral ones. */
const unicode = (nth: number): string =>
  [
    `Grüße ${nth}: 👩‍👩‍👧‍👦 👍🏽 🇪🇺 ❤️`,
    "日本語のテキスト、中文字符，한국어 문장",
    "cafe\u0301 a\u030a n\u0303 ﬁ Å",
    "שלום עולם — مرحبا بالعالم",
    "𝒳 𝔘 𐍈 ∀x∈ℝ: ⌈x⌉ = −⌊−x⌋ … “quotes” ‘and’ –dashes—",
    `Ende ${nth}`,
  ].join("\n");

export const TEXTS: Readonly<Record<string, (nth: number) => string>> = {
  short,
  "multi-line": lines,
  "20 KB": long,
  unicode,
};
