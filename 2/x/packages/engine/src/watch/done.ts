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
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      if (mark?.startsWith(fence)) fence = null;
    } else if (comment) {
      comment = !line.includes("-->");
    } else if (mark !== null) {
      fence = mark;
    } else if (DONE.test(line)) {
      return true;
    } else {
      const opened = line.lastIndexOf("<!--");
      comment = opened >= 0 && !line.includes("-->", opened);
    }
  }
  return false;
}

const DONE = /^##[ \t]+DONE(?:[ \t]*|[ \t]*[:.,!—–(].*|[ \t]+(?:-|\d{4}-\d{2}).*)$/;
