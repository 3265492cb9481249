import type { BigIntStats } from "node:fs";
import path from "node:path";
import process from "node:process";
import { type FileFact, wantedFiles } from "../agents-rules.ts";
import type { Project } from "../project.ts";
import { bytesNow, diskTypeNow, entryNow, isProgramNow, realNow, textNow } from "./files.ts";
import { createGit } from "./git.ts";

/** More than any prompt needs. */
const MOST = 1024 * 1024;

/** What stands at each path that a project names. Reads only. */
export async function factsOf(root: string, project: Project): Promise<ReadonlyMap<string, FileFact>> {
  const real = realNow(root) ?? root;
  const look = looker(real);
  const clone = project.loop?.handoff?.repo;
  const secrets = Object.values(project.backends).map(({ env_file }) => env_file);
  const facts = wantedFiles(project).map(async (name): Promise<readonly [string, FileFact]> => {
    if (name.startsWith("$PATH/")) return [name, programFact(name.slice("$PATH/".length))];
    const fact = look(name);
    return [
      name,
      {
        ...fact,
        ...(name === clone && fact.kind === "directory" ? cloneFact(path.join(real, name)) : {}),
        ...(name === project.log_dir && fact.kind !== "symlink-out" ? await stateFact(real, name) : {}),
        ...(secrets.includes(name) ? { tracked: await isTracked(real, name, name) } : {}),
      },
    ];
  });
  return new Map(await Promise.all(facts));
}

/** The files of a project lie in few folders, and each folder's real path is asked once. */
function looker(root: string): (name: string) => FileFact {
  const folders = new Map<string, string | null>();
  const realFolder = (folder: string): string | null => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const real = realNow(folder);
    folders.set(folder, real);
    return real;
  };
  return (name) => {
    const file = path.join(root, name);
    const folder = realFolder(path.dirname(file));
    if (folder === null) return { kind: "missing" };
    const there = path.join(folder, path.basename(file));
    const found = entryNow(there);
    if (found === null) return { kind: "missing" };
    if (!found.isSymbolicLink()) return factOf(root, there, found);
    const real = realNow(there);
    const behind = real === null ? null : entryNow(real);
    return real === null || behind === null ? { kind: "missing" } : factOf(root, real, behind);
  };
}

/** Of a path without links. */
function factOf(root: string, file: string, found: BigIntStats): FileFact {
  if (file !== root && !file.startsWith(root + path.sep)) return { kind: "symlink-out" };
  if (found.isDirectory()) return { kind: "directory" };
  if (!found.isFile() || found.size > MOST) return { kind: "file" };
  const bytes = bytesNow(file);
  const text = bytes === null ? null : decode(bytes);
  return text === null ? { kind: "file" } : { kind: "file", text };
}

function programFact(name: string): FileFact {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  for (const folder of folders) if (isProgramNow(path.join(folder, name))) return { kind: "file" };
  return { kind: "missing" };
}

/** By its own config alone. A linked worktree has its config elsewhere, and then nothing is said. */
function cloneFact(clone: string): Pick<FileFact, "hasRemote"> {
  const config = textNow(path.join(clone, ".git/config"));
  return config === null ? {} : { hasRemote: /^\s*\[remote "/m.test(config) };
}

/** NFS and the two of SMB: statfs(2) tells them by these numbers. */
const REMOTE_DISKS = new Set([0x6969, 0xff534d42, 0xfe534d42]);

async function stateFact(root: string, name: string): Promise<Pick<FileFact, "tracked" | "remote">> {
  return { tracked: await isTracked(root, name, `${name}/watchdog.log`), remote: isRemote(root) };
}

/** By the number of the disk: a thousand projects lie on very few. */
const remoteDisks = new Map<bigint, boolean>();

function isRemote(folder: string): boolean {
  const disk = entryNow(folder)?.dev ?? 0n;
  const known = remoteDisks.get(disk);
  if (known !== undefined) return known;
  const remote = REMOTE_DISKS.has((diskTypeNow(folder) ?? 0) >>> 0);
  remoteDisks.set(disk, remote);
  return remote;
}

/** Most projects name what it is about in their .gitignore as it is; for all else git is asked. */
async function isTracked(root: string, name: string, inside: string): Promise<boolean> {
  if (!isInRepository(root)) return false;
  const ignored = textNow(path.join(root, ".gitignore")) ?? "";
  const patterns = ignored.split("\n").map((line) => line.trim().replace(/^\/|\/$/g, ""));
  if (patterns.includes(name.replace(/^(\.\/)+|\/+$/g, "")) && !/^\s*!/m.test(ignored)) return false;
  const git = createGit(process.env);
  const asked = await git(["-C", root, "check-ignore", "--quiet", "--no-index", "--", inside]);
  // 1 is its no; all else says that it could not tell.
  return asked.code === 1;
}

function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (entryNow(path.join(at, ".git")) !== null) return true;
    if (at === path.dirname(at)) return false;
  }
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
