import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { Failure, isHeld, keeperOf, type World } from "@fleet/engine";
import { askEach, runEngine } from "../engine.ts";
import type { Served, ServedProject } from "./survey.ts";
import type { Systemd } from "./systemd.ts";
import { unitOf } from "./units.ts";

/** The keeper of each project that is watched; 0 where a watchdog has none. */
export async function keepersOf(
  { found, projects }: Served,
  world: World,
): Promise<ReadonlyMap<string, number>> {
  const answers = await askEach(
    found,
    projects.map(({ entry }) => entry),
    world,
  );
  const keepers = new Map<string, number>();
  for (const [nth, { name }] of projects.entries()) {
    const answer = answers[nth];
    const pid = answer === undefined || answer instanceof Failure ? null : answer.watchdog?.pid;
    if (pid != null) keepers.set(name, (await keeperOf(pid)) ?? 0);
  }
  return keepers;
}

const PATIENCE = 60_000;

/** Ends each keeper that is not a unit's, and its watchdog with it, and has the unit start another; agents live on. */
export async function handOver(served: Served, systemd: Systemd, world: World): Promise<readonly string[]> {
  const [keepers, states] = await Promise.all([
    keepersOf(served, world),
    systemd.states(served.projects.map(({ name }) => unitOf(name))),
  ]);
  const handed: string[] = [];
  for (const project of served.projects) {
    const { name, state } = project;
    const keeper = keepers.get(name) ?? 0;
    // A watchdog without a keeper is somebody's own, in the foreground.
    if (keeper === 0 || keeper === states.get(unitOf(name))?.pid) continue;
    process.kill(keeper, "SIGTERM");
    await until(`the watchdog of ${name} ends`, async () => !(await isHeld(state, "watchdog")));
    await systemd.obey("restart", "--", unitOf(name));
    // Not its lock alone: until it has written down who it is, the records name the one before.
    const alone = { ...served, projects: [project] };
    await until(
      `the unit of ${name} watches over it`,
      async () => ((await keepersOf(alone, world)).get(name) ?? 0) > 0,
    );
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

/** An engine before this fleet does not know the word; then a person has to say `up`. */
export async function watchAgain(
  { found }: Served,
  { entry, name, state }: ServedProject,
  world: World,
): Promise<boolean> {
  await until(`the watchdog of ${name} ends`, async () => !(await isHeld(state, "watchdog")));
  const quiet = { ...world, out: () => {}, err: () => {} };
  return (await runEngine(found, entry, ["watchdog", "start"], quiet)) === 0;
}
