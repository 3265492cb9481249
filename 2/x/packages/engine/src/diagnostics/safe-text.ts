// Everything that a terminal could take for a command, or that makes a line read differently from what it holds:
// control characters, direction marks, zero-width characters, line separators, half a surrogate pair.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (character: string) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/** Text from outside, fit for a terminal. Tabs and line ends stay. */
export const sanitize = (text: string): string =>
  text.replace(UNSAFE, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );

/** The same for a text that must stay on one line. */
export const oneLine = (text: string): string =>
  text.replace(UNSAFE, (character) =>
    character === "\n" ? "\\n" : character === "\t" ? "\\t" : escaped(character),
  );

/** A control character that no name, path or argument may hold. Line ends and tabs are judged elsewhere. */
export const CONTROL = /(?![\t\n\r])\p{Cc}/gu;

/** A character as a person looks it up. */
export const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
