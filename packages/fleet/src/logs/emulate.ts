import type { Instant, Milliseconds } from "@fleet/engine";
import type { Terminal } from "@xterm/headless";

/** A line as a terminal shows it at last, however often it was written over, and by when it was so. */
export interface ShownLine {
  readonly at: Instant | null;
  readonly text: string;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal that nobody looks at. */
export interface Emulator {
  print(text: string, at: Instant | null): Promise<void>;
  resize(size: Size): void;
  /** The lines that nothing will write to any more: they scrolled away. */
  settled(): readonly ShownLine[];
  /** And those above the cursor that have not changed for a while: a program that goes on printing has done with them. */
  quiet(now: Instant): readonly ShownLine[];
  /** All that are left. */
  rest(): readonly ShownLine[];
  dispose(): void;
}

/** So much is printed at once: it can't be more lines than are kept. */
const AT_ONCE = 16 * 1024;
const KEPT = 20_000;

export async function createEmulator({ columns, rows }: Size): Promise<Emulator> {
  // It takes longer to load than most commands to run.
  const { default: xterm } = await import("@xterm/headless");
  const options = { cols: columns, rows, scrollback: KEPT, allowProposedApi: true, logLevel: "off" } as const;
  const terminal = new xterm.Terminal(options);
  const lines = followLines(terminal);
  return {
    async print(text, at) {
      for (let from = 0; from < text.length; from += AT_ONCE) {
        const mark = lines.mark();
        await new Promise<void>((resolve) => terminal.write(text.slice(from, from + AT_ONCE), resolve));
        lines.update(at, Date.now(), mark);
      }
    },
    resize({ columns: wide, rows: high }) {
      if (wide === terminal.cols && high === terminal.rows) return;
      const mark = lines.mark();
      terminal.resize(wide, high);
      lines.update(null, Date.now(), mark);
    },
    settled: lines.settled,
    quiet: lines.quiet,
    rest: lines.rest,
    dispose: () => terminal.dispose(),
  };
}

interface Row {
  readonly text: string;
  /** It goes on with the row before, which was too long. */
  readonly wrapped: boolean;
  readonly at: Instant | null;
  /** Since when it has stood there, while somebody watches. */
  readonly since: Instant;
}

/** What has not changed for so long is taken for done. */
const QUIET: Milliseconds = 1_000;

/** The rows of a terminal's main screen, and how many of them were given away. */
function followLines(terminal: Terminal) {
  const { normal } = terminal.buffer;
  const done: ShownLine[] = [];
  let rows: readonly Row[] = [];
  /** Of these rows, from the first on. */
  let given = 0;
  /** The buffer's index of the first row; it moves when the buffer is full. */
  let top = 0;

  /** Up to this one, and not into the middle of a line that was too long for one row. */
  const give = (end: number): number => {
    let whole = Math.min(Math.max(end, 0), rows.length);
    while (whole > given && rows[whole]?.wrapped === true) whole -= 1;
    for (const row of rows.slice(given, whole)) {
      const last = done.at(-1);
      if (row.wrapped && last !== undefined)
        done[done.length - 1] = { at: row.at, text: last.text + row.text };
      else done.push({ at: row.at, text: row.text });
    }
    given = Math.max(given, whole);
    return whole;
  };
  const take = (): readonly ShownLine[] =>
    done.splice(0).map(({ at, text }) => ({ at, text: text.trimEnd() }));

  return {
    mark: () =>
      terminal.buffer.active.type === "normal"
        ? terminal.registerMarker(top - (normal.baseY + normal.cursorY))
        : undefined,
    update(at: Instant | null, now: Instant, mark: ReturnType<Terminal["registerMarker"]> | undefined): void {
      if (mark !== undefined) top = mark.isDisposed ? 0 : mark.line;
      mark?.dispose();
      const before = rows;
      // Another size has moved them: then a row is known by its text.
      const known = new Map(at === null ? before.map((row) => [row.text, row]) : []);
      rows = rowsFrom(terminal, top).map((row, index) => {
        const own = before[index];
        return { at, since: now, ...(own?.text === row.text ? own : known.get(row.text)), ...row };
      });
      // What was written over is new again.
      const same = before.findIndex(({ text }, index) => rows[index]?.text !== text);
      if (same >= 0) given = Math.min(given, same);
      const gone = give(normal.baseY - top);
      rows = rows.slice(gone);
      top += gone;
      given = Math.max(given - gone, 0);
    },
    settled: take,
    quiet(now: Instant): readonly ShownLine[] {
      const above = rows.slice(0, Math.max(normal.baseY + normal.cursorY - top, 0));
      const stirring = above.findIndex(({ since }, index) => index >= given && now - since < QUIET);
      give(stirring < 0 ? above.length : stirring);
      return take();
    },
    rest(): readonly ShownLine[] {
      // What a program shows on a screen of its own is not in the other.
      const alternate = terminal.buffer.active.type === "alternate" ? screenOf(terminal) : [];
      give(rows.findLastIndex(({ text }) => text.trim() !== "") + 1);
      return [...take(), ...alternate];
    },
  };
}

function rowsFrom(terminal: Terminal, top: number): readonly Pick<Row, "text" | "wrapped">[] {
  const { normal } = terminal.buffer;
  return Array.from({ length: Math.max(normal.length - top, 0) }, (_, row) => {
    const line = normal.getLine(top + row);
    // The blanks at the end of a row that goes on below are words' own.
    const isWhole = normal.getLine(top + row + 1)?.isWrapped !== true;
    return { text: line?.translateToString(isWhole) ?? "", wrapped: line?.isWrapped === true };
  });
}

function screenOf(terminal: Terminal): readonly ShownLine[] {
  const { active } = terminal.buffer;
  const lines = Array.from({ length: terminal.rows }, (_, row) => ({
    at: null,
    text: active.getLine(active.baseY + row)?.translateToString(true) ?? "",
  }));
  return lines.slice(0, lines.findLastIndex(({ text }) => text.trim() !== "") + 1);
}
