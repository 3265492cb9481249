import { constants } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { type FileFact, factsOf, isCode, readAgentsFile } from "@fleet/engine";
import { findFleetFile } from "./find.ts";
import { type FleetFile, type FleetProject, readFleetFile } from "./fleet-file.ts";
import { inParallel } from "./in-parallel.ts";
import { type Pin, readPin } from "./read-pin.ts";

/** A fleet as it lies on the disk at one moment: all that `checkSnapshot` wants to know. */
export interface Snapshot {
  readonly file: string;
  readonly source: string;
  readonly fleet: FleetFile;
  readonly projects: readonly ProjectSnapshot[];
}

export interface ProjectSnapshot {
  readonly project: FleetProject;
  readonly folder: "directory" | "file" | "missing" | "unreadable";
  /** Without links, for two names of one folder. */
  readonly real: string;
  /** As problems name it. */
  readonly file: string;
  readonly agents: AgentsSnapshot;
  /** What agents.toml names, relative to the project. */
  readonly files: ReadonlyMap<string, FileFact>;
  readonly pin: Pin;
}

export type AgentsSnapshot =
  | ({ readonly is: "read"; readonly source: string } & Awaited<ReturnType<typeof readAgentsFile>>)
  | { readonly is: "missing" | "not-a-file" | "unreadable" };

const MOST_BYTES = 256 * 1024;
/** More would not be faster, and every project takes some open files and a process. */
const AT_ONCE = 16;

/** Reads the fleet around a folder. Writes nothing. @throws Failure FILE_MISSING */
export async function takeSnapshot(cwd: string): Promise<Snapshot> {
  const { root, bytes } = await findFleetFile(cwd);
  const file = shown(cwd, path.join(root, "fleet.toml"));
  const fleet = await readFleetFile(file, bytes);
  const projects = await inParallel(fleet.fleet?.projects ?? [], AT_ONCE, (project) =>
    projectSnapshot(cwd, root, project),
  );
  return { file, source: textOf(bytes), fleet, projects };
}

async function projectSnapshot(cwd: string, root: string, project: FleetProject): Promise<ProjectSnapshot> {
  const place = path.resolve(root, project.path);
  const folder = await folderFact(place);
  const file = shown(cwd, path.join(place, "agents.toml"));
  if (folder !== "directory") {
    const nothing = { agents: { is: "missing" }, files: new Map(), pin: { is: "not-a-repository" } } as const;
    return { project, folder, real: place, file, ...nothing };
  }
  const agents = await agentsSnapshot(path.join(place, "agents.toml"), file);
  const known = agents.is === "read" ? agents.project : null;
  const [real, files, pin] = await Promise.all([
    realpath(place),
    known === null ? new Map<string, FileFact>() : factsOf(place, known),
    project.engine === "workspace" ? ({ is: "no-engine" } as const) : readPin(place),
  ]);
  return { project, folder, real, file, agents, files, pin };
}

async function agentsSnapshot(at: string, file: string): Promise<AgentsSnapshot> {
  try {
    // A pipe without a writer must not keep us waiting.
    await using handle = await open(at, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await handle.stat();
    if (!found.isFile()) return { is: "not-a-file" };
    // One byte more than is allowed tells that it is too much.
    const room = Buffer.alloc(Math.min(found.size, MOST_BYTES) + 1);
    const { bytesRead } = await handle.read(room, 0, room.length, 0);
    const bytes = room.subarray(0, bytesRead);
    return { is: "read", source: textOf(bytes), ...(await readAgentsFile(file, bytes)) };
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return { is: "missing" };
    if (isCode(error, "EACCES") || isCode(error, "ELOOP") || isCode(error, "ENXIO"))
      return { is: "unreadable" };
    throw error;
  }
}

async function folderFact(folder: string): Promise<ProjectSnapshot["folder"]> {
  try {
    return (await stat(folder)).isDirectory() ? "directory" : "file";
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return "missing";
    if (isCode(error, "EACCES") || isCode(error, "ELOOP")) return "unreadable";
    throw error;
  }
}

/** As a person in this folder would write it. */
const shown = (cwd: string, file: string): string => path.relative(cwd, file) || ".";

/** For the pictures of problems, so a byte that is no text may be shown as one that is. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8").decode(bytes);
