import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { createGit, type Git, type World } from "@fleet/engine";
import { readPin } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { inParallel } from "../in-parallel.ts";
import { type Modules, readModules } from "./modules.ts";
import { changedIn, whyNone } from "./pins.ts";
import { type Manifest, parseManifest } from "./release.ts";
import { checkOutCommand, type Listing, listRemote, moveCommands } from "./remote.ts";

/** Something about a project's engine that is not as it was released, and what to do about it. */
export interface Fault {
  readonly message: string;
  readonly help: string | null;
}

export interface Verified {
  readonly project: FleetProject;
  readonly commit: string | null;
  readonly version: string | null;
  readonly faults: readonly Fault[];
}

const AT_ONCE = 8;

/**
 * Is each project's engine what its release was? Looks at the files themselves,
 * and asks each repository of releases once, unless offline. Writes nothing.
 */
export async function verifyPins(
  found: FoundFleet,
  projects: readonly FleetProject[],
  { offline, world }: { readonly offline: boolean; readonly world: World },
): Promise<readonly Verified[]> {
  const git = createGit(world.env);
  const asked = new Map<string, Promise<Listing>>();
  const list = (url: string): Promise<Listing> => {
    const answer = asked.get(url) ?? listRemote(git, url);
    asked.set(url, answer);
    return answer;
  };
  const pinned = projects.filter(({ engine }) => engine !== "workspace");
  return inParallel(pinned, AT_ONCE, async (project) => {
    const folder = folderOf(found, project);
    const shown = path.relative(world.cwd, folder) || ".";
    return verify({ project, folder, shown, git, list: offline ? null : list });
  });
}

interface Job {
  readonly project: FleetProject;
  readonly folder: string;
  /** As a person would write it. */
  readonly shown: string;
  readonly git: Git;
  readonly list: ((url: string) => Promise<Listing>) | null;
}

async function verify(job: Job): Promise<Verified> {
  const { project, folder, shown } = job;
  const pin = await readPin(folder);
  if (pin.is !== "pinned") {
    const help = "fleet create-project shows how a project looks";
    return { project, commit: null, version: null, faults: [{ message: whyNone(pin), help }] };
  }
  const { commit, checkedOut } = pin;
  const faults: Fault[] = [];
  if (project.engine !== null && project.engine !== commit)
    faults.push({
      message: `it is pinned to ${commit}, and fleet.toml expects ${project.engine}`,
      help: "fleet upgrade moves a pin, and keeps fleet.toml",
    });
  const modules = await modulesOf(folder);
  const help = "it has one submodule, as fleet create-project writes it: path and url";
  faults.push(...modules.faults.map((message) => ({ message, help })));
  if (checkedOut !== commit) {
    const message =
      checkedOut === null ? "it is not checked out" : `${checkedOut} is checked out, not ${commit}`;
    faults.push({ message, help: checkOutCommand(shown, modules.url) });
    return { project, commit, version: null, faults };
  }
  const manifest = await manifestAt(job, commit);
  faults.push(...(await fileFaults(job, manifest)), ...(await objectFaults(job, commit, modules.url)));
  if (job.list !== null && modules.url !== null)
    faults.push(...(await remoteFaults(job, commit, manifest, modules.url)));
  return { project, commit, version: manifest?.version ?? null, faults };
}

/** A link would be followed by us and not by git, or the other way round. */
async function modulesOf(folder: string): Promise<Modules> {
  const file = path.join(folder, ".gitmodules");
  const entry = await lstat(file).catch(() => null);
  if (entry === null) return { url: null, faults: ["there is no .gitmodules"], places: [] };
  if (!entry.isFile()) return { url: null, faults: [".gitmodules is not a file"], places: [] };
  return readModules(await readFile(file, "utf8"));
}

/** As the commit has it, whatever lies in the folder. */
async function manifestAt({ folder, git }: Job, commit: string): Promise<Manifest | null> {
  const ran = await git(["-C", path.join(folder, "engine"), "cat-file", "blob", `${commit}:RELEASE.json`]);
  return ran.code === 0 ? parseManifest(ran.stdout) : null;
}

