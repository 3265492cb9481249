import { opendirSync, statSync } from "node:fs";
import path from "node:path";
import {
  type FileFact,
  factsOf,
  isCode,
  readAgentsFile,
  readWritten,
  realNow,
  type WrittenFile,
} from "@fleet/engine";
import { lookForFleetFile } from "../find.ts";
import { isInside } from "../fleet-file/rules.ts";
import { type FleetFile, type FleetProject, readFleetFile } from "../fleet-file.ts";
import { inParallel } from "../in-parallel.ts";
import { type EngineFacts, NO_ENGINE, readEngineFacts } from "./engine-facts.ts";
import { type Machine, readMachine } from "./machine.ts";
import { type Pin, readPin } from "./read-pin.ts";

/** A fleet as it lies on the disk at one moment: all that `checkSnapshot` wants to know. */
export interface Snapshot {
  readonly file: string;
  readonly written: WrittenFile;
  readonly source: string;
  readonly fleet: FleetFile;
  readonly projects: readonly ProjectSnapshot[];
  readonly machine: Machine;
}

export interface ProjectSnapshot {
  readonly project: FleetProject;
  readonly folder: "directory" | "file" | "missing" | "unreadable";
  /** Without links, for two names of one folder. */
  readonly real: string;
  /** Its path seems to stay in the fleet's folder, and a link in it leads out. */
  readonly strays: boolean;
  /** As problems name it. */
  readonly file: string;
  readonly agents: AgentsSnapshot;
  /** What agents.toml names, relative to the project. */
  readonly files: ReadonlyMap<string, FileFact>;
  readonly pin: Pin;
  readonly engine: EngineFacts;
}

export interface AgentsSnapshot extends Awaited<ReturnType<typeof readAgentsFile>> {
  readonly written: WrittenFile;
  readonly source: string;
}

const MOST_BYTES = 256 * 1024;
const NOTHING = { problems: [], document: null, project: null, fleet: null } as const;
/** More would not be faster, and every project takes some open files and a process. */
const AT_ONCE = 16;

/** Reads the fleet around a folder. Writes nothing. @throws Failure FILE_MISSING */
export async function takeSnapshot(cwd: string): Promise<Snapshot> {
  const { root, written } = lookForFleetFile(cwd);
  const file = shown(cwd, path.join(root, "fleet.toml"));
  const bytes = written.is === "read" ? written.bytes : new Uint8Array();
  const fleet = written.is === "read" ? await readFleetFile(file, bytes) : NOTHING;
  const real = realNow(root) ?? root;
  const [machine, projects] = await Promise.all([
    readMachine(),
    inParallel(fleet.fleet?.projects ?? [], AT_ONCE, (project) =>
      projectSnapshot(cwd, { root, real }, project),
    ),
  ]);
  return { file, written, source: textOf(bytes), fleet, projects, machine };
}

async function projectSnapshot(
  cwd: string,
  { root, real: around }: { readonly root: string; readonly real: string },
  project: FleetProject,
): Promise<ProjectSnapshot> {
  const place = path.resolve(root, project.path);
  const folder = folderFact(place);
  const file = shown(cwd, path.join(place, "agents.toml"));
  if (folder !== "directory") {
    const agents = { written: { is: "missing" }, source: "", ...NOTHING } as const;
    const nothing = { agents, files: new Map(), pin: { is: "not-a-repository" }, engine: NO_ENGINE } as const;
    return { project, folder, real: place, strays: false, file, ...nothing };
  }
  const agents = await agentsSnapshot(path.join(place, "agents.toml"), file);
  const known = agents.project;
  const isOurs = project.engine === "workspace";
  const real = realNow(place) ?? place;
  const engine = isOurs ? NO_ENGINE : readEngineFacts(place);
  const [files, pin] = await Promise.all([
    known === null ? new Map<string, FileFact>() : factsOf(place, known),
    isOurs ? ({ is: "no-engine" } as const) : readPin(place),
  ]);
  const strays = isInside(project.path) && real !== around && !real.startsWith(around + path.sep);
  return { project, folder, real, strays, file, agents, files, pin, engine };
}

async function agentsSnapshot(at: string, file: string): Promise<AgentsSnapshot> {
  const written = readWritten(at, MOST_BYTES);
  if (written.is !== "read") return { written, source: "", ...NOTHING };
  const { bytes } = written;
  return { written, source: textOf(bytes), ...(await readAgentsFile(file, bytes)) };
}

function folderFact(folder: string): ProjectSnapshot["folder"] {
  try {
    if (!statSync(folder).isDirectory()) return "file";
    opendirSync(folder).closeSync();
    return "directory";
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].some((code) => isCode(error, code))) return "missing";
    if (isCode(error, "EACCES") || isCode(error, "ELOOP")) return "unreadable";
    throw error;
  }
}

/** As a person in this folder would write it. */
const shown = (cwd: string, file: string): string => path.relative(cwd, file) || ".";

/** For the pictures of problems, so a byte that is no text may be shown as one that is. */
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8").decode(bytes);
