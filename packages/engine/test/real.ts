import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { onTestFinished } from "vitest";

/** A directory of this test's own, gone when the test ends. */
export async function ownDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Asks again until it is so. The only sanctioned way to wait in a test. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  seconds = 8,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(25);
  }
}
