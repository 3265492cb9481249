import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { Failure, isCode, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { engineUrlOf, ensureEngine } from "./engine-source.ts";
import { checkIdentity, lastWords, openGit } from "./git.ts";
import { type Files, goodNameFor, type Home, homeFor, isGoodName, pathFor } from "./plan.ts";
import { register, withEntry } from "./register.ts";

export interface Created {
  readonly name: string;
  /** Relative to fleet.toml. */
  readonly path: string;
  /** The engine's commit. */
  readonly engine: string;
}

/** What a project is to hold besides its engine. */
export interface Contents {
  /** What git tracks there, below the project's folder; the url is where the engine is cloned from. */
  tracked(engineUrl: string): Files;
  /** Those of them that are to be run. */
  readonly programs: ReadonlySet<string>;
  /** What lies there, and git ignores. */
  readonly untracked: Files;
  /** Of the first commit: what was done. */
  readonly done: string;
}

/**
 * Makes a project: a git repository of its own with a pinned engine. It is
 * built aside, moved to its place when it is whole, and registered last; what
 * an end by force leaves behind is finished or cleared by the next run.
 */
export async function makeProject(
  found: FoundFleet,
  name: string,
  contents: Contents,
  world: World,
  home: Home = homeFor(name),
): Promise<Created> {
  const target = path.resolve(found.root, home.path);
  const parent = path.dirname(target);
  const unfinished = await readMark(target);
  await checkFree(found, name, unfinished === null ? home : { ...home, path: null });
  if (unfinished !== null) {
    await finish(found.root, target, name, home);
    return { name, path: home.path, engine: unfinished };
  }
  await checkIdentity(await openGit(found.root, world));
  await ensureEngine(found, world);
  await mkdir(parent, { recursive: true });
  await clearLeftovers(parent, path.basename(target));
  const aside = path.join(
    parent,
    `.${path.basename(target)}.fleet-new-${process.pid}-${Date.now().toString(36)}`,
  );
  await mkdir(aside);
  try {
    const engine = await build(found, aside, name, { ...contents, remote: home.remote }, world);
    await place(aside, target, home.path);
    await finish(found.root, target, name, home);
    return { name, path: home.path, engine };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Can it be registered under this name, and is its place free? Null: its place is its own. @throws Failure */
export async function checkFree(
  found: FoundFleet,
  name: string,
  { path: where, enabled, registered }: Omit<Home, "path" | "remote"> & { readonly path: string | null },
): Promise<void> {
  checkName(found, name);
  const entry = { path: where ?? pathFor(name), enabled };
  if (registered) await withEntry(await readFile(path.join(found.root, "fleet.toml")), name, entry);
  if (where !== null && (await exists(path.resolve(found.root, where))))
    throw new Failure("TAKEN", `${where} is there already`, {
      hint: "choose another name, or move that folder away",
    });
}

/** A name that nothing has, and that can be one. */
export function checkName(found: FoundFleet, name: string): void {
  if (!isGoodName(name)) {
    const good = goodNameFor(name);
    const rule = "a name has a-z, 0-9 and -, begins with a letter or digit, and has 32 characters at most";
    throw new Failure("WRONG_USAGE", `"${name}" can't be the name of a project`, {
      hint: good === null ? rule : `${rule}\nperhaps: fleet create-project ${good}`,
    });
  }
  if (found.fleet.projects.some((project) => project.name === name))
    throw new Failure("TAKEN", `${found.file} has a project "${name}" already`, {
      hint: "choose another name",
    });
}

/** Everything, the first commit included. Returns the engine's commit. */
async function build(
  found: FoundFleet,
  folder: string,
  name: string,
  { tracked, programs, untracked, done, remote }: Contents & Pick<Home, "remote">,
  world: World,
): Promise<string> {
  const { ref } = found.fleet.engine;
  const git = await openGit(folder, world);
  await git.raw(["init", "--quiet", "--template=", "--initial-branch=main"]);
  const engine = await addEngine(found, folder, world);
  const files = tracked(engineUrlOf(found));
  for (const [file, text] of Object.entries({ ...files, ...untracked })) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text, programs.has(file) ? { mode: 0o755 } : {});
  }
  await git.raw(["add", "--", ...Object.keys(files), "engine"]);
  await git.raw(["commit", "--quiet", "--no-verify", "-m", `${done} ${name} with the engine at ${ref}`]);
  const staged = await git.raw(["ls-files", "--stage", "--", "engine"]);
  if (!staged.startsWith(`160000 ${engine} 0\t`)) throw new Error(`the engine was committed as ${staged}`);
  if (remote !== null) await git.raw(["remote", "add", "origin", "--", remote]);
  await writeFile(markOf(folder), engine);
  return engine;
}

/** Adds the engine to a repository as a submodule, at the configured ref. Returns its commit. */
export async function addEngine(found: FoundFleet, folder: string, world: World): Promise<string> {
  const { url } = found.fleet.engine;
  const engineUrl = engineUrlOf(found);
  const git = await openGit(folder, world);
  try {
    await git.raw(["submodule", "--quiet", "add", "--name", "engine", "--", engineUrl, "engine"]);
  } catch (cause) {
    if (world.signal.aborted) throw cause;
    throw new Failure("GIT_FAILED", `the engine can't be fetched from ${url}: ${lastWords(cause)}`, {
      hint: `check url under [engine] in ${found.file}, and that you can reach it: git ls-remote ${engineUrl}`,
      cause,
    });
  }
  return pin(path.join(folder, "engine"), found, world);
}

/** Checks the configured ref out in the submodule, and that what it names is an engine. */
async function pin(folder: string, found: FoundFleet, world: World): Promise<string> {
  const { url, ref } = found.fleet.engine;
  const git = await openGit(folder, world);
  const resolve = (name: string) =>
    git.raw(["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`]).then(
      (commit) => commit.trim(),
      () => null,
    );
  const exact = /^[0-9a-f]{40}$/.test(ref) ? ref : `refs/tags/${ref}`;
  const commit = (await resolve(exact)) ?? (await resolve(`refs/remotes/origin/${ref}`));
  if (commit === null)
    throw new Failure("GIT_FAILED", `the engine at ${url} has no ${ref}`, {
      hint: `set ref under [engine] in ${found.file} to a tag, a branch or a commit that it has`,
    });
  await git.raw(["checkout", "--quiet", "--detach", commit]);
  for (const file of ["agents", "agents.mjs"]) {
    if (await exists(path.join(folder, file))) continue;
    throw new Failure("ENGINE_MISSING", `${url} at ${ref} is not an engine: it has no ${file}`, {
      hint: `url under [engine] in ${found.file} must be a repository that pnpm release:engine made`,
    });
  }
  return commit;
}

/** From aside to its place, in one step. */
async function place(aside: string, target: string, where: string): Promise<void> {
  try {
    await rename(aside, target);
  } catch (cause) {
    if (!isCode(cause, "ENOTEMPTY") && !isCode(cause, "EEXIST") && !isCode(cause, "ENOTDIR")) throw cause;
    throw new Failure("TAKEN", `${where} came into being while the project was being made`, {
      cause,
    });
  }
}

async function finish(root: string, target: string, name: string, home: Home): Promise<void> {
  if (home.registered) await register(root, name, home);
  await clearMark(target);
}

export const clearMark = (folder: string): Promise<void> => rm(markOf(folder), { force: true });

/** In a whole project that is not in fleet.toml yet: the engine's commit. Outside of what git tracks. */
const markOf = (folder: string): string => path.join(folder, ".git/fleet-unregistered");

export const readMark = (folder: string): Promise<string | null> =>
  readFile(markOf(folder), "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  });

/** What runs that were ended by force left aside. One that still works is left alone. */
async function clearLeftovers(parent: string, name: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = new RegExp(`^\\.${name}\\.fleet-new-(\\d+)-`).exec(entry)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(path.join(parent, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  );
