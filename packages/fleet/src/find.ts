import path from "node:path";
import { closest, Failure, fileProblems, readWritten, type WrittenFile } from "@fleet/engine";
import { type Fleet, type FleetProject, MAX_BYTES, parseFleetFile } from "./fleet-file.ts";

/** A fleet on this disk. */
export interface FoundFleet {
  /** The folder of fleet.toml, absolute. */
  readonly root: string;
  /** As the user would write it from where they are. */
  readonly file: string;
  readonly fleet: Fleet;
}

/** Where a fleet's projects are. */
export const folderOf = ({ root }: FoundFleet, project: FleetProject): string =>
  path.resolve(root, project.path);

/** The nearest fleet.toml, from here upwards, whatever it is. @throws Failure FILE_MISSING */
export function lookForFleetFile(cwd: string): { readonly root: string; readonly written: WrittenFile } {
  for (let root = path.resolve(cwd); ; root = path.dirname(root)) {
    const written = readWritten(path.join(root, "fleet.toml"), MAX_BYTES);
    if (written.is !== "missing") return { root, written };
    if (root !== path.dirname(root)) continue;
    throw new Failure("FILE_MISSING", "there is no fleet.toml here, nor in any folder above", {
      hint: "go to the folder of your fleet, or to a folder inside it",
    });
  }
}

/** Its folder, and its bytes. @throws Failure FILE_MISSING */
export async function findFleetFile(
  cwd: string,
): Promise<{ readonly root: string; readonly bytes: Uint8Array }> {
  const { root, written } = lookForFleetFile(cwd);
  if (written.is === "read") return { root, bytes: written.bytes };
  const [{ message, help } = { message: "", help: null }] = fileProblems("fleet.toml", written);
  throw new Failure("FILE_MISSING", `in ${root}: ${message}`, help === null ? {} : { hint: help });
}

/** @throws Failure FILE_MISSING; INVALID_FILE with every problem */
export async function findFleet(cwd: string, { strict = true } = {}): Promise<FoundFleet> {
  const { root, bytes } = await findFleetFile(cwd);
  const file = path.relative(cwd, path.join(root, "fleet.toml")) || "fleet.toml";
  const parsed = await parseFleetFile(file, bytes, { strict });
  if (!parsed.ok)
    throw new Failure("INVALID_FILE", `${file} has problems`, {
      problems: parsed.problems,
      hint: "see them all: fleet validate",
    });
  return { root, file, fleet: parsed.value };
}

/** The projects that were named, in the file's order of names given. @throws Failure UNKNOWN_NAME */
export function pickProjects(
  { fleet, file }: Pick<FoundFleet, "fleet" | "file">,
  names: readonly string[],
): readonly FleetProject[] {
  const known = fleet.projects.map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const project = fleet.projects.find((one) => one.name === name);
    if (project !== undefined) return project;
    const meant = closest(name, known);
    const all =
      known.length === 0 ? "it has none yet: fleet create-project NAME" : `projects: ${known.join(", ")}`;
    throw new Failure("UNKNOWN_NAME", `${file} has no project "${name}"`, {
      hint: meant === null ? all : `did you mean \`${meant}\`?`,
    });
  });
}

/** The projects with one of these tags, in the file's order. @throws Failure UNKNOWN_NAME */
export function projectsTagged(
  { fleet, file }: FoundFleet,
  tags: readonly string[],
): readonly FleetProject[] {
  const known = [...new Set(fleet.projects.flatMap((project) => project.tags))];
  const strange = tags.find((tag) => !known.includes(tag));
  if (strange === undefined)
    return fleet.projects.filter((project) => project.tags.some((tag) => tags.includes(tag)));
  const meant = closest(strange, known);
  const all = known.length === 0 ? "no project has tags yet" : `tags: ${known.join(", ")}`;
  throw new Failure("UNKNOWN_NAME", `no project in ${file} has the tag "${strange}"`, {
    hint: meant === null ? all : `did you mean \`${meant}\`?`,
  });
}
