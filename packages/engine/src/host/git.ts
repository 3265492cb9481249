import path from "node:path";
import { Failure } from "../problem.ts";
import type { Duration } from "../watch/time.ts";
import { type Environment, pick } from "./environment.ts";
import { type Ran, run } from "./run.ts";

/**
 * Git for the watchdog. A repository's own config can name programs (fsmonitor,
 * hooks, ssh command, ext:: transports), so every call has a fixed environment,
 * and what agents pushed is only ever read through a bare mirror of our own.
 * The user's own global config counts, for that is where their credential
 * helpers are; the machine's does not, nor that of any repository but our mirror.
 */
export type Git = (args: readonly string[], options?: GitOptions) => Promise<Ran>;

export interface GitOptions {
  readonly cwd?: string;
  readonly input?: string;
  /** Over the fixed environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: Duration;
}

const HARDENED = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "safe.bareRepository=explicit",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "gc.auto=0",
  "maintenance.auto=false",
].flatMap((setting) => ["-c", setting]);

const TIMEOUT: Duration = 60_000;

export function createGit(environment: Environment, timeout: Duration = TIMEOUT): Git {
  const env = {
    ...pick(environment),
    LC_ALL: "C",
    GIT_ALLOW_PROTOCOL: "https:ssh:file",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes -oConnectTimeout=15",
    // Where the user keeps their names and credential helpers, if it is not the usual place.
    ...(environment.GIT_CONFIG_GLOBAL === undefined
      ? {}
      : { GIT_CONFIG_GLOBAL: environment.GIT_CONFIG_GLOBAL }),
  };
  return (args, options = {}) =>
    run("git", [...HARDENED, ...args], { timeout, ...options, env: { ...env, ...options.env } });
}

/** Where a clone's origin is: a URL, or an absolute path for a remote on this disk. Null when the clone is not there yet. */
export async function originOf(git: Git, clone: string): Promise<string | null> {
  // --git-dir: a folder that is no repository must not fall back to one around it.
  const ran = await git([
    "--git-dir",
    path.join(clone, ".git"),
    "config",
    "--get",
    "remote.origin.url",
  ]).catch(() => null);
  const url = ran?.code === 0 ? ran.stdout.trim() : "";
  if (url === "" || url.startsWith("-")) return null;
  return isLocal(url) ? path.resolve(clone, url.replace(/^file:\/\//, "")) : url;
}

/** As git decides it: a colon counts unless a slash comes before it. */
export const isLocal = (url: string): boolean => url.startsWith("file://") || !/^[^/]*:/.test(url);

export function gitFailed(what: string, { stderr, code, timedOut }: Ran): Failure {
  const because = timedOut ? "timed out" : (stderr.trim().split("\n").at(-1) ?? `exit ${code}`);
  return new Failure("GIT_FAILED", `git ${what}: ${because}`);
}
