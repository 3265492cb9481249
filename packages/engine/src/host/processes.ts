import { readdir, readFile } from "node:fs/promises";

/** Every process of every run, by the instance it carries in its environment. Our own uid's only: the kernel shows no others'. */
export async function processesByInstance(): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  const entries = await readdir("/proc");
  await Promise.all(
    entries
      .filter((name) => /^\d+$/.test(name))
      .map(async (name) => {
        // It ended while we looked, or it is another user's: not ours in both cases.
        const environ = await readFile(`/proc/${name}/environ`, "latin1").catch(() => "");
        const instance = /(?:^|\0)FLEET_INSTANCE=([^\0]+)/.exec(environ)?.[1];
        if (instance === undefined || (await isZombie(name))) return;
        found.set(instance, [...(found.get(instance) ?? []), Number(name)]);
      }),
  );
  return found;
}

/** A zombie has ended; only its parent has not heard yet. */
const isZombie = async (pid: string): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return stat === "" || /^\d+ \(.*\) Z/s.test(stat);
};

/** Signals each of them; one that has gone meanwhile is what we want. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone, or not ours any more: the next look counts again.
    }
  }
}

/** The keeper of a watchdog that runs under one: its parent, by the name that it was given. Null when it has none. */
export async function keeperOf(watchdog: number): Promise<number | null> {
  const read = (file: string) => readFile(`/proc/${watchdog}/${file}`, "latin1").catch(() => "");
  const named = /(?:^|\0)FLEET_KEEPER_PID=(\d+)/.exec(await read("environ"))?.[1];
  const parent = /^\d+ \(.*\) \S (\d+)/s.exec(await read("stat"))?.[1];
  return named !== undefined && named === parent ? Number(named) : null;
}
