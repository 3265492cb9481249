import { setTimeout as wait } from "node:timers/promises";
import type { Duration, Instant } from "../watch/time.ts";

export interface Clock {
  now(): Instant;
  /** Resolves after the duration, or at once when the signal aborts. */
  sleep(duration: Duration, signal: AbortSignal): Promise<void>;
}

/** Timers overflow after 24.8 days, and a long one would sleep through a suspend. */
const LONGEST: Duration = 3_600_000;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (duration, signal) => {
    await wait(Math.min(Math.max(duration, 0), LONGEST), undefined, { signal }).catch(() => {});
  },
};
