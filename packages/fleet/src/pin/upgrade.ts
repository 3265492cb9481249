import path from "node:path";
import { createGit, Failure, type Git, take, type World } from "@fleet/engine";
import { editFleet } from "../edit-fleet.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { readPin, repositoryOf } from "../read-pin.ts";
import { lookAt, tryOut } from "./ask.ts";
import { isUp, type Look, workersIn } from "./health.ts";
import { checkMovable, ensureCommit, type Ground, movePin, pinBefore, unmovePin } from "./move.ts";
import { fetchRelease, type OpenedRelease, readRelease } from "./open-release.ts";
import { whyNone } from "./pins.ts";
import { changesBetween } from "./release.ts";
import { settle } from "./settle.ts";

/** An engine as a person knows it. */
export interface KnownEngine {
  readonly commit: string;
  /** Null for one that does not say. */
  readonly version: string | null;
}

/** What an upgrade would do with a project; all that can be checked before has been. */
export interface Step {
  readonly project: FleetProject;
  readonly from: KnownEngine;
  readonly to: KnownEngine & { readonly version: string };
  /** What the changelog of the new engine says of it. */
  readonly changes: string;
  readonly moves: boolean;
  /** Its watchdog runs, and is to run the new code. */
  readonly restarts: boolean;
  /** Who goes on meanwhile. */
  readonly workers: readonly string[];
}

export interface Upgraded extends Step {
  readonly result: "upgraded" | "unchanged" | "rolled-back";
  /** Why it was rolled back. */
  readonly because: string | null;
}

interface Prepared extends Step {
  readonly ground: Ground;
  readonly release: OpenedRelease;
  readonly before: Look;
}

