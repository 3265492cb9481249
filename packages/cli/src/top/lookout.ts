import { stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createWakes, Failure, readHappened, type World } from "@fleet/engine";
import { askEach, type FleetProject, type FoundFleet, isInProcess } from "@fleet/fleet";
import { type ProjectLine, toLine } from "../project-line.ts";
import type { Board, Told } from "./rows.ts";

/** Engines that answer without a process are asked this often when nothing wakes us; the others cost more. */
const PAUSE = { own: 1_000, other: 5_000, file: 1_000 } as const;
/** Of the time, one part in so many may go into looking: a hundred projects are looked at less often than one. */
const SHARE = 10;
/** What comes together is looked at together. */
const GATHER = 50;

/** What the watchdog writes when something is other than before. */
const TELLING = /^(journal\.jsonl|records\.json|wishes\.json|project\.json|keeper\.json)$/;

/** What is looked at. */
export interface Scope {
  readonly found: FoundFleet;
  readonly projects: readonly FleetProject[];
}

/** Looks at the fleet until the signal aborts, and says each time what is to be seen now. A changed fleet.toml is followed as soon as it is in order. */
export async function followFleet(
  first: Scope,
  choose: () => Promise<Scope>,
  world: World,
  onBoard: (board: Board, scope: Scope) => void,
): Promise<void> {
  for (let scope = first; !world.signal.aborted; ) {
    const over = new AbortController();
    const own: World = { ...world, signal: AbortSignal.any([world.signal, over.signal]) };
    const next = awaitOther(scope, choose, own.signal).finally(() => over.abort());
    const shown = scope;
    await watchFleet(scope, own, (board) => onBoard(board, shown));
    scope = await next;
  }
}

/** Until its file is another one that can be read; until the signal aborts at the latest. */
async function awaitOther(scope: Scope, choose: () => Promise<Scope>, signal: AbortSignal): Promise<Scope> {
  const file = path.join(scope.found.root, "fleet.toml");
  const stampOf = async () => {
    const found = await stat(file).catch(() => null);
    return `${found?.ino} ${found?.mtimeMs} ${found?.size}`;
  };
  for (let known = await stampOf(); !signal.aborted; ) {
    await rest(PAUSE.file, signal);
    const stamp = await stampOf();
    if (stamp === known) continue;
    known = stamp;
    const next = await choose().catch(unlessFailure);
    if (next !== null) return next;
  }
  return scope;
}

function unlessFailure(error: unknown): null {
  if (error instanceof Failure) return null;
  throw error;
}

async function watchFleet(
  { found, projects }: Scope,
  world: World,
  onBoard: (board: Board) => void,
): Promise<void> {
  const lines = new Map<FleetProject, ProjectLine>();
  const history = createHistory();
  const tell = () =>
    onBoard({
      looked: lines.size === projects.length,
      projects: projects.flatMap((project) => lines.get(project) ?? []),
      happened: history.all(),
    });
  const look = async (those: readonly FleetProject[]): Promise<void> => {
    const answers = await askEach(found, those, world);
    for (const [index, project] of those.entries()) {
      const answer = answers[index];
      if (answer === undefined) continue;
      lines.set(project, toLine(project, answer));
      const state = answer instanceof Failure ? null : stateOf(answer.socket);
      if (state !== null) await history.read(project, state);
    }
    if (!world.signal.aborted) tell();
  };
  if (projects.length === 0) tell();
  // One that takes its time, or hangs, must not keep the others waiting.
  const own = projects.filter((project) => isInProcess(found, project));
  const others = projects.filter((project) => !own.includes(project));
  await Promise.all([
    keepLooking(own, look, PAUSE.own, world.signal, (project) => stateOf(lines.get(project)?.status?.socket)),
    ...others.map((one) => keepLooking([one], look, PAUSE.other, world.signal, () => null)),
  ]);
}

/** At all of them now and then, and between at those that were written to. */
async function keepLooking(
  projects: readonly FleetProject[],
  look: (those: readonly FleetProject[]) => Promise<void>,
  pause: number,
  signal: AbortSignal,
  folderOf: (project: FleetProject) => string | null,
): Promise<void> {
  if (projects.length === 0) return;
  const wakes = createWakes();
  const touched = new Set<FleetProject>();
  let next = 0;
  try {
    while (!signal.aborted) {
      const began = performance.now();
      const all = began >= next;
      const those = all ? projects : [...touched];
      touched.clear();
      await look(those);
      const took = performance.now() - began;
      if (all) next = began + Math.max(pause, took * SHARE);
      for (const project of projects) {
        const folder = folderOf(project);
        if (folder !== null) heed(wakes, folder, () => touched.add(project));
      }
      await rest(Math.max(took, GATHER), signal);
      if (touched.size === 0) await wakeOr(wakes, next - performance.now(), signal);
    }
  } finally {
    wakes.close();
  }
}

function heed({ on }: ReturnType<typeof createWakes>, folder: string, touch: () => void): void {
  try {
    on(folder, (file) => {
      if (TELLING.test(file)) touch();
      return TELLING.test(file);
    });
  } catch {
    // A folder that may not be watched is looked at now and then all the same.
  }
}

const rest = (time: number, signal: AbortSignal): Promise<void> =>
  wait(time, undefined, { signal }).catch(() => {});

async function wakeOr(
  { next }: Pick<ReturnType<typeof createWakes>, "next">,
  time: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, Math.max(0, time));
  signal.addEventListener("abort", end, { once: true });
  if (!signal.aborted) await next(over.signal);
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
}

const stateOf = (socket: string | undefined): string | null =>
  socket === undefined ? null : path.dirname(socket);

/** What happened in each project. A journal that has not grown is not read again; one that can't be read is told of elsewhere. */
function createHistory(): {
  read(project: FleetProject, state: string): Promise<void>;
  all(): readonly Told[];
} {
  const known = new Map<FleetProject, { readonly stamp: string; readonly told: readonly Told[] }>();
  return {
    async read(project, state) {
      const found = await stat(path.join(state, "journal.jsonl")).catch(() => null);
      const stamp = `${found?.ino} ${found?.size}`;
      if (known.get(project)?.stamp === stamp) return;
      const entries = await readHappened(state).catch(() => []);
      // What merely passes by would drown the rest.
      const loud = entries.filter(({ tone }) => tone !== "quiet").slice(-MOST);
      const told = loud.map((entry) => ({ ...entry, project: project.name }));
      known.set(project, { stamp, told });
    },
    all: () => [...known.values()].flatMap(({ told }) => told).sort((a, b) => a.at - b.at),
  };
}

const MOST = 100;
