import { lstat, readFile } from "node:fs/promises";
import path from "node:path";
import { readText } from "@fleet/engine";
import { type Entry, filesInIndex, isAsSeen, objectOf } from "./git-index.ts";
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

/** A release is small: to look at its files takes less time than to start git. `fleet pin verify` looks harder. */
async function changedFiles(engine: string): Promise<readonly string[]> {
  const repository = await repositoryOf(engine);
  const index = repository === null ? null : path.join(repository, "index");
  const bytes = index === null ? null : await readFile(index).catch(() => null);
  if (index === null || bytes === null) return [];
  const files = filesInIndex(bytes);
  if (files === "unsure") return [];
  const written = (await lstat(index, { bigint: true })).mtimeNs;
  const changed = [...files].map(async ([name, entry]) =>
    (await isChanged(path.join(engine, name), entry, written)) ? [name] : [],
  );
  return (await Promise.all(changed)).flat();
}

async function isChanged(file: string, entry: Entry, indexWritten: bigint): Promise<boolean> {
  const found = await lstat(file, { bigint: true }).catch(() => null);
  if (found === null) return true;
  if (!found.isFile() || (entry.mode & LINK) === LINK) return false;
  const isProgram = (Number(found.mode) & EXECUTABLE) !== 0;
  if (isProgram !== ((entry.mode & EXECUTABLE) !== 0)) return true;
  return !isAsSeen(entry, found, indexWritten) && objectOf(await readFile(file)) !== entry.object;
}
