import { statSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { World } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import { take } from "../host/lock.ts";
import { readRunning, readSite, type Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { holdIn, sayHold } from "../watch/hold.ts";
import type { Wishes } from "../watch/records.ts";
import { sayStandstill } from "../watch/standstill.ts";

/** Every command takes it: where the project is. */
export const configFlag = {
  config: { type: "string", about: "the project's agents.toml, or its folder", value: "FILE" },
} as const;

export { ANSWER_VERSION } from "../version.ts";

export const jsonFlag = { json: { type: "boolean", about: "print JSON for scripts" } } as const;

/** Reads the project a command is about. Writes nothing. */
export const openSite = (config: string | undefined, world: World): Promise<Site> =>
  readSite(fileOf(config, world));

/** The same for a command about what runs: a broken agents.toml does not hinder it. Writes nothing. */
export const openRunning = (config: string | undefined, world: World): Promise<Site> =>
  readRunning(fileOf(config, world));

/**
 * Waits until the watchdog, if there is one, goes by the agents.toml that was
 * just read: what is asked for next is meant by that file.
 * @throws Failure BUSY when the watchdog refuses the file.
 */
export async function awaitInForce(site: Site, { signal }: World): Promise<void> {
  const { hash } = site.inForce;
  const began = Date.now();
  let woken = false;
  for (;;) {
    const running = await readRunning(site.file);
    const { inForce } = running;
    if (inForce.hash === hash) return;
    const store = createStore(running.state);
    if (!woken) await store.wake();
    woken = true;
    // A watchdog that just begins has not looked yet: what stands there was said by the one before.
    const hasLooked = (await store.records()).heartbeat >= began;
    if (inForce.refused?.hash === hash && hasLooked)
      throw new Failure("BUSY", `the watchdog refuses this agents.toml: ${inForce.refused.because}`);
    if (Date.now() > began + TAKEN_WITHIN || signal.aborted)
      throw new Failure("TIMED_OUT", "the watchdog does not take the changed agents.toml", {
        hint: "see: agents events",
      });
    await wait(25);
  }
}

const TAKEN_WITHIN = 15_000;

export function fileOf(config: string | undefined, { cwd }: World): string {
  const given = path.resolve(cwd, config ?? ".");
  const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? path.join(given, "agents.toml") : given;
}

/** Who types, for the journal. */
export const personIn = ({ env }: World): string =>
  env.USER || env.LOGNAME || `uid ${process.getuid?.() ?? "unknown"}`;

/** The agents that were named, or all. @throws Failure UNKNOWN_NAME */
export function chosen(site: Site, names: readonly string[]): readonly Agent[] {
  const { agents } = site.project;
  if (names.length === 0) return agents;
  const known = agents.map(({ name }) => name);
  return names.map((name) => {
    const found = agents.find((agent) => agent.name === name);
    if (found !== undefined) return found;
    const meant = closest(name, known);
    const hint = meant === null ? `agents: ${known.join(", ")}` : `did you mean ${meant}?`;
    throw new Failure("UNKNOWN_NAME", `${site.name} has no agent "${name}"`, { hint });
  });
}

/** Two commands must not change wishes at the same moment: the second is refused, and nothing of it is done. */
export async function asOnlyCommand<T>(
  site: Site,
  what: string,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = createStore(site.state);
  await store.make();
  const lock = await take(site.state, "command");
  if (lock === null)
    throw new Failure(
      "BUSY",
      `another up or down of ${site.name} is under way, so this ${what} did nothing`,
      {
        hint: "wait until it has ended, then try again",
      },
    );
  try {
    return await work(store);
  } finally {
    await lock.release();
  }
}

/**
 * Reads the wishes, and writes what becomes of them, while nobody else does. So short is this that it is waited for:
 * a hold is not refused because an `up` still waits for its agents.
 */
export async function changeWishes(
  store: Store,
  change: (before: Wishes) => Wishes | Promise<Wishes>,
): Promise<void> {
  const began = performance.now();
  let lock = await take(store.directory, "wishes");
  while (lock === null) {
    if (performance.now() - began > CHANGED_WITHIN)
      throw new Failure("BUSY", `another command keeps ${store.at("wishes.json")} from being written`);
    await wait(5);
    lock = await take(store.directory, "wishes");
  }
  try {
    await store.wish(await change(await store.wishes()));
  } finally {
    await lock.release();
  }
}

const CHANGED_WITHIN = 15_000;

/** Whoever asks for something while the project is on hold is told why nothing comes of it yet. */
export async function noteHold(site: Site, { err }: World): Promise<void> {
  const { wishes, records } = await createStore(site.state).glance();
  const hold = holdIn(wishes.hold, records.hold, Date.now());
  if (hold !== null) err(`note: ${site.name} is ${sayHold(hold)}; what is due is begun after: resume\n`);
}

/** Nothing is begun where everything was stopped. @throws Failure STOPPED */
export function refuseStandstill({ name }: Site, { standstill }: Pick<Wishes, "standstill">): void {
  if (standstill === null) return;
  throw new Failure("STOPPED", `${name} was ${sayStandstill(standstill)}`, {
    hint: "lift it first: fleet stop-everything --lift (or for this project alone: agents stop-everything --lift)",
  });
}

/** The value of a flag that counts something. @throws Failure WRONG_USAGE */
export function readCount(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Failure("WRONG_USAGE", `${flag} takes a number, not "${text}"`);
}
