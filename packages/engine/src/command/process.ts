import process from "node:process";
import type { Interface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { lendTerminal } from "../host/lend.ts";
import type { World } from "./command.ts";

/**
 * Runs a program as this process: its arguments, streams, signals and exit
 * code. Not awaited: as CommonJS, which starts faster, a program has no await
 * outside of functions.
 */
export function runAsProcess(main: (argv: readonly string[], world: World) => Promise<number>): void {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  // The kernel and the shell both say that a terminal has gone: the second time is no impatience, and something may be left to do.
  process.on("SIGHUP", () => interrupted.abort());
  // A reader that has seen enough (`fleet logs | head`) is no reason for a stack, nor is a terminal that has gone.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    interrupted.abort();
  });
  const { NO_COLOR, FORCE_COLOR, CI, TERM } = process.env;
  const live = process.stderr.isTTY === true && process.stdout.isTTY === true && !CI && TERM !== "dumb";
  const terminal = openTerminal(interrupted);
  const ended = main(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    signal: interrupted.signal,
    input: () => text(process.stdin),
    out: (words) => process.stdout.write(words),
    err: (words) => process.stderr.write(words),
    ask: live && process.stdin.isTTY ? terminal.ask : undefined,
    live,
    lend: process.stdin.isTTY && process.stdout.isTTY ? lendTerminal(interrupted.signal) : undefined,
    shown: process.stdout.isTTY === true,
    color: !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== "0" : process.stdout.isTTY === true),
  });
  ended.then((exit) => {
    terminal.close();
    process.exitCode = exit;
  });
}

/**
 * The person at the terminal. One reader for all questions, so that what is
 * typed ahead is the answer to the next. Where they end the input, there is no
 * answer to go on with: as if interrupted.
 */
function openTerminal(interrupted: AbortController): {
  ask(question: string): Promise<string>;
  close(): void;
} {
  let reader: { readonly terminal: Interface; readonly lines: AsyncIterator<string> } | null = null;
  const open = async () => {
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    terminal.on("SIGINT", () => interrupted.abort());
    interrupted.signal.addEventListener("abort", () => terminal.close());
    return { terminal, lines: terminal[Symbol.asyncIterator]() };
  };
  return {
    async ask(question) {
      reader ??= await open();
      reader.terminal.setPrompt(question);
      reader.terminal.prompt();
      const { value, done } = await reader.lines.next();
      if (done !== true) return value;
      interrupted.abort();
      throw new Error("the person has ended the input");
    },
    close: () => reader?.terminal.close(),
  };
}
