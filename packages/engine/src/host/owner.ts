import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Backend } from "../backends/backend.ts";
import type { Environment } from "./environment.ts";

/**
 * The living process that has this conversation open; null when there is none.
 * Two programs in one conversation would both write to it, and neither would
 * know. It is known by its command line, or by what the program keeps on record.
 */
export async function ownerOf(
  conversation: string,
  { registry }: Pick<Backend, "registry">,
  env: Environment,
): Promise<number | null> {
  const named = await namedBy(conversation);
  if (named !== null || registry === undefined) return named;
  const folder = registry.folder({ home: env.HOME ?? "/", env });
  for (const name of await readdir(folder).catch(() => [])) {
    const text = await readFile(path.join(folder, name), "utf8").catch(() => "");
    const entry = registry.read(text);
    if (entry?.conversation === conversation && (await isAlive(entry.pid))) return entry.pid;
  }
  return null;
}

async function namedBy(conversation: string): Promise<number | null> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
      return words.includes(conversation) && (await isAlive(Number(pid))) ? [Number(pid)] : [];
    }),
  );
  return found.flat()[0] ?? null;
}

/** A zombie has none open any more. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return stat !== "" && !/^\d+ \(.*\) Z/s.test(stat);
}
