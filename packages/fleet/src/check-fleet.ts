import { Failure } from "@fleet/engine";
import { problemsOf } from "./check/scope.ts";
import { type Checked, checkSnapshot } from "./check.ts";
import { type Snapshot, takeSnapshot } from "./facts/snapshot.ts";
import { pickProjects } from "./find.ts";
import type { Fleet } from "./fleet-file.ts";

/** Which projects are meant; all of them when nothing is said. */
export interface Scope {
  readonly names?: readonly string[];
  readonly tag?: string | undefined;
}

/**
 * Looks at the whole fleet around a folder, and says everything that is wrong, or what touches some projects. All are
 * looked at in any case: what is wrong between two shows only then.
 * @throws Failure FILE_MISSING, UNKNOWN_NAME
 */
export async function checkFleet(cwd: string, scope: Scope = {}): Promise<Checked> {
  const snapshot = await takeSnapshot(cwd);
  const checked = checkSnapshot(snapshot);
  if ((scope.names ?? []).length === 0 && scope.tag === undefined) return checked;
  const { fleet } = snapshot.fleet;
  // A file that can't be read at all has no names to choose from.
  if (fleet === null) return checked;
  const chosen = choose(snapshot, fleet, scope);
  return { ...checked, problems: problemsOf(snapshot, chosen, checked.problems), projects: chosen.length };
}

function choose(
  { file, projects }: Snapshot,
  fleet: Fleet,
  { names = [], tag }: Scope,
): Snapshot["projects"] {
  const named = new Set(pickProjects({ file, fleet }, names).map(({ name }) => name));
  const chosen = projects.filter(
    ({ project }) => named.has(project.name) || (tag !== undefined && project.tags.includes(tag)),
  );
  if (chosen.length > 0) return chosen;
  const tags = [...new Set(fleet.projects.flatMap((project) => project.tags))].sort();
  throw new Failure("UNKNOWN_NAME", `no project of ${file} has the tag "${tag}"`, {
    hint: tags.length === 0 ? "no project has tags" : `tags: ${tags.join(", ")}`,
  });
}
