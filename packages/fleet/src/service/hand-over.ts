import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { Failure, isHeld, type World } from "@fleet/engine";
import { runEngine } from "../engine/engine.ts";
import { inParallel } from "../in-parallel.ts";
import type { Served, ServedProject } from "./survey.ts";
import type { Systemd } from "./systemd.ts";
import { unitOf } from "./units.ts";

/** Who watches over a project: two processes. */
export interface Watcher {
  readonly keeper: number;
  readonly watchdog: number;
}

/**
 * By state directory. Not by their locks, which are each user's own: a unit of
 * the system is installed by root. A watchdog is known by what its keeper told
 * it of both, and by being its child.
 */
export async function watchersOf(projects: Served["projects"]): Promise<ReadonlyMap<string, Watcher>> {
  const states = new Set(projects.map(({ state }) => state));
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await inParallel(pids, 16, async (pid): Promise<readonly (readonly [string, Watcher])[]> => {
    const read = (file: string) => readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
    // As bytes first: a name in another language is read right only as a whole.
    const environ = Buffer.from(await read("environ"), "latin1").toString("utf8");
    const [state, keeper] = ["STATE", "PID"].map(
      (name) => new RegExp(`(?:^|\0)FLEET_KEEPER_${name}=([^\0]*)`).exec(environ)?.[1],
    );
    if (state === undefined || keeper === undefined || !states.has(state)) return [];
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(await read("stat"))?.[1];
    return parent === keeper ? [[state, { keeper: Number(keeper), watchdog: Number(pid) }]] : [];
  });
  return new Map(found.flat());
}

const PATIENCE = 60_000;

/** Ends each keeper that is not a unit's, and its watchdog with it, and has the unit start another; agents live on. */
export async function handOver(served: Served, systemd: Systemd, world: World): Promise<readonly string[]> {
  const { projects } = served;
  const [watchers, states] = await Promise.all([
    watchersOf(projects),
    systemd.states(projects.map(({ name }) => unitOf(name))),
  ]);
  const handed: string[] = [];
  for (const project of projects) {
    const { name, state } = project;
    const watcher = watchers.get(state);
    if (watcher === undefined || watcher.keeper === states.get(unitOf(name))?.pid) continue;
    process.kill(watcher.keeper, "SIGTERM");
    const now = async () => (await watchersOf([project])).get(state);
    await until(`the watchdog of ${name} ends`, async () => (await now()) === undefined);
    try {
      await systemd.obey("restart", "--", unitOf(name));
    } catch (error) {
      // It was watched before we came.
      await watchAgain(served, project, world);
      throw error;
    }
    await until(`the unit of ${name} watches over it`, async () => (await now()) !== undefined);
    handed.push(name);
  }
  return handed;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await isSo())) {
    if (performance.now() - began > PATIENCE)
      throw new Failure("TIMED_OUT", `waited ${PATIENCE / 1000} s until ${what}`, {
        hint: "see why: fleet logs PROJECT watchdog; and who watches: fleet service status",
      });
    await wait(50);
  }
}

/** As whose the project is, or not at all. An engine before this fleet does not know the word; then a person has to say it. */
export async function watchAgain(
  { found, uid }: Served,
  { entry, name, state }: ServedProject,
  world: World,
): Promise<boolean> {
  if (uid !== process.getuid?.()) return false;
  await until(`the watchdog of ${name} ends`, async () => !(await isHeld(state, "watchdog")));
  const quiet = { ...world, out: () => {}, err: () => {} };
  return (await runEngine(found, entry, ["watchdog", "start"], quiet)) === 0;
}
