import { lstat, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { type FileFact, wantedFiles } from "../agents-rules.ts";
import type { Project } from "../project.ts";

/** More than any prompt needs. */
const MOST = 1024 * 1024;

/** What stands at each path that a project names. Reads only. */
export async function factsOf(root: string, project: Project): Promise<ReadonlyMap<string, FileFact>> {
  const real = await realpath(root);
  const facts = wantedFiles(project).map(async (name) => [name, await factOf(real, name)] as const);
  return new Map(await Promise.all(facts));
}

async function factOf(root: string, name: string): Promise<FileFact> {
  const file = await realpath(path.join(root, name)).catch(() => null);
  if (file === null) return { kind: "missing" };
  if (file !== root && !file.startsWith(root + path.sep)) return { kind: "symlink-out" };
  const found = await lstat(file).catch(() => null);
  if (found === null) return { kind: "missing" };
  if (found.isDirectory()) return { kind: "directory" };
  if (!found.isFile() || found.size > MOST) return { kind: "file" };
  const bytes = await readFile(file).catch(() => null);
  const text = bytes === null ? null : decode(bytes);
  return text === null ? { kind: "file" } : { kind: "file", text };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
