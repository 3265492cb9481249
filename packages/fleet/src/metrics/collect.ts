import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { Failure, readText, type World, writeWhole } from "@fleet/engine";
import { z } from "zod";
import { askEach } from "../engine/engine.ts";
import type { EngineStatus } from "../engine/status.ts";
import type { FoundFleet } from "../find.ts";
import { type Cursor, readNews } from "../journal-news.ts";
import { readNotifyStatus } from "../notify/status.ts";
import { type Family, familiesOf, type Measured } from "./think/families.ts";
import { BOUNDS, COUNTED, countIn, FRESH_TALLY, type Tally } from "./think/tally.ts";

const Counts = z.record(z.string(), z.number());

const Stored = z.object({
  state: z.string(),
  cursor: z
    .object({ inode: z.number(), position: z.number(), time: z.number(), mark: z.string() })
    .nullable(),
  tally: z.object({
    restarts: z.record(z.string(), Counts),
    deaths: z.record(z.string(), Counts),
    messages: Counts,
    handoffs: z.object({ counts: z.array(z.number()).length(BOUNDS.length + 1), sum: z.number() }),
    phasesDone: z.number(),
    fell: z.record(z.string(), z.string()),
    open: z.array(z.tuple([z.string(), z.number()])),
    pinged: z.string(),
  }),
});

interface Counted {
  readonly state: string;
  readonly cursor: Cursor | null;
  readonly tally: Tally;
}

/** Measures a fleet again and again. */
export interface Meter {
  /** Asks every engine how it is, and counts what its journal has new. */
  measure(found: FoundFleet): Promise<readonly Family[]>;
}

/**
 * `keep`: what was counted stays on disk, so that the next one goes on from
 * there, and no count falls when a journal is cut. Without it nothing is written.
 */
export function createMeter(root: string, world: World, { keep }: { readonly keep: boolean }): Meter {
  const home = path.join(root, ".fleet/metrics");
  const known = new Map<string, Counted>();

  const countedFor = async (name: string, state: string): Promise<Counted> => {
    const before = known.get(name) ?? (await load(path.join(home, `${name}.json`)));
    return before?.state === state ? before : { state, cursor: null, tally: FRESH_TALLY };
  };

  const count = async (name: string, state: string): Promise<Tally> => {
    const before = await countedFor(name, state);
    let { tally } = before;
    const cursor = await readNews(state, before.cursor, {
      wanted: COUNTED,
      hear: (entry) => {
        tally = countIn(tally, entry);
      },
    });
    const next = { state, cursor, tally };
    if (keep && JSON.stringify(next) !== JSON.stringify(before)) {
      await makeHome(home);
      await writeWhole(path.join(home, `${name}.json`), `${JSON.stringify(next)}\n`);
    }
    known.set(name, next);
    return tally;
  };

  const measureOne = async (name: string, answer: EngineStatus | Failure | undefined): Promise<Measured> => {
    const status = answer === undefined || answer instanceof Failure ? null : answer;
    if (status?.socket === undefined)
      return { name, status, tally: known.get(name)?.tally ?? FRESH_TALLY, tick: null };
    const state = path.dirname(status.socket);
    return {
      name,
      status,
      tally: await count(name, state),
      tick: status.watchdog === null ? null : await tickOf(state),
    };
  };

  return {
    async measure(found) {
      const projects = found.fleet.projects.filter(({ enabled }) => enabled);
      const answers = await askEach(found, projects, world);
      const measured = await Promise.all(projects.map(({ name }, nth) => measureOne(name, answers[nth])));
      const { receivers, notifier } = await readNotifyStatus(found);
      const now = Date.now();
      return familiesOf(
        {
          projects: measured,
          receivers: receivers.map(({ receiver, waiting, aside }) => ({
            name: receiver.name,
            waiting,
            aside: aside.length,
          })),
          notifier: receivers.length === 0 ? null : notifier !== null,
        },
        now,
      );
    },
  };
}

async function makeHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeWhole(path.join(home, ".gitignore"), "*\n");
}

async function load(file: string): Promise<Counted | null> {
  try {
    const { success, data } = Stored.safeParse(JSON.parse((await readText(file)) ?? "null"));
    return success ? data : null;
  } catch {
    return null;
  }
}

/** Where the heartbeat stands in its file, well before the agents. */
const HEAD = 4096;

/**
 * A watchdog notes when it began to look, and writes that down when it has done
 * what followed. Each file is written anew, so what is opened is of one look.
 */
async function tickOf(state: string): Promise<number | null> {
  const handle = await open(path.join(state, "records.json"), "r").catch(() => null);
  if (handle === null) return null;
  try {
    const { mtimeMs } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const began = Number(/"heartbeat":(\d+)/.exec(buffer.toString("utf8", 0, bytesRead))?.[1]);
    return began > 0 && mtimeMs >= began ? (mtimeMs - began) / 1000 : null;
  } finally {
    await handle.close();
  }
}
