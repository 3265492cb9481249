import { access, constants, statfs } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { type FileFact, wantedFiles } from "../agents-rules.ts";
import type { Project } from "../project.ts";
import { bytesNow, entryNow, realNow, textNow } from "./files.ts";
import { createGit } from "./git.ts";

/** More than any prompt needs. */
const MOST = 1024 * 1024;

/** What stands at each path that a project names. Reads only. */
export async function factsOf(root: string, project: Project): Promise<ReadonlyMap<string, FileFact>> {
  const real = realNow(root) ?? root;
  const clone = project.loop?.handoff?.repo;
  const secrets = Object.values(project.backends).map(({ env_file }) => env_file);
  const facts = wantedFiles(project).map(async (name): Promise<readonly [string, FileFact]> => {
    if (name.startsWith("$PATH/")) return [name, await programFact(name.slice("$PATH/".length))];
    const fact = factOf(real, name);
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

function factOf(root: string, name: string): FileFact {
  const file = realNow(path.join(root, name));
  if (file === null) return { kind: "missing" };
  if (file !== root && !file.startsWith(root + path.sep)) return { kind: "symlink-out" };
  const found = entryNow(file);
  if (found === null) return { kind: "missing" };
  if (found.isDirectory()) return { kind: "directory" };
  if (!found.isFile() || found.size > MOST) return { kind: "file" };
  const bytes = bytesNow(file);
  const text = bytes === null ? null : decode(bytes);
  return text === null ? { kind: "file" } : { kind: "file", text };
}

async function programFact(name: string): Promise<FileFact> {
  const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => folder !== "");
  for (const folder of folders) if (await isProgram(path.join(folder, name))) return { kind: "file" };
  return { kind: "missing" };
}

const isProgram = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  );

/** By its own config alone. A linked worktree has its config elsewhere, and then nothing is said. */
function cloneFact(clone: string): Pick<FileFact, "hasRemote"> {
  const config = textNow(path.join(clone, ".git/config"));
  return config === null ? {} : { hasRemote: /^\s*\[remote "/m.test(config) };
}

/** NFS and the two of SMB: statfs(2) tells them by these numbers. */
const REMOTE_DISKS = new Set([0x6969, 0xff534d42, 0xfe534d42]);

async function stateFact(root: string, name: string): Promise<Pick<FileFact, "tracked" | "remote">> {
  const disk = await statfs(root).catch(() => null);
  return {
    tracked: await isTracked(root, name, `${name}/watchdog.log`),
    remote: disk !== null && REMOTE_DISKS.has(disk.type >>> 0),
  };
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
