import { realpathSync } from "node:fs";
import path from "node:path";
import { Failure, type Problem } from "@fleet/engine";
import { clashes } from "./check/clashes.ts";
import { type ProjectSnapshot, type Snapshot, takeSnapshot } from "./facts/snapshot.ts";
import type { FoundFleet } from "./find.ts";
import type { FleetProject } from "./fleet-file.ts";

/**
 * Which of these projects would get into another one's way that could run too,
 * and how. Files may have changed since they were validated, and links lead
 * anywhere, so it is proven again before anything starts.
 */
export async function findClashes(
  found: FoundFleet,
  projects: readonly FleetProject[],
): Promise<ReadonlyMap<string, Failure>> {
  const snapshot = await takeSnapshot(found.root);
  const problems = clashes(snapshot).filter(({ severity }) => severity === "error");
  const shared = sharedState(snapshot);
  return new Map(
    projects.flatMap(({ name }): readonly [string, Failure][] => {
      const own = snapshot.projects.find(({ project }) => project.name === name);
      const said = problems.filter((problem) => own !== undefined && concerns(problem, own));
      const state = shared.get(name);
      if (state !== undefined) return [[name, state]];
      if (said.length === 0) return [];
      return [
        [
          name,
          new Failure("TAKEN", `${name} and another project would get into each other's way`, {
            problems: said,
            hint: "fleet validate shows both places",
          }),
        ],
      ];
    }),
  );
}

const concerns = (problem: Problem, { project, file }: ProjectSnapshot): boolean =>
  problem.file === file ||
  problem.related.some((place) => place.file === file) ||
  problem.message.includes(`\`${project.name}\``);

/** Projects whose state directories are, without links, one folder or one inside the other: their sockets and locks would be too. */
function sharedState({ projects }: Snapshot): ReadonlyMap<string, Failure> {
  const failures = new Map<string, Failure>();
  const states = projects.flatMap((one) => {
    const { agents, project } = one;
    if (!project.enabled || one.folder !== "directory" || agents.project === null) return [];
    return [{ name: project.name, state: realOf(path.join(one.real, agents.project.log_dir)) }];
  });
  for (const [index, one] of states.entries()) {
    for (const other of states.slice(0, index)) {
      if (!isWithin(one.state, other.state) && !isWithin(other.state, one.state)) continue;
      const failure = new Failure(
        "TAKEN",
        `${other.name} and ${one.name} have one state directory: ${one.state}`,
        { hint: "give one of them a log_dir of its own, which is no link" },
      );
      failures.set(one.name, failure).set(other.name, failure);
    }
  }
  return failures;
}

const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

/** Where a path leads, as far as there is something already. */
function realOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realOf(parent), path.basename(file));
  }
}
