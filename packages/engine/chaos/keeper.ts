import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { BIN, until, type World } from "./world.ts";

/** Starts the real watchdog again at once whenever it was killed. The project's own keeper would give up: it takes ten deaths in ten minutes for a bug. */
export interface Keeper {
  /** The watchdog that runs now; null between two. */
  pid(): number | null;
  /** A watchdog that holds the project, and is another than that one. */
  held(than?: number): Promise<number>;
  /** Starts so far. */
  readonly starts: number;
  /** Watchdogs that ended by themselves, and not because they were done or killed. */
  readonly crashes: readonly string[];
  /** A watchdog has said that it is done. */
  readonly isDone: boolean;
  stop(): Promise<void>;
}

export function keep(world: World): Keeper {
  const crashes: string[] = [];
  let child: ChildProcess | null = null;
  let stopped = false;
  let starts = 0;
  let isDone = false;
  const alive = (): number | null =>
    child?.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null;
  const once = async (): Promise<boolean> => {
    starts += 1;
    let said = "";
    const env = { ...world.env };
    const one = spawn(`${world.home}/bin/node`, [BIN, "watchdog", "--config", world.home], {
      env,
      cwd: world.home,
    });
    child = one;
    for (const stream of [one.stdout, one.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        said = (said + text).slice(-4000);
      });
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      one.on("close", (...ended) => resolve(ended)),
    );
    if (code === 0) return true;
    // 4: another one holds the project, for a moment more.
    if (signal !== "SIGKILL" && code !== 4 && code !== 130) crashes.push(`exit ${code ?? signal}: ${said}`);
    if (signal !== "SIGKILL") await wait(50);
    return false;
  };
  const ended = (async () => {
    while (!stopped && !isDone) isDone = await once();
  })();
  return {
    pid: alive,
    held: (than) =>
      until("a watchdog holds the project", () => {
        const pid = alive();
        return pid !== null && pid !== than && holder(world) === pid && pid;
      }),
    get starts() {
      return starts;
    },
    crashes,
    get isDone() {
      return isDone;
    },
    async stop() {
      stopped = true;
      const pid = alive();
      if (pid !== null) process.kill(pid, "SIGKILL");
      await ended;
    },
  };
}

/** Who wrote the state file last. */
function holder({ state }: World): number | null {
  try {
    return JSON.parse(readFileSync(path.join(state, "records.json"), "utf8")).pid;
  } catch {
    return null;
  }
}
