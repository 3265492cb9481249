import { setTimeout as wait } from "node:timers/promises";
import type { World } from "@fleet/engine";
import { type Asked, ask, lookAt } from "./ask.ts";
import { judge, type Look, type Verdict } from "./health.ts";

export interface Settling {
  readonly before: Look;
  /** That the watchdog is to run. */
  readonly version: string;
  /** In milliseconds: so long it is looked at from when it was well for the first time. */
  readonly window: number;
  /** In milliseconds: so long it may be not well, without a break. */
  readonly patience: number;
  /** Does a watchdog that dies again and again end the patience? */
  readonly strict: boolean;
}

const POLL = 500;

/**
 * Restarts the watchdog, so that it runs what lies in the engine's folder now,
 * and looks again and again whether all is as well as before. Agents go on: a
 * new watchdog takes them over.
 */
export async function settle(
  asked: Asked,
  { before, version, window, patience, strict }: Settling,
  world: World,
): Promise<Verdict> {
  const ended = new AbortController();
  const env = { env: world.env, signal: AbortSignal.any([ended.signal, world.signal]) };
  let refused: string | null = null;
  const restart = ask(asked, ["watchdog", "restart", "--json"], env).then(({ exit, err }) => {
    if (exit !== 0 && exit !== null) refused = err.trim().split("\n")[0] ?? "";
  });
  try {
    let wellFrom: number | null = null;
    let badFrom: number | null = Date.now();
    for (;;) {
      await wait(Math.min(POLL, window, patience));
      if (world.signal.aborted)
        return { is: "not-yet", because: "nobody watches over the upgrade any longer" };
      const look = await lookAt(asked, world);
      const verdict = judge(before, look, version);
      const now = Date.now();
      if (verdict.is === "well") {
        badFrom = null;
        wellFrom ??= now;
        if (now - wellFrom >= window) return verdict;
        continue;
      }
      badFrom ??= now;
      if (now - badFrom >= patience || (strict && verdict.is === "lost")) return verdict;
      // Nobody obeyed, and the one from before goes on: waiting would not change that.
      if (strict && refused !== null && isSame(before, look))
        return { is: "lost", because: `its watchdog was not restarted: ${refused}` };
    }
  } finally {
    ended.abort();
    await restart;
  }
}

const isSame = (before: Look, now: Look | null): boolean =>
  before.watchdog !== null && now?.watchdog?.epoch === before.watchdog.epoch;
