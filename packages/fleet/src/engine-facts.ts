import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { readText } from "@fleet/engine";
import { filesInIndex } from "./git-index.ts";
import { parseManifest } from "./pin/release.ts";
import { repositoryOf } from "./read-pin.ts";

/** What a look at a project's engine shows, without git and without starting it. */
export interface EngineFacts {
  /** The project's .gitmodules; null where there is none. */
  readonly modules: string | null;
  /** Files of the engine that are not as they were committed. */
  readonly changed: readonly string[];
  /** The version of its JSON answers, by its own word; null where it does not tell. */
  readonly answers: number | null;
}

export const NO_ENGINE: EngineFacts = { modules: null, changed: [], answers: null };

export async function readEngineFacts(project: string): Promise<EngineFacts> {
  const engine = path.join(project, "engine");
  const [modules, changed, release] = await Promise.all([
    readText(path.join(project, ".gitmodules")),
    changedFiles(engine),
    readText(path.join(engine, "RELEASE.json")),
  ]);
  return { modules, changed, answers: release === null ? null : (parseManifest(release)?.answers ?? null) };
}

const LINK = 0o120000;
const EXECUTABLE = 0o111;

/** A release is small: to hash it takes less time than to start git. `fleet pin verify` looks harder. */
async function changedFiles(engine: string): Promise<readonly string[]> {
  const repository = await repositoryOf(engine);
  const index = repository === null ? null : await readFile(path.join(repository, "index")).catch(() => null);
  const files = index === null ? "unsure" : filesInIndex(index);
  if (files === "unsure") return [];
  const changed = [...files].map(async ([name, { mode, object }]) => {
    const file = path.join(engine, name);
    const found = await lstat(file).catch(() => null);
    if (found?.isFile() !== true || (mode & LINK) === LINK) return found === null ? [name] : [];
    const isProgram = (found.mode & EXECUTABLE) !== 0;
    return isProgram === ((mode & EXECUTABLE) !== 0) && (await blobOf(file)) === object ? [] : [name];
  });
  return (await Promise.all(changed)).flat();
}

/** As git names what a file holds. */
async function blobOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
