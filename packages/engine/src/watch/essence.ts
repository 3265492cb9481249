/**
 * What of a screen shows that something was done: its words, without all that
 * moves by itself. Counters and clocks, spinners, progress bars and the way that
 * lines are broken tell nothing; new words do.
 */
export const essenceOf = (screen: string): string =>
  screen.replaceAll(SPINNERS, "").replaceAll(/\d+/g, "0").replaceAll(/\s+/g, " ");

/** Braille and quarter circles, the stars of Claude Code, blocks and shades of progress bars, and the ASCII wheel where it stands alone. */
const SPINNERS =
  /[\u2800-\u28ff\u2580-\u259f\u25d0-\u25d3\u25f0-\u25f7\u00b7\u2722\u2733\u2736\u273b\u273d]|(?<=^|\s)[|/\\-](?=\s|$)/gmu;
