import path from "node:path";
import { bytesNow, entryNow, textNow } from "@fleet/engine";
import { parseManifest } from "../pin/release.ts";
import { type Entry, filesInIndex, isAsSeen, objectOf } from "./git-index.ts";
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

export function readEngineFacts(project: string): EngineFacts {
  const engine = path.join(project, "engine");
  const release = textNow(path.join(engine, "RELEASE.json"));
  return {
    modules: textNow(path.join(project, ".gitmodules")),
    changed: changedFiles(engine),
    answers: release === null ? null : (parseManifest(release)?.answers ?? null),
  };
}

const LINK = 0o120000;
const EXECUTABLE = 0o111;

/** A release is small: to look at its files takes less time than to start git. `fleet pin verify` looks harder. */
function changedFiles(engine: string): readonly string[] {
  const repository = repositoryOf(engine);
  const index = repository === null ? null : path.join(repository, "index");
  const bytes = index === null ? null : bytesNow(index);
  const written = index === null ? null : entryNow(index);
  if (bytes === null || written === null) return [];
  const files = filesInIndex(bytes);
  if (files === "unsure") return [];
  return [...files]
    .filter(([name, entry]) => isChanged(path.join(engine, name), entry, written.mtimeNs))
    .map(([name]) => name);
}

function isChanged(file: string, entry: Entry, indexWritten: bigint): boolean {
  const found = entryNow(file);
  if (found === null) return true;
  if (!found.isFile() || (entry.mode & LINK) === LINK) return false;
  const isProgram = (Number(found.mode) & EXECUTABLE) !== 0;
  if (isProgram !== ((entry.mode & EXECUTABLE) !== 0)) return true;
  if (isAsSeen(entry, found, indexWritten)) return false;
  const bytes = bytesNow(file);
  return bytes === null || objectOf(bytes) !== entry.object;
}
