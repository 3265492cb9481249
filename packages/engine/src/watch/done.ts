/**
 * Does this STATUS file say that its phase is done?
 *
 * A line "## DONE" outside code fences and comments, at column 0. It may be
 * followed by punctuation or a date and then anything ("## DONE: all gates
 * pass", "## DONE 2026-06-13"); "## DONE criteria?" is a heading about
 * something else.
 */
export function saysDone(status: string): boolean {
  let fence: string | null = null;
  let comment = false;
  for (const line of status.split(/\r?\n/)) {
    if (fence !== null) {
      // What closes a fence is at least as long and stands alone: "```js" inside one is only text.
      if (/^ {0,3}(```+|~~~+)[ \t]*$/.exec(line)?.[1]?.startsWith(fence)) fence = null;
    } else if (comment) {
      comment = !line.includes("-->");
    } else {
      fence = FENCE.exec(line)?.[1] ?? null;
      if (fence === null && DONE.test(line)) return true;
      // "<!--" between backticks is quoted.
      const prose = line.replaceAll(/`[^`]*`/g, "");
      const opened = prose.lastIndexOf("<!--");
      comment = fence === null && opened >= 0 && !prose.includes("-->", opened);
    }
  }
  return false;
}

/** Backticks with more backticks behind them are inline code, no fence. */
const FENCE = /^ {0,3}(```+(?=[^`]*$)|~~~+)/;

const DONE = /^##[ \t]+DONE(?:[ \t]*|[ \t]*[:.,!—–(].*|[ \t]+(?:-|\d{4}-\d{2}).*)$/;
