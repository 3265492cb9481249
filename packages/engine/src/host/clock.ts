import { readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import type { ClockReading } from "../watch/jump.ts";
import type { Duration, Instant } from "../watch/time.ts";

export interface Clock {
  now(): Instant;
  /** The wall clock beside one that nobody can set. */
  read(): ClockReading;
  /** Resolves after the duration, or at once when the signal aborts. */
  sleep(duration: Duration, signal: AbortSignal): Promise<void>;
}

/** Timers overflow after 24.8 days, and a long one would sleep through a suspend. */
const LONGEST: Duration = 3_600_000;

let boot: string | null = null;

export const systemClock: Clock = {
  now: () => Date.now(),
  read() {
    boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // Of the whole machine, since its boot: another process reads the same.
    const steady = Number(process.hrtime.bigint() / 1_000_000n);
    return { wall: Date.now(), steady, boot };
  },
  sleep: async (duration, signal) => {
    await wait(Math.min(Math.max(duration, 0), LONGEST), undefined, { signal }).catch(() => {});
  },
};
