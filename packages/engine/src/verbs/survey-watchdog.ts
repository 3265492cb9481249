import { readFile } from "node:fs/promises";
import { readText } from "../host/files.ts";
import { ask, isHeld } from "../host/lock.ts";
import type { Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { VERSION } from "../version.ts";
import type { Records } from "../watch/records.ts";
import type { Duration, Instant } from "../watch/time.ts";
import { toIso } from "./say.ts";

export interface WatchdogSurvey {
  readonly pid: number;
  readonly epoch: number;
  readonly heartbeat: string;
  /** Of the code that it runs, and of the code that a new one would run. */
  readonly version: string;
  readonly on_disk: string;
  /** It holds the project and has not looked for long: it hangs. */
  readonly stale: boolean;
  /** Why it can't go on, in its own words. */
  readonly trouble: string | null;
}

/** Of a watchdog that died and is to be started again. */
export interface KeeperSurvey {
  readonly pid: number;
  readonly deaths: number;
  readonly exit: number;
  readonly next: string;
}

/** An idle watchdog sleeps this long; beyond that it may be asked whether it is well. */
const SLACK: Duration = 5_000;
const TICKS_UNTIL_STALE = 3;

/** Null when none runs. A watchdog in time is not asked: a status should cost it nothing. */
export async function surveyWatchdog(
  site: Site,
  { pid, epoch, heartbeat, version, troubles }: Records,
  now: Instant,
): Promise<WatchdogSurvey | null> {
  if (!(await isHeld(site.state, "watchdog"))) return null;
  const { signal_tick } = site.project.supervision;
  const late = now - heartbeat;
  const [known = null] = Object.entries(troubles).map(([check, because]) => `${check}: ${because}`);
  const word = late > signal_tick + SLACK ? await ask(site.state, "watchdog") : null;
  return {
    pid,
    epoch,
    heartbeat: toIso(heartbeat),
    version,
    on_disk: VERSION,
    stale: late > TICKS_UNTIL_STALE * signal_tick + SLACK,
    trouble: word ?? known,
  };
}

/** What the keeper wrote when the watchdog died last; null when no keeper is about to start another. */
export async function surveyKeeper(site: Site): Promise<KeeperSurvey | null> {
  const text = await readText(createStore(site.state).at("keeper.json"));
  const { pid, deaths, exit, at, pause } = parse(text ?? "");
  if (pid === undefined || deaths === undefined || exit === undefined) return null;
  if (at === undefined || pause === undefined || !(await isKeeper(pid))) return null;
  return { pid, deaths, exit, next: toIso((at + pause) * 1000) };
}

function parse(text: string): Partial<Record<"pid" | "deaths" | "exit" | "at" | "pause", number>> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

const isKeeper = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("\0keep\0");
