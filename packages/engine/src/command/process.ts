import process from "node:process";
import { text } from "node:stream/consumers";
import type { World } from "./command.ts";

/**
 * Runs a program as this process: its arguments, streams, signals and exit
 * code. Not awaited: as CommonJS, which starts faster, a program has no await
 * outside of functions.
 */
export function runAsProcess(main: (argv: readonly string[], world: World) => Promise<number>): void {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => interrupted.abort());
  // A reader that has seen enough (`fleet logs | head`) is no reason for a stack.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    interrupted.abort();
  });
  const { NO_COLOR, FORCE_COLOR, CI, TERM } = process.env;
  const live = process.stderr.isTTY === true && !CI && TERM !== "dumb";
  const ended = main(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    signal: interrupted.signal,
    input: () => text(process.stdin),
    out: (words) => process.stdout.write(words),
    err: (words) => process.stderr.write(words),
    ask: live && process.stdin.isTTY ? (question) => askAt(question, interrupted) : undefined,
    live,
    color: !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== "0" : process.stdout.isTTY === true),
  });
  ended.then((exit) => {
    process.exitCode = exit;
  });
}

/** Where the person ends the input, there is no answer to go on with: as if interrupted. */
async function askAt(question: string, interrupted: AbortController): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on("SIGINT", () => interrupted.abort());
  const ended = new Promise<never>((_, reject) => {
    terminal.once("close", () => reject(new Error("the person has ended the input")));
  });
  try {
    return await Promise.race([terminal.question(question, { signal: interrupted.signal }), ended]);
  } catch (error) {
    interrupted.abort();
    throw error;
  } finally {
    terminal.removeAllListeners("close").close();
  }
}
