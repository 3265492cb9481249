import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const run = promisify(execFile);

/** A person at a terminal of their own: a tmux server of the test's, in which a shell runs. */
export interface Person {
  /** What they see, without what is empty at the end of lines. */
  screen(): Promise<string>;
  /** With colours and weights as the terminal has them. */
  styled(): Promise<string>;
  /** As tmux names keys: "Down", "Enter", "C-b"; or letters, one after another. */
  press(...keys: readonly string[]): Promise<void>;
  /** A line, and Enter. */
  type(line: string): Promise<void>;
  resize(columns: number, rows: number): Promise<void>;
  /** Waits until they see it. Resolves to the screen. */
  sees(what: string | RegExp): Promise<string>;
  /** The program that they have in front. */
  front(): Promise<number>;
  /** What tmux knows of their terminal. */
  ask(format: string): Promise<string>;
}

/** So long may a machine that is busy with other tests take. */
const PATIENCE = 30_000;

export async function sitDown(
  folder: string,
  env: Readonly<Record<string, string>>,
  { columns = 80, rows = 24 } = {},
): Promise<Person> {
  const socket = path.join(folder, `person-${crypto.randomUUID().slice(0, 8)}.sock`);
  const { PATH = "" } = process.env;
  const tmux = async (...words: readonly string[]): Promise<string> =>
    (await run("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...words], { env: { PATH, ...env } })).stdout;
  const size = ["-x", `${columns}`, "-y", `${rows}`];
  await tmux("new-session", "-d", "-s", "person", ...size, "-c", folder, "PS1='$ ' exec bash --norc -i");
  onTestFinished(async () => {
    await tmux("kill-server").catch(() => {});
  });
  const screen = async () => (await tmux("capture-pane", "-p", "-t", "person")).trimEnd();
  const press = async (...keys: readonly string[]) => {
    await tmux("send-keys", "-t", "person", ...keys);
  };
  return {
    screen,
    styled: () => tmux("capture-pane", "-p", "-e", "-t", "person"),
    press,
    async type(line) {
      await tmux("send-keys", "-t", "person", "-l", line);
      await press("Enter");
    },
    async resize(width, height) {
      await tmux("resize-window", "-t", "person", "-x", `${width}`, "-y", `${height}`);
    },
    async sees(what) {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        const seen = await screen();
        if (typeof what === "string" ? seen.includes(what) : what.test(seen)) return seen;
        if (Date.now() > deadline) throw new Error(`never seen: ${what}\n${seen}`);
        await wait(40);
      }
    },
    async front() {
      const shell = (await tmux("display-message", "-p", "-t", "person", "#{pane_pid}")).trim();
      return Number((await readFile(`/proc/${shell}/task/${shell}/children`, "utf8")).trim());
    },
    ask: async (format) => (await tmux("display-message", "-p", "-t", "person", format)).trim(),
  };
}
