import process from "node:process";
import { emitKeypressEvents } from "node:readline";
import type { Line } from "./cells.ts";
import { type Look, paint, repaint } from "./paint.ts";
import type { Key } from "./press.ts";
import type { Size } from "./view-text.ts";

/** The person's terminal, taken over as a whole, and given back as it was. */
export interface Screen {
  size(): Size;
  /** Writes what is other than before, and nothing else. */
  show(lines: readonly Line[]): void;
  /** Gives the terminal away while something else has it. */
  during<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

export interface Heard {
  onKey(key: Key): void;
  onResize(): void;
  /** There is nobody any more: the terminal has gone. */
  onGone(): void;
}

const ESC = "\u001b";
/** Another page than the person's own, no cursor, no line that runs over; and pasted text comes as such. */
const ENTER = `${ESC}[?1049h${ESC}[?25l${ESC}[?7l${ESC}[?2004h${ESC}[2J`;
const LEAVE = `${ESC}[?2004l${ESC}[?7h${ESC}[?25h${ESC}[0m${ESC}[?1049l`;

/** A lone Esc is one when nothing came after it for so long: over ssh the rest of a key may be late. */
const ESCAPE_WAIT = 100;

export function openScreen(look: Omit<Look, "columns">, heard: Heard): Screen {
  const { stdin, stdout } = process;
  let shown: readonly string[] = [];
  let fitted = "";
  let taken = false;
  let closed = false;
  const keys = createKeys((key) => {
    if (key.is === "key" && key.name === "ctrl-z") stop();
    else heard.onKey(key);
  });
  const take = () => {
    if (closed) return;
    taken = true;
    fitted = "";
    stdin.setRawMode(true);
    stdin.resume();
    stdout.write(ENTER);
  };
  const giveBack = () => {
    if (!taken) return;
    taken = false;
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  /** As the shell knows it of every program: `fg` comes back. */
  const stop = () => {
    giveBack();
    process.kill(0, "SIGTSTP");
    // It counts no time while it is stopped; and where nobody could continue it, it is not stopped at all.
    setTimeout(() => {
      take();
      heard.onResize();
    }, 50);
  };
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_WAIT } as never);
  stdin.on("keypress", keys);
  stdin.on("end", heard.onGone).on("error", heard.onGone);
  stdout.on("resize", heard.onResize);
  // Also before the words about an error that nobody caught: the person can read them then.
  process.once("exit", giveBack);
  take();
  const size = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  return {
    size,
    show(lines) {
      if (!taken) return;
      const { columns, rows } = size();
      const painted = lines.map((line) => paint(line, { ...look, columns }));
      // After another size nothing is where it was.
      const isSame = fitted === `${columns}x${rows}`;
      const words = (isSame ? "" : `${ESC}[2J`) + repaint(isSame ? shown : [], painted);
      fitted = `${columns}x${rows}`;
      shown = painted;
      if (words !== "") stdout.write(words);
    },
    async during(work) {
      giveBack();
      try {
        return await work();
      } finally {
        take();
        heard.onResize();
      }
    },
    close() {
      closed = true;
      stdin.off("keypress", keys);
      giveBack();
      process.off("exit", giveBack);
    },
  };
}

interface Pressed {
  readonly name?: string | undefined;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  readonly sequence?: string;
}

/** Keys as they are meant. What was pasted is one text, and no key in it does anything. */
function createKeys(onKey: (key: Key) => void): (text: string | undefined, pressed: Pressed) => void {
  let pasted: string | null = null;
  return (text, { name, ctrl = false, meta = false, sequence = "" }) => {
    if (name === "paste-start") pasted = "";
    else if (name === "paste-end") {
      const whole = pasted ?? "";
      pasted = null;
      onKey({ is: "paste", text: whole });
    } else if (pasted !== null) pasted += text ?? sequence;
    else if (meta && name !== "escape") onKey({ is: "key", name: `meta-${name}` });
    else if (ctrl && name !== undefined) onKey({ is: "key", name: `ctrl-${name}` });
    else if (name === "enter") onKey({ is: "key", name: "return" });
    else if (text !== undefined && text !== " " && /^[^\p{Cc}]+$/u.test(text)) onKey({ is: "text", text });
    else if (name !== undefined) onKey({ is: "key", name });
  };
}
