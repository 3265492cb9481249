import { execFile } from "node:child_process";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import type { Size } from "./cells.ts";
import type { Frame } from "./draw.ts";

const run = promisify(execFile);

/** A terminal that is filmed: a pane of a tmux server of its own. */
export interface Studio extends AsyncDisposable {
  /** Types a command as a person does, and presses Enter. */
  type(line: string): Promise<void>;
  /** Keys by tmux's names. */
  press(...keys: readonly string[]): Promise<void>;
  /** Waits until the screen is like this. @throws when it is not, with what it shows */
  until(screen: RegExp, seconds?: number): Promise<void>;
  /** Lets so many milliseconds of film go by. */
  linger(milliseconds: number): Promise<void>;
  clear(): Promise<void>;
  /** From now on what is shown is kept. */
  roll(): void;
  /** All that was seen since, each screen once, with pauses that are no longer than this. */
  cut(longest: number): readonly Frame[];
}

/** How often the screen is looked at. */
const LOOK = 60;

export async function openStudio(
  { columns, rows }: Size,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Studio> {
  const socket = path.join(cwd, ".studio.sock");
  const tmux = async (...args: readonly string[]) =>
    (
      await run("tmux", ["-S", socket, "-f", "/dev/null", ...args], {
        cwd,
        env: { ...env, TERM: "xterm-256color" },
      })
    ).stdout;
  const shell = ["env", "PS1=$ ", "TERM=tmux-256color", "COLORTERM=truecolor", "sh"];
  await tmux("new-session", "-d", "-s", "film", "-x", `${columns}`, "-y", `${rows}`, "-c", cwd, ...shell);
  await tmux("set", "-g", "status", "off", ";", "set", "-g", "default-terminal", "tmux-256color");
  const frames: Shot[] = [];
  let rolling = 0;
  let typing = false;
  const look = async (): Promise<string> => {
    const screen = await tmux("capture-pane", "-e", "-p", "-t", "film");
    if (rolling > 0 && frames.at(-1)?.screen !== screen)
      frames.push({ at: Date.now() - rolling, screen, typed: typing });
    return screen;
  };
  const linger = async (milliseconds: number): Promise<void> => {
    for (const end = Date.now() + milliseconds; Date.now() < end; await wait(LOOK)) await look();
  };
  const until = async (wanted: RegExp, seconds = 60): Promise<void> => {
    let shown = "";
    for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(LOOK)) {
      await look();
      shown = await tmux("capture-pane", "-p", "-t", "film");
      if (wanted.test(shown)) return;
    }
    throw new Error(`no ${wanted} within ${seconds} s on\n${shown}`);
  };
  return {
    until,
    linger,
    async type(line) {
      typing = true;
      for (const character of line) {
        await tmux("send-keys", "-t", "film", "-l", character);
        await linger(35);
      }
      typing = false;
      await tmux("send-keys", "-t", "film", "Enter");
    },
    async press(...keys) {
      await tmux("send-keys", "-t", "film", ...keys);
      await linger(2 * LOOK);
    },
    async clear() {
      await tmux("send-keys", "-t", "film", "C-l");
      await until(/^\$\s*$/);
      await tmux("clear-history", "-t", "film");
    },
    roll() {
      frames.length = 0;
      rolling = Date.now();
    },
    cut: (longest) => shorten(frames, longest),
    async [Symbol.asyncDispose]() {
      await tmux("kill-server").catch(() => undefined);
    },
  };
}

/** As it was seen, and whether that was while somebody typed. */
interface Shot extends Frame {
  readonly typed: boolean;
}

/** How fast a person types, however long a busy machine took for it. */
const KEYSTROKE = 70;

/** Nobody wants to look at what stands still. */
export function shorten(shots: readonly Shot[], longest: number): readonly Frame[] {
  let saved = 0;
  return shots.map(({ at, screen, typed }, index) => {
    const before = shots[index - 1]?.at ?? at;
    saved += Math.max(0, at - before - (typed ? KEYSTROKE : longest));
    return { at: at - saved - (shots[0]?.at ?? 0), screen };
  });
}
