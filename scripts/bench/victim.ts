import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/** A program that writes down when it starts, and as which process; then it sleeps. */
export interface Victim {
  readonly command: string;
  readonly stamps: string;
}

export interface Stamp {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly pid: number;
}

export async function makeVictim(home: string): Promise<Victim> {
  const command = path.join(home, "victim.sh");
  const stamps = path.join(home, "stamps");
  await writeFile(command, `#!/bin/sh\necho "$(date +%s%N) $$" >>'${stamps}'\nexec sleep 1000000\n`);
  await chmod(command, 0o755);
  return { command, stamps };
}

export async function stampsIn({ stamps }: Victim): Promise<readonly Stamp[]> {
  const text = await readFile(stamps, "utf8").catch(() => "");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [nanoseconds, pid] = line.split(" ");
      return { at: Number(nanoseconds) / 1e6, pid: Number(pid) };
    });
}
