import { rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { bundle } from "../bundle.ts";
import { ENV, run } from "./run.ts";

/** A project to be measured, run by the engine as it is released: one bundled file. */
export interface Bench {
  readonly home: string;
  readonly state: string;
  /** Runs `agents <verb>` to its end; milliseconds. */
  agents(verb: string, ...words: readonly string[]): Promise<number>;
  journal(): Promise<readonly Entry[]>;
  /** Process id of its watchdog. */
  watchdog(): Promise<number>;
}

export interface Entry {
  readonly at: number;
  readonly agent: string | null;
  readonly what: string;
  readonly [more: string]: unknown;
}

/** A folder for one measurement, gone afterwards with every process that it left. */
export async function inFolder<T>(work: (home: string) => Promise<T>): Promise<T> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-bench-")));
  try {
    return await work(home);
  } finally {
    await endProcesses(home);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function endProcesses(home: string): Promise<void> {
  const read = (file: string) => readFile(file, "utf8").catch(() => "");
  for (let round = 0; round < 20; round++) {
    const pids = (await readdir("/proc")).filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    );
    const texts = await Promise.all(
      pids.map(async (pid) => (await read(`/proc/${pid}/cmdline`)) + (await read(`/proc/${pid}/environ`))),
    );
    const left = pids.filter((_, index) => texts[index]?.includes(home));
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    await wait(50);
  }
}

let engine: string | null = null;

/** Built once, beside all projects of this run. */
async function builtEngine(): Promise<string> {
  if (engine !== null) return engine;
  const folder = await mkdtemp(path.join(tmpdir(), "fleet-bench-engine-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "agents.mjs"), (await bundle("packages/engine/src/bin.ts")).code);
  await copyFile(path.join(import.meta.dirname, "../../packages/engine/agents"), path.join(folder, "agents"));
  engine = folder;
  return folder;
}

/** No pauses between restarts and no end of them: what is measured is the engine, not its patience. */
const SUPERVISION = 'backoff = ["0s"]\nrestart_gap = "0s"\nstart_limit = 1000\nstop_grace = "5s"\n';

export async function makeProject(home: string, body: string): Promise<Bench> {
  const launcher = path.join(await builtEngine(), "agents");
  const state = path.join(home, "state");
  const config = path.join(home, "agents.toml");
  await mkdir(home, { recursive: true });
  const head = '[defaults]\nsession_prefix = "b-"\nlog_dir = "state"\nbackend = "demo"\nmodel = "sonnet"\n';
  await writeFile(config, `${head}[supervision]\n${SUPERVISION}${body}`);
  return {
    home,
    state,
    async agents(verb, ...words) {
      const began = performance.now();
      const env = { ...ENV, FLEET_NODE: process.execPath };
      await run(launcher, [verb, "--config", config, ...words], { env });
      return performance.now() - began;
    },
    async journal() {
      const text = await readFile(path.join(state, "journal.jsonl"), "utf8").catch(() => "");
      return text
        .split("\n")
        .slice(0, -1)
        .map((line): Entry => JSON.parse(line));
    },
    async watchdog() {
      return JSON.parse(await readFile(path.join(state, "records.json"), "utf8")).pid;
    },
  };
}

/** Asks again until there is an answer. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(5);
  }
}

export const numbered = (count: number, body: (name: string) => string): string =>
  Array.from({ length: count }, (_, index) => body(`a${String(index + 1).padStart(4, "0")}`)).join("");
