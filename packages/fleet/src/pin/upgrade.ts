import { readFile } from "node:fs/promises";
import path from "node:path";
import { createGit, Failure, take, type World } from "@fleet/engine";
import { editedFleet, editFleet } from "../edit-fleet.ts";
import { repositoryOf } from "../facts/read-pin.ts";
import type { FoundFleet } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { lookAt } from "./ask.ts";
import { workersIn } from "./health.ts";
import { checkMovable, ensureCommit, movePin, unmovePin } from "./move.ts";
import type { OpenedRelease } from "./open-release.ts";
import { type KnownEngine, type Prepared, prepare, type Step, type UpgradeOptions } from "./prepare.ts";
import { settle } from "./settle.ts";

export interface Upgraded extends Step {
  readonly result: "upgraded" | "unchanged" | "rolled-back";
  /** Why it was rolled back. */
  readonly because: string | null;
}

/** What is to be said while it lasts. */
export type Tell = (project: string, what: string) => void;

/** One fleet's upgrade: each release is fetched once. */
export interface Upgrade {
  /** Fetches and tries out the new engine, changes nothing. @throws Failure with why it can't be */
  plan(project: FleetProject): Promise<Step>;
  /** Moves the pin, restarts what must be, and moves it back when that went wrong. @throws Failure */
  carryOut(step: Step, tell: Tell): Promise<Upgraded>;
  dispose(): Promise<void>;
}

export function openUpgrade(found: FoundFleet, options: UpgradeOptions, world: World): Upgrade {
  const git = createGit(world.env);
  const releases = new Map<string, Promise<OpenedRelease>>();
  const starts = new Map<OpenedRelease, Promise<void>>();
  const startOf = (release: OpenedRelease, start: () => Promise<void>): Promise<void> => {
    const started = starts.get(release) ?? start();
    starts.set(release, started);
    return started;
  };
  const prepared = new Map<Step, Prepared>();
  const open = (key: string, make: () => Promise<OpenedRelease>): Promise<OpenedRelease> => {
    const release = releases.get(key) ?? make();
    releases.set(key, release);
    return release;
  };
  return {
    async plan(project) {
      const one = await prepare(found, project, options, { git, open, startOf, world });
      const { ground: _ground, release: _release, before: _before, ...step } = one;
      prepared.set(step, one);
      return step;
    },
    async carryOut(step, tell) {
      const one = prepared.get(step);
      if (one === undefined) throw new Error("a step that was never planned");
      return asOnly(one, () => carryOut(found, one, options, { world, tell }));
    },
    async dispose() {
      for (const release of releases.values())
        await release.then(
          (one) => one.dispose(),
          () => {},
        );
    },
  };
}

/** Two upgrades of one project at the same moment would take each other's pin back. @throws Failure BUSY */
async function asOnly<T>({ ground, project }: Prepared, work: () => Promise<T>): Promise<T> {
  const lock = await take((await repositoryOf(ground.folder)) ?? ground.folder, "command");
  if (lock === null)
    throw new Failure("BUSY", `another upgrade of ${project.name} is under way`, {
      hint: "wait until it has ended, then try again",
    });
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

interface Company {
  readonly world: World;
  readonly tell: Tell;
}

async function carryOut(
  found: FoundFleet,
  one: Prepared,
  { window, patience }: UpgradeOptions,
  { world, tell }: Company,
): Promise<Upgraded> {
  const { ground, release, before, project, from, to, restarts, moves } = one;
  const { ground: _ground, release: _release, before: _before, ...step } = one;
  if (!moves && !restarts) return { ...step, result: "unchanged", because: null };
  await checkMovable(ground);
  if (moves) await checkExpectation(found, project, to.commit);
  await ensureCommit(ground, release.commit, release.ref);
  const message = `Move the engine from ${nameOf(from)} to ${nameOf(to)}`;
  const made = moves ? await movePin(ground, { from: from.commit, to: to.commit, message }) : null;
  await expectPin(found, project, to.commit);
  if (!restarts) return { ...step, result: "upgraded", because: null };
  const asked = { engine: path.join(ground.folder, "engine"), project: ground.folder };
  tell(project.name, `runs ${nameOf(to)} from now on, watched for ${seconds(window)}`);
  const verdict = await settle(asked, { before, version: to.version, window, patience, strict: true }, world);
  if (verdict.is === "well") return { ...step, result: "upgraded", because: null };
  if (world.signal.aborted)
    throw new Failure("STOPPED", `${project.name} stays at ${nameOf(to)}, and is not watched any longer`, {
      hint: `back: fleet upgrade --rollback ${project.name}`,
    });
  const { because } = verdict;
  if (made === null)
    throw new Failure("AGENT_FAILED", `${project.name} is not well under ${nameOf(to)}: ${because}`, {
      hint: `it was pinned to it before; back: fleet upgrade --rollback ${project.name}`,
    });
  tell(project.name, `${because}: it goes back to ${nameOf(from)}`);
  await goBack(found, one, made, { world, tell });
  return { ...step, result: "rolled-back", because };
}

/** The pin first, then the watchdog. Agents that are gone stay so: why they went is for a person to see. */
async function goBack(
  found: FoundFleet,
  { ground, before, project, from, workers }: Prepared,
  made: string,
  { world, tell }: Company,
): Promise<void> {
  const asked = { engine: path.join(ground.folder, "engine"), project: ground.folder };
  const message = `Move the engine back to ${nameOf(from)}`;
  await unmovePin(ground, { from: from.commit, made, message });
  await expectPin(found, project, from.commit);
  // What died until now was the other engine's.
  const broken = await lookAt(asked, world);
  const since = { ...before, agents: [], watchdog: broken?.watchdog ?? null, keeper: null };
  const again = { before: since, version: from.version ?? "", window: 0, patience: KEEPER_PATIENCE };
  const verdict = await settle(asked, { ...again, strict: false }, world);
  if (verdict.is !== "well")
    tell(project.name, `is not well under ${nameOf(from)} either: ${verdict.because}`);
  const now = await lookAt(asked, world);
  const lost = now === null ? [] : workers.filter((name) => !workersIn(now).includes(name));
  if (lost.length > 0)
    tell(project.name, `does not run any more: ${lost.join(", ")}; see: fleet why ${project.name}`);
}

/** Can fleet.toml say so? Before anything is changed. @throws Failure INVALID_FILE with the line to write */
async function checkExpectation({ root }: FoundFleet, { name, engine }: FleetProject, commit: string) {
  if (engine === null) return;
  await editedFleet(await readFile(path.join(root, "fleet.toml")), { project: name }, { engine: commit });
}

/** fleet.toml follows where it expects a pin at all. */
async function expectPin(
  { root }: FoundFleet,
  { name, engine }: FleetProject,
  commit: string,
): Promise<void> {
  if (engine !== null) await editFleet(root, { project: name }, { engine: commit });
}

/** In milliseconds. A keeper may pause that long before it starts the next watchdog. */
const KEEPER_PATIENCE = 75_000;

const nameOf = ({ commit, version }: KnownEngine): string =>
  version === null ? commit.slice(0, 7) : `v${version} (${commit.slice(0, 7)})`;

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`;