export interface UpgradeOptions {
  /** A tag, a branch or a commit; or the pin before the one of now. */
  readonly to: string | { readonly back: true };
  /** In milliseconds: so long a project is watched under its new engine, once it is well. */
  readonly window: number;
  /** In milliseconds: so long it may be not well. */
  readonly patience: number;
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
  const prepared = new Map<Step, Prepared>();
  const open = (key: string, make: () => Promise<OpenedRelease>): Promise<OpenedRelease> => {
    const release = releases.get(key) ?? make();
    releases.set(key, release);
    return release;
  };
  return {
    async plan(project) {
      const one = await prepare(found, project, options, { git, open, world });
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

interface Means {
  readonly git: Git;
  readonly open: (key: string, make: () => Promise<OpenedRelease>) => Promise<OpenedRelease>;
  readonly world: World;
}

async function prepare(
  found: FoundFleet,
  project: FleetProject,
  options: UpgradeOptions,
  { git, open, world }: Means,
): Promise<Prepared> {
  const { name } = project;
  if (project.engine === "workspace")
    throw new Failure(
      "WRONG_USAGE",
      `${name} runs this repository's own engine, so there is nothing to move`,
    );
  const folder = folderOf(found, project);
  const shown = path.relative(world.cwd, folder) || ".";
  const ground = { git, name, folder, shown, env: world.env };
  const pin = await readPin(folder);
  if (pin.is !== "pinned") throw new Failure("ENGINE_MISSING", `${name} ${whyNone(pin)}`);
  const engine = path.join(folder, "engine");
  const repository = await repositoryOf(engine);
  if (repository === null || pin.checkedOut === null)
    throw new Failure("ENGINE_MISSING", `the engine of ${name} is not checked out`, {
      hint: `git -C ${shown} submodule update --init engine`,
    });
  const release = await openFor(ground, repository, options.to, open);
  // Where an upgrade was cut short, the new one lies there already.
  if (pin.checkedOut !== pin.commit && pin.checkedOut !== release.commit)
    throw new Failure(
      "DRIFTED",
      `the engine of ${name} is at ${pin.checkedOut}, and its pin is ${pin.commit}`,
      {
        hint: `git -C ${shown} submodule update engine, or commit the new pin`,
      },
    );
  await checkMovable(ground);
  const { version } = release.manifest;
  const before = await tryOut({ engine: release.folder, project: folder }, { version, name, shown }, world);
  const from = { commit: pin.commit, version: await versionOf(ground, pin.commit) };
  const moves = pin.commit !== release.commit;
  return {
    project,
    from,
    to: { commit: release.commit, version },
    changes: from.version === null ? "" : changesBetween(release.changelog, from.version, version),
    moves,
    restarts: isUp(before) && (moves || before.watchdog?.version !== version),
    workers: workersIn(before),
    ground,
    release,
    before,
  };
}

async function openFor(
  ground: Ground,
  repository: string,
  to: UpgradeOptions["to"],
  open: Means["open"],
): Promise<OpenedRelease> {
  const { git, folder, shown } = ground;
  if (typeof to !== "string") {
    const commit = await pinBefore(ground);
    return open(`${repository} ${commit}`, () => readRelease(git, repository, commit));
  }
  const origin = await git(["-C", path.join(folder, "engine"), "config", "--get", "remote.origin.url"]);
  const url = origin.stdout.trim();
  if (url === "" || url.startsWith("-"))
    throw new Failure("GIT_FAILED", `nothing says where ${ground.name} gets its engine`, {
      hint: `git -C ${shown} submodule sync engine`,
    });
  return open(`${url} ${to}`, () => fetchRelease(git, { url, wanted: to, shown }));
}

async function versionOf({ git, folder }: Ground, commit: string): Promise<string | null> {
  const ran = await git(["-C", path.join(folder, "engine"), "cat-file", "blob", `${commit}:VERSION`]);
  return /^\d+\.\d+\.\d+\S*$/.exec(ran.stdout.trim())?.[0] ?? null;
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
  await ensureCommit(ground, release.commit, release.ref);
  const message = `Move the engine from ${nameOf(from)} to ${nameOf(to)}`;
  const made = moves ? await movePin(ground, { from: from.commit, to: to.commit, message }) : null;
  const expect = (commit: string) =>
    project.engine === null ? null : editFleet(found.root, { project: project.name }, { engine: commit });
  await expect(to.commit);
  if (!restarts) return { ...step, result: "upgraded", because: null };
  const asked = { engine: path.join(ground.folder, "engine"), project: ground.folder };
  tell(project.name, `runs ${nameOf(to)} from now on, watched for ${seconds(window)}`);
  const verdict = await settle(asked, { before, version: to.version, window, patience, strict: true }, world);
  if (verdict.is === "well") return { ...step, result: "upgraded", because: null };
  const { because } = verdict;
  if (made === null)
    throw new Failure("AGENT_FAILED", `${project.name} is not well under ${nameOf(to)}: ${because}`, {
      hint: `it was pinned to it before; back: fleet upgrade --rollback ${project.name}`,
    });
  tell(project.name, `${because}: it goes back to ${nameOf(from)}`);
  const back = `Move the engine back to ${nameOf(from)}`;
  await unmovePin(ground, { from: from.commit, made, message: back });
  await expect(from.commit);
  // What died until now was the other engine's.
  const since = { ...before, watchdog: (await lookAt(asked, world))?.watchdog ?? null, keeper: null };
  const version = from.version ?? "";
  const again = { before: since, version, window: 0, patience: KEEPER_PATIENCE, strict: false };
  const after = await settle(asked, again, world);
  if (after.is !== "well") tell(project.name, `is not well under ${nameOf(from)} either: ${after.because}`);
  return { ...step, result: "rolled-back", because };
}

/** In milliseconds. A keeper may pause that long before it starts the next watchdog. */
const KEEPER_PATIENCE = 75_000;

const nameOf = ({ commit, version }: KnownEngine): string =>
  version === null ? commit.slice(0, 7) : `v${version} (${commit.slice(0, 7)})`;

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 100) / 10} s`;