async function fileFaults({ folder, shown, git }: Job, manifest: Manifest | null): Promise<readonly Fault[]> {
  const engine = path.join(folder, "engine");
  const help = `git -C ${shown}/engine checkout --force HEAD && git -C ${shown}/engine clean -fdx`;
  const faults: Fault[] = [];
  if (!(await lstat(engine)).isDirectory())
    faults.push({ message: "engine is a link, not a folder", help: null });
  const changed = await changedIn(engine, git);
  if (changed === null) faults.push({ message: "git can't tell what is changed in engine", help: null });
  for (const file of changed ?? [])
    faults.push({ message: `engine/${file} is changed, added or missing`, help });
  if (manifest === null)
    return [
      ...faults,
      {
        message: "its commit has no RELEASE.json, so nothing says what its files must hold",
        help: "move it to a release: fleet upgrade",
      },
    ];
  // git believes the times of files; these are their bytes.
  for (const [file, hash] of Object.entries(manifest.files)) {
    if ((changed ?? []).includes(file) || (await hashOf(path.join(engine, file))) === hash) continue;
    faults.push({ message: `engine/${file} is not what ${manifest.version} has there`, help });
  }
  return faults;
}

export const hashOf = async (file: string): Promise<string | null> => {
  const entry = await lstat(file).catch(() => null);
  return entry?.isFile()
    ? createHash("sha256")
        .update(await readFile(file))
        .digest("hex")
    : null;
};

async function objectFaults(
  { folder, shown, git }: Job,
  commit: string,
  url: string | null,
): Promise<readonly Fault[]> {
  const words = ["fsck", "--strict", "--no-dangling", "--no-progress", "--no-reflogs", commit];
  const ran = await git(["-C", path.join(folder, "engine"), ...words]);
  if (ran.code === 0) return [];
  const message = `the engine's repository is damaged: ${`${ran.stdout}${ran.stderr}`.trim().split("\n")[0]}`;
  const help = `git -C ${shown} submodule deinit -f engine && rm -rf ${shown}/.git/modules/engine && ${checkOutCommand(shown, url)}`;
  return [{ message, help }];
}

async function remoteFaults(
  { folder, shown, git, list }: Job,
  commit: string,
  manifest: Manifest | null,
  url: string,
): Promise<readonly Fault[]> {
  const engine = path.join(folder, "engine");
  const origin = (await git(["-C", engine, "config", "--get", "remote.origin.url"])).stdout.trim();
  // A relative one is relative to where the project was cloned from, which git worked out.
  const asked = url.startsWith(".") ? origin : url;
  const faults: Fault[] = [];
  if (origin !== asked)
    faults.push({
      message: `the engine is fetched from ${origin}, and .gitmodules says ${url}`,
      help: `git -C ${shown} submodule sync engine`,
    });
  const listing = await list?.(asked);
  if (listing === undefined) return faults;
  if (listing.is === "unreachable") {
    const message = `${asked} can't be reached: ${listing.because}`;
    return [...faults, { message, help: `where it has moved:\n${moveCommands(shown)}` }];
  }
  if (listing.movedTo !== null)
    faults.push({
      message: `${asked} has moved to ${listing.movedTo}`,
      help: moveCommands(shown, listing.movedTo),
    });
  const tagged = manifest === null ? undefined : listing.refs.get(`refs/tags/v${manifest.version}`);
  if (tagged !== undefined && tagged !== commit)
    faults.push({
      message: `v${manifest?.version} is another commit there by now: ${tagged}`,
      help: "a release must not change: ask who publishes it, and look at both before you move",
    });
  else if (!(await isReachable(git, engine, commit, [...listing.refs.values()])))
    faults.push({
      message: `no tag and no branch of ${asked} has ${commit}`,
      help: "it was never published, or was taken back: fleet upgrade moves to one that is",
    });
  return faults;
}

/** Of the listed commits, those that were never fetched can't be asked what they come from. */
async function isReachable(
  git: Git,
  engine: string,
  commit: string,
  tips: readonly string[],
): Promise<boolean> {
  if (tips.includes(commit)) return true;
  for (const tip of new Set(tips)) {
    const { code } = await git(["-C", engine, "merge-base", "--is-ancestor", commit, tip]);
    if (code === 0) return true;
  }
  return false;
}
