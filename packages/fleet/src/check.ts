import { besides, checkProjectFiles, fileProblems, type Problem, sortProblems } from "@fleet/engine";
import { clashes } from "./check/clashes.ts";
import { machineProblems } from "./check/machine.ts";
import { pinProblems } from "./check/pins.ts";
import { at } from "./check/problems.ts";
import type { ProjectSnapshot, Snapshot } from "./facts/snapshot.ts";

export interface Checked {
  readonly problems: readonly Problem[];
  /** What the files hold that problems point into. */
  readonly sources: ReadonlyMap<string, string>;
  readonly projects: number;
}

/** Everything that is wrong with a fleet: its file, each project's own, and what lies between them. */
export function checkSnapshot(snapshot: Snapshot): Checked {
  const { fleet, projects } = snapshot;
  const problems = [
    ...fileProblems(snapshot.file, snapshot.written),
    ...fleet.problems,
    ...projects.flatMap((one) => [
      ...folderProblems(snapshot, one),
      ...agentsProblems(one),
      ...pinProblems(snapshot, one),
    ]),
    ...clashes(snapshot),
    ...machineProblems(snapshot.file, snapshot.machine),
  ];
  return { problems: sortProblems(problems), sources: sourcesOf(snapshot), projects: projects.length };
}

function folderProblems(
  snapshot: Snapshot,
  { project, folder, strays }: ProjectSnapshot,
): readonly Problem[] {
  switch (folder) {
    case "directory": {
      if (!strays) return [];
      const message = `\`${project.path}\` is a link that leads out of the fleet's folder`;
      const stray = at(snapshot, project, "path", "FL0403", message, "write where it really is");
      return [{ ...stray, severity: "warning" }];
    }
    case "missing":
      return [
        at(
          snapshot,
          project,
          "path",
          "FL0400",
          `there is no folder \`${project.path}\``,
          "clone the project there, or correct the path",
        ),
      ];
    case "file":
      return [
        at(snapshot, project, "path", "FL0401", `\`${project.path}\` is a file, and should be a folder`),
      ];
    case "unreadable":
      return [at(snapshot, project, "path", "FL0004", `\`${project.path}\` cannot be read`)];
    default:
      return folder satisfies never;
  }
}

function agentsProblems({ project, folder, file, agents, files }: ProjectSnapshot): readonly Problem[] {
  if (folder !== "directory") return [];
  const { written, problems, document, project: known } = agents;
  const related = [{ ...project.place, message: "the project is here" }];
  return [
    ...fileProblems(file, written).map((problem) => ({ ...problem, related })),
    ...problems,
    ...(document === null || known === null ? [] : checkProjectFiles(known, document, files)),
  ];
}

function sourcesOf({ file, source, projects }: Snapshot): ReadonlyMap<string, string> {
  const sources = new Map([[file, source]]);
  for (const { file: agentsFile, agents, files, engine } of projects) {
    sources.set(agentsFile, agents.source);
    if (engine.modules !== null) sources.set(besides(agentsFile, ".gitmodules"), engine.modules);
    for (const [name, { text }] of files)
      if (text !== undefined) sources.set(besides(agentsFile, name), text);
  }
  return sources;
}
