/*
 * Most files hold tables, texts, whole numbers and lists of them, written as everybody
 * writes them. Of those every version of TOML says the same, and so does every
 * parser: they need not be held against a second one, which takes three times
 * as long as the first. Whatever is written in any other way is not plain.
 *
 * No two parts that may be blank stand side by side, so that a text that is not
 * plain is known in time that grows with its length alone.
 */

const KEY = "[A-Za-z0-9_-]+";
const HEADER = `${KEY}(?:\\.${KEY})*`;
const BLANK = "[ \\t]*";
const COMMENT = "#[^\\r\\n]*";
const SCALAR = `(?:"[^"\\\\\\r\\n]*"|'[^'\\r\\n]*'|[+-]?(?:0|[1-9][0-9]{0,14})|true|false)`;
const GAP = `(?:[ \\t]|\\r?\\n|${COMMENT}\\r?\\n)*`;
const listOf = (item: string, gap: string): string =>
  `\\[${gap}(?:${item}${gap}(?:,${gap}${item}${gap})*(?:,${gap})?)?\\]`;
const PAIR = `${KEY}${BLANK}=${BLANK}(?:${SCALAR}|${listOf(SCALAR, BLANK)})${BLANK}`;
/** In one line and without a comma at its end, as TOML 1.0 wants it. */
const TABLE = `\\{${BLANK}(?:${PAIR}(?:,${BLANK}${PAIR})*)?\\}`;
const VALUE = `(?:${SCALAR}|${TABLE}|${listOf(`(?:${SCALAR}|${TABLE})`, GAP)})`;
const STATEMENT = `(?:${KEY}${BLANK}=${BLANK}${VALUE}|\\[${HEADER}\\]|\\[\\[${HEADER}\\]\\])`;
const LINE = new RegExp(`${BLANK}(?:${STATEMENT}${BLANK})?(?:${COMMENT})?(?:\\r?\\n|$)`, "y");

/** Whether a text without control characters that one parser took is TOML 1.0 beyond doubt. */
export function isPlain(text: string): boolean {
  LINE.lastIndex = 0;
  while (LINE.lastIndex < text.length) if (!LINE.test(text)) return false;
  return true;
}
