import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Duration } from "../watch/time.ts";
import { type Environment, pick } from "./environment.ts";
import { FORMAT, type Panes } from "./panes.ts";
import { type Ran, run } from "./run.ts";
import { createTmux, toPanes } from "./tmux.ts";

/** The panes of a server, as one look shows them. @throws Failure TMUX_FAILED */
export type LookAtPanes = (socket: string) => Promise<Panes>;

/** Of one call for many servers, and then of a call for one that did not answer in it. */
interface Patience {
  readonly together: Duration;
  readonly alone: Duration;
}

const PATIENCE: Patience = { together: 2_000, alone: 10_000 };

/** So many are looked at in one process before a second one is worth its start. */
const FEW = 50;

/** One server after the other. After each comes a line that no program can know, with its exit code. */
const SCRIPT =
  'format=$1 end=$2; shift 2; for socket do tmux -u -S "$socket" -f /dev/null list-panes -a -F "$format" 2>&1; echo "$end $?"; done';

/**
 * Looks at many servers that are asked for at the same moment in few
 * processes: to start one from here takes longer than tmux takes to answer.
 */
export function createLookAtPanes(environment: Environment, patience: Patience = PATIENCE): LookAtPanes {
  const alone: LookAtPanes = (socket) => createTmux(socket, environment, 0, patience.alone).panes();
  let waiting: Asked[] = [];
  const flush = async (): Promise<void> => {
    const those = waiting;
    waiting = [];
    const parts = those.length === 1 ? 0 : Math.min(availableParallelism(), Math.ceil(those.length / FEW));
    const answered = new Set<Asked>();
    await Promise.all(
      Array.from({ length: parts }, async (_, part) => {
        const share = those.filter((_one, index) => index % parts === part);
        for (const [index, ran] of (await lookInTurn(share, environment, patience.together)).entries()) {
          const one = share[index];
          if (one === undefined) continue;
          answered.add(one);
          one.settle(async () => toPanes(ran));
        }
      }),
    );
    for (const one of those) if (!answered.has(one)) one.settle(() => alone(one.socket));
  };
  return (socket) =>
    new Promise((resolve) => {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push({ socket, settle: (work) => resolve(work()) });
    });
}

interface Asked {
  readonly socket: string;
  settle(work: () => Promise<Panes>): void;
}

/** What the first of them answered, up to the one that did not. */
async function lookInTurn(
  asked: readonly Asked[],
  environment: Environment,
  timeout: Duration,
): Promise<readonly Ran[]> {
  const end = randomUUID();
  const words = ["-c", SCRIPT, "sh", FORMAT, end, ...asked.map(({ socket }) => socket)];
  const { stdout } = await run("/bin/sh", words, { env: pick(environment), timeout });
  const ends = [...stdout.matchAll(new RegExp(`^${end} (\\d+)\\n`, "gm"))];
  return ends.map((found, index): Ran => {
    const before = ends[index - 1];
    const text = stdout.slice(before === undefined ? 0 : before.index + before[0].length, found.index);
    const code = Number(found[1]);
    return { code, stdout: text, stderr: code === 0 ? "" : text, timedOut: false };
  });
}
