import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import type { World } from "../src/command/command.ts";
import { runCommands } from "../src/command/main.ts";
import { isHeld } from "../src/host/lock.ts";
import { createStore } from "../src/host/store.ts";
import { engineCommands } from "../src/verbs/index.ts";
import type { AgentSurvey, Survey } from "../src/verbs/survey.ts";
import { type JournalEntry, parseEntry } from "../src/watch/journal.ts";
import { endProcesses, until } from "./processes.ts";

export { isAlive, processesWith, signal, until } from "./processes.ts";

export const LAUNCHER = path.join(import.meta.dirname, "../agents");
export const BIN = path.join(import.meta.dirname, "../src/bin.ts");
const WATCHDOG: readonly string[] = [process.execPath, BIN];

/** What the programs of a test know of the one who runs it: no TMUX, no GIT_*, nothing of vitest's. */
export const ENV = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  LC_ALL: "C.UTF-8",
  // From its sources a program takes three times as long to start, but for the first time.
  NODE_COMPILE_CACHE: path.join(import.meta.dirname, "../node_modules/.cache/compiled"),
} as const;

/** A directory of this test's own, gone when the test ends, with every process that works in it. */
export async function ownDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  onTestFinished(async () => {
    await endProcesses(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  });
  return directory;
}

/** A program that stands before the real one of this name: the folder to put first on PATH. */
export async function ownProgram(name: string, script: string): Promise<string> {
  const bin = path.join(await ownDirectory(), "bin");
  await mkdir(bin);
  await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return bin;
}

/** Short durations, so that what takes minutes in life takes moments here. */
const SUPERVISION = {
  signal_tick: '"1s"',
  heavy_tick: '"2s"',
  backoff: '["100ms"]',
  restart_gap: '"0s"',
  stop_grace: '"500ms"',
};

/** An agents.toml of demo agents. */
export function agentsToml(body: string, supervision: Readonly<Record<string, string>> = {}): string {
  const policy = Object.entries({ ...SUPERVISION, ...supervision }).map(
    ([key, value]) => `${key} = ${value}`,
  );
  return `[defaults]
session_prefix = "p-"
log_dir = "state"
backend = "demo"
model = "sonnet"
[backends.demo]
env = { DEMO_PACE = "0.05", DEMO_WAIT = "60" }
[supervision]
${policy.join("\n")}
${body}`;
}

/** A project of this test's own, and the ways to use it; in a folder that the test has already, if it says so. */
export async function ownProject(
  toml: string,
  files: Readonly<Record<string, string>> = {},
  folder: string | null = null,
): Promise<OwnProject> {
  const home = folder ?? path.join(await ownDirectory(), "project");
  for (const [name, text] of Object.entries({ "agents.toml": toml, ...files })) {
    await mkdir(path.dirname(path.join(home, name)), { recursive: true });
    await writeFile(path.join(home, name), text);
  }
  const config = path.join(home, "agents.toml");
  const state = path.join(home, "state");
  const socket = path.join(state, "tmux.sock");
  // What projects of one user tell each other is not told to those of whoever runs the tests.
  const env = { ...ENV, XDG_STATE_HOME: path.join(state, "xdg") };
  const run: OwnProject["run"] = ([verb = "", ...words], world) =>
    runAgents([verb, "--config", config, ...words], { env, ...world });
  return {
    home,
    config,
    state,
    socket,
    run,
    async up(...names) {
      const ran = await run(["up", ...names]);
      if (ran.code !== 0) throw new Error(`up: exit ${ran.code}\n${ran.out}${ran.err}`);
      return ran.out;
    },
    async agent(name) {
      const seen: Survey = JSON.parse((await run(["status", "--json"])).out);
      const agent = seen.agents.find((one) => one.name === name);
      if (agent === undefined) throw new Error(`no agent ${name}`);
      return agent;
    },
    async journal(what) {
      const text = await readFile(path.join(state, "journal.jsonl"), "utf8").catch(() => "");
      const entries = text.split("\n").flatMap(parseEntry);
      return what === undefined ? entries : entries.filter((entry) => entry.what === what);
    },
    async heard(name) {
      const text = await readFile(path.join(state, `demo/${name}.journal`), "utf8").catch(() => "");
      return text
        .split("\n")
        .slice(0, -1)
        .map((line) => line.slice(line.indexOf("\t") + 1));
    },
    async watchdog([program = process.execPath, ...words] = WATCHDOG) {
      const child = execa(program, [...words, "watchdog", "--config", config], {
        env,
        extendEnv: false,
        reject: false,
        all: true,
      });
      let ended: string | null = null;
      child.then(({ all }) => {
        ended = all;
      });
      await until(
        "the watchdog holds the project",
        async () => {
          if (ended !== null) throw new Error(`the watchdog ended: ${ended}`);
          const { pid } = await createStore(state).records();
          return pid === child.pid && (await isHeld(state, "watchdog"));
        },
        30,
      );
      return {
        pid: child.pid ?? 0,
        exit: child.then(({ exitCode }) => exitCode),
        async kill(name = "SIGKILL") {
          child.kill(name);
          await child;
        },
      };
    },
    async looks(times) {
      const store = createStore(state);
      for (let nth = 0; nth < times; nth++) {
        const { heartbeat } = await store.records();
        await store.wake();
        await until("the watchdog looks", async () => (await store.records()).heartbeat > heartbeat);
      }
    },
    tmux: async (...args) =>
      (await execa("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], { env: ENV, extendEnv: false }))
        .stdout,
  };
}

export interface OwnWatchdog {
  readonly pid: number;
  readonly exit: Promise<number | undefined>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface OwnProject {
  readonly home: string;
  readonly config: string;
  readonly state: string;
  readonly socket: string;
  /** The command line, as `agents` would obey it. */
  run(argv: readonly string[], world?: Partial<World>): Promise<Ran>;
  up(...names: readonly string[]): Promise<string>;
  agent(name: string): Promise<AgentSurvey>;
  journal(what?: string): Promise<readonly JournalEntry[]>;
  /** What a demo agent was told, in its own words: the truth about deliveries. */
  heard(name: string): Promise<readonly string[]>;
  /** A watchdog without a keeper, that holds the project; started by another command, where one is named. */
  watchdog(command?: readonly string[]): Promise<OwnWatchdog>;
  /** Resolves when the watchdog has looked this many times more: what it wanted to do by then, it has done. */
  looks(times: number): Promise<void>;
  tmux(...args: readonly string[]): Promise<string>;
}

/** One command line in this process. */
export async function runAgents(argv: readonly string[], world: Partial<World> = {}): Promise<Ran> {
  let [out, err] = ["", ""];
  const program = { program: "agents", about: "", version: "0.0.0", commands: engineCommands };
  const code = await runCommands(program, argv, {
    cwd: "/",
    env: ENV,
    signal: new AbortController().signal,
    color: false,
    input: async () => "",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...world,
  });
  return { code, out, err };
}
