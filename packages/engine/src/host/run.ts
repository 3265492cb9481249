import { spawn } from "node:child_process";
import { Failure } from "../problem.ts";
import type { Duration } from "../watch/time.ts";

export interface Ran {
  /** Null when it was ended by a signal, the time-out's included. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeout: Duration;
}

const MOST = 64 * 1024 * 1024;

/**
 * Runs a program to its end and says how it went; an exit code is an answer,
 * not an error. Node's own spawn, because this is on the way of every tick and
 * of every `status`, where a library's start-up would be felt.
 */
export function run(file: string, args: readonly string[], options: RunOptions): Promise<Ran> {
  const { input, cwd, env, timeout } = options;
  return new Promise((resolve, reject) => {
    // A group of its own, so that the time-out ends what it started too: git's ssh would hold the pipes open.
    const child = spawn(file, args, { cwd, env, detached: true, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    child.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code === "ENOENT" && !isMissingFolder(error, cwd) ? missing(file, error) : error);
    });
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeout);
    // Out of file descriptors, Node makes no streams at all; why it did not start comes as its "error".
    if (child.pid === undefined) return;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length < MOST) stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < MOST) stderr += text;
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, timedOut });
    });
    // A program that does not read its input closes the pipe; what it says counts, not the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
  });
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // It ended at the same moment; its "close" comes.
  }
}

const INSTALL: Readonly<Record<string, string>> = {
  tmux: "install it: apt-get install tmux, dnf install tmux, or brew install tmux",
  git: "install it: apt-get install git, dnf install git, or brew install git",
};

const missing = (file: string, cause: Error): Failure => {
  const hint = INSTALL[file];
  return new Failure("TOOL_MISSING", `${file} is not installed`, { cause, ...(hint ? { hint } : {}) });
};

/** Node reports a missing working directory as a missing program. */
const isMissingFolder = (error: NodeJS.ErrnoException, cwd: string | undefined): boolean =>
  cwd !== undefined && error.path === cwd;
