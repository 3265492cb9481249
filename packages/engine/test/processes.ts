import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";

/** Asks again until it is so, less often where an answer takes its time. The only sanctioned way to wait in a test. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  seconds = 8,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const asked = performance.now();
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(Math.max(25, 3 * (performance.now() - asked)));
  }
}

export const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}/environ`) && signal(pid, 0);

export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Every process that has this text in its arguments or its environment. A zombie has neither. */
export async function processesWith(text: string): Promise<readonly number[]> {
  const read = (file: string) => readFile(file, "utf8").catch(() => "");
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found = await Promise.all(
    pids.map(async (pid) => (await read(`/proc/${pid}/cmdline`)) + (await read(`/proc/${pid}/environ`))),
  );
  return pids.map(Number).filter((_, index) => found[index]?.includes(text));
}

/** Ends whatever works in a directory. Again and again, for a keeper may just be starting a watchdog. */
export async function endProcesses(directory: string): Promise<void> {
  await until(`nothing works in ${directory} any more`, async () => {
    const pids = await processesWith(directory);
    for (const pid of pids) signal(pid, "SIGKILL");
    return pids.length === 0;
  });
}
