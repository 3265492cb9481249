import path from "node:path";
import { Failure, type Git, type World } from "@fleet/engine";
import { readPin, repositoryOf } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { tryOut, tryStart } from "./ask.ts";
import { isUp, type Look, workersIn } from "./health.ts";
import { checkMovable, type Ground, pinBefore } from "./move.ts";
import { fetchRelease, type OpenedRelease, readRelease } from "./open-release.ts";
import { whyNone } from "./pins.ts";
import { changesBetween, compareVersions, parseManifest } from "./release.ts";

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
  /** Its own engine is newer, and nobody asked for an older one. */
  readonly ahead: boolean;
  /** Its watchdog runs, and is to run the new code. */
  readonly restarts: boolean;
  /** Who goes on meanwhile. */
  readonly workers: readonly string[];
}

/** What it takes to do it. */
export interface Prepared extends Step {
  readonly ground: Ground;
  readonly release: OpenedRelease;
  readonly before: Look;
}

export interface UpgradeOptions {
  /** A tag, a branch or a commit; or the pin before the one of now. */
  readonly to: string | { readonly back: true };
  /** May a newer engine be replaced by an older one? Who names a version means it. */
  readonly older: boolean;
  /** In milliseconds: so long a project is watched under its new engine, once it is well. */
  readonly window: number;
  /** In milliseconds: so long it may be not well. */
  readonly patience: number;
}

export interface Means {
  readonly git: Git;
  readonly open: (key: string, make: () => Promise<OpenedRelease>) => Promise<OpenedRelease>;
  /** Once for each release: whether it runs here is no project's matter. */
  readonly startOf: (release: OpenedRelease, start: () => Promise<void>) => Promise<void>;
  readonly world: World;
}

/** Checks all that can be checked, and changes nothing. @throws Failure with why it can't be */
export async function prepare(
  found: FoundFleet,
  project: FleetProject,
  options: UpgradeOptions,
  { git, open, startOf, world }: Means,
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
      hint: `see how: fleet pin verify ${name}`,
    });
  await checkMovable(ground);
  const release = await openFor(ground, repository, options.to, open);
  // Where an upgrade was cut short, the new one lies there already.
  if (pin.checkedOut !== pin.commit && pin.checkedOut !== release.commit)
    throw new Failure(
      "DRIFTED",
      `the engine of ${name} is at ${pin.checkedOut}, and its pin is ${pin.commit}`,
      {
        hint: `commit the new pin, or go back to it: git -C ${shown}/engine checkout --detach ${pin.commit}`,
      },
    );
  const { version } = release.manifest;
  const asked = { engine: release.folder, project: folder };
  const tried = { version, name, shown };
  await startOf(release, () => tryStart(asked, tried, world));
  const before = await tryOut(asked, tried, world);
  const from = { commit: pin.commit, version: await versionOf(ground, pin.commit) };
  if (isUp(before)) await checkWayBack(ground, pin.commit, release);
  const ahead = !options.older && from.version !== null && compareVersions(from.version, version) > 0;
  const moves = !ahead && pin.commit !== release.commit;
  return {
    project,
    from,
    to: { commit: release.commit, version },
    changes: from.version === null ? "" : changesBetween(release.changelog, from.version, version),
    moves,
    ahead,
    restarts: !ahead && isUp(before) && (moves || before.watchdog?.version !== version),
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

/** While it runs there must be a way back: the engine of now has to understand what the other one writes. @throws Failure DENIED */
async function checkWayBack(
  { git, name, folder }: Ground,
  commit: string,
  { manifest }: OpenedRelease,
): Promise<void> {
  const ran = await git(["-C", path.join(folder, "engine"), "cat-file", "blob", `${commit}:RELEASE.json`]);
  const own = parseManifest(ran.stdout);
  if (own === null || own.state === manifest.state) return;
  throw new Failure(
    "DENIED",
    `v${manifest.version} keeps its state directory in another way than v${own.version}, so there would be no way back for ${name}`,
    { hint: `end it and keep a copy: fleet down ${name}, then copy the folder that log_dir names` },
  );
}
