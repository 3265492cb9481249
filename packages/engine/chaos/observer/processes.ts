import { readdirSync, readFileSync } from "node:fs";

/** A living process of somebody's run, by what it carries in its environment. */
export interface Runner {
  readonly pid: number;
  readonly environ: string;
  readonly agent: string;
  readonly instance: string;
}

interface Known {
  looks: number;
  runner: Runner | null;
}

/** A new process may still carry its parent's environment; after this many looks it has become what it is. */
const YOUNG = 10;
const AGAIN = 50;

/** The process table, cheap enough to be looked at fifty times a second: who is known is asked again only now and then. */
export function createTable(): { look(): readonly Runner[] } {
  const known = new Map<number, Known>();
  return {
    look() {
      const pids = readdirSync("/proc").map(Number).filter(Boolean);
      const there = new Set(pids);
      for (const pid of known.keys()) if (!there.has(pid)) known.delete(pid);
      return pids.flatMap((pid) => {
        const one = known.get(pid) ?? { looks: 0, runner: null };
        known.set(pid, one);
        if (one.looks < YOUNG || one.looks % AGAIN === 0) one.runner = readRunner(pid);
        one.looks += 1;
        return one.runner ?? [];
      });
    },
  };
}

/** Null for who belongs to no run, and for a zombie, which has no environment any more. */
export function readRunner(pid: number): Runner | null {
  const environ = readProc(pid, "environ");
  const instance = /(?:^|\0)FLEET_INSTANCE=([^\0]+)/.exec(environ)?.[1];
  const agent = /(?:^|\0)FLEET_AGENT=([^\0]+)/.exec(environ)?.[1];
  return instance === undefined || agent === undefined ? null : { pid, environ, agent, instance };
}

export const commandOf = (pid: number): string => readProc(pid, "cmdline").replaceAll("\0", " ").trim();

/** All processes whose command line has this text. */
export const withCommand = (text: string): readonly number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && readProc(pid, "cmdline").includes(text));

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return "";
  }
}
