import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import type { Project } from "../project.ts";
import { digest } from "../watch/digest.ts";
import type { ConfigNews } from "../watch/in-force.ts";
import type { Duration, Instant } from "../watch/time.ts";
import type { Disk } from "./disk.ts";
import { type Environment, pick } from "./environment.ts";
import type { Ran, RunOptions } from "./run.ts";

/**
 * Keeps an eye on agents.toml. What has changed is read by a program of its
 * own, with a limit: a parser that hangs or dies must never stop supervision.
 */
export interface Config {
  /** Looks whether the file says something new, and has it read in the background; what was no good is read again after a while. */
  look(inForce: string, now: Instant, again: Duration): Promise<void>;
  /** What came of it since the last call. */
  take(): ConfigNews | null;
  isReading(): boolean;
  /** Resolves when nothing is being read any more. */
  idle(): Promise<void>;
}

export interface ConfigSettings {
  readonly file: string;
  readonly cwd: string;
  readonly disk: Disk;
  readonly run: (file: string, args: readonly string[], options: RunOptions) => Promise<Ran>;
  readonly environment: Environment;
  /** Called when news has come. */
  readonly wake: () => void;
}

/** Nobody waits for it but a watchdog that starts, and on a busy machine Node alone takes a second or two. */
const LIMIT: Duration = 5_000;
/** A machine that is too busy for that needs longer, and is given it the next time. */
const LONGEST_LIMIT: Duration = 80_000;
const TOO_BUSY: Duration = 10_000;
const SETTLES_WITHIN: Duration = 500;
/** More than the parser takes. */
const MOST = 1024 * 1024;

export function createConfig({ file, cwd, disk, run, environment, wake }: ConfigSettings): Config {
  let news: ConfigNews | null = null;
  let reading: Promise<void> | null = null;
  /** It is looked at in each tick, and seldom says anything else. */
  let known: { readonly text: string; readonly hash: string } | null = null;
  /** What was read last and is not in force. */
  let other: string | null = null;
  let asked: Instant = 0;
  let notBefore: Instant = 0;
  let limit = LIMIT;

  /** "" when it is not there: a pipe has no size either, and reading one would never end. */
  const hashNow = async (): Promise<string> => {
    const size = await disk.size(file);
    if (size === 0) return "";
    if (size > MOST) return `${size} bytes`;
    const text = (await disk.read(file)) ?? "";
    if (text !== known?.text) known = { text, hash: digest(text) };
    return known.hash;
  };

  const read = async (hash: string): Promise<ConfigNews | null> => {
    if (hash === "") {
      // Many programs empty a file before they write it.
      await wait(SETTLES_WITHIN);
      return (await hashNow()) === "" ? { is: "invalid", hash, because: "it is not there" } : null;
    }
    const argv = [process.argv[1] ?? "", "config", "--json", "--config", file];
    const given = limit;
    const ran = await run(process.execPath, argv, { cwd, env: pick(environment), timeout: given });
    limit = ran.timedOut ? Math.min(given * 2, LONGEST_LIMIT) : LIMIT;
    const answer = parseAnswer(ran.stdout);
    if (ran.code === 0 && answer?.config !== undefined)
      return { is: "valid", hash: answer.hash ?? hash, project: answer.config };
    if (ran.timedOut) notBefore = Math.min(notBefore, asked + TOO_BUSY);
    const because = ran.timedOut
      ? `it can't be read within ${given / 1000} s`
      : answer?.error === undefined
        ? `the engine could not read it, exit ${ran.code}`
        : sayError(answer.error);
    return { is: "invalid", hash, because };
  };

  return {
    async look(inForce, now, again) {
      if (reading !== null) return;
      const hash = await hashNow();
      if (hash === inForce) {
        if (other !== null) news = { is: "back", hash };
        other = null;
        return;
      }
      if (hash === other && now < notBefore) return;
      other = hash;
      asked = now;
      notBefore = now + again;
      reading = read(hash)
        .catch((error: Error): ConfigNews => ({ is: "invalid", hash, because: error.message }))
        .then((found) => {
          news = found;
          reading = null;
          wake();
        });
    },
    take() {
      const taken = news;
      news = null;
      return taken;
    },
    isReading: () => reading !== null,
    idle: () => reading ?? Promise.resolve(),
  };
}

interface Answer {
  readonly hash?: string;
  readonly config?: Project;
  readonly error?: ConfigError;
}

interface ConfigError {
  readonly message: string;
  readonly problems?: readonly Place[];
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

function parseAnswer(text: string): Answer | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The first problem, with its place. */
export function sayError({ message, problems = [] }: ConfigError): string {
  const [first, ...more] = problems;
  if (first === undefined) return message;
  const others = more.length === 0 ? "" : ` (and ${more.length} more: agents validate)`;
  return `${first.file}:${first.line}:${first.column}: ${first.message}${others}`;
}
