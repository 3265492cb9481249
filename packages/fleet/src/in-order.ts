import type { FleetProject } from "./fleet-file.ts";

/** How it went with one project: whether those that come after it may begin. */
export type Went = "done" | "failed";

/** What is done with projects that wait for each other. */
export interface Taking {
  /** So many at the same time. */
  readonly atOnce: number;
  /** Down goes the other way round: who comes after a project ends before it. */
  readonly reverse?: boolean;
  readonly signal: AbortSignal;
  take(project: FleetProject): Promise<Went>;
  /** Of a project that is left out, because this one failed. */
  skip?(project: FleetProject, because: FleetProject): void;
}

/**
 * Takes each of the chosen projects: who waits for nobody at once, the others
 * when those before them are done. For one that fails only those are left out
 * that come after it, and only where there is a `skip` to say so.
 */
export async function inOrder(
  all: readonly FleetProject[],
  chosen: readonly FleetProject[],
  { atOnce, reverse = false, signal, take, skip }: Taking,
): Promise<void> {
  const before = waitsOf(all, chosen, reverse);
  const waiting = new Set(inStartOrder(chosen, all, reverse));
  const failed = new Map<FleetProject, FleetProject>();
  const running = new Set<Promise<void>>();
  const open = new Set(waiting);
  const run = async (project: FleetProject): Promise<void> => {
    if ((await take(project)) === "failed") failed.set(project, project);
    open.delete(project);
  };
  for (;;) {
    for (const project of [...waiting]) {
      const those = before.get(project) ?? [];
      if (signal.aborted || running.size >= atOnce || those.some((one) => open.has(one))) continue;
      waiting.delete(project);
      const because = skip && those.flatMap((one) => failed.get(one) ?? [])[0];
      if (because === undefined) {
        const going: Promise<void> = run(project).finally(() => running.delete(going));
        running.add(going);
      } else {
        failed.set(project, because);
        open.delete(project);
        skip?.(project, because);
      }
    }
    if (running.size === 0) return;
    await Promise.race(running);
  }
}

/** Of each chosen project the chosen ones that come before it, also by way of some that are not chosen. */
function waitsOf(
  all: readonly FleetProject[],
  chosen: readonly FleetProject[],
  reverse: boolean,
): ReadonlyMap<FleetProject, readonly FleetProject[]> {
  const byName = new Map(all.map((project) => [project.name, project]));
  const waits = new Map(chosen.map((project): [FleetProject, FleetProject[]] => [project, []]));
  for (const project of chosen) {
    const seen = new Set(project.after);
    for (const name of seen) {
      const earlier = byName.get(name);
      if (earlier === undefined) continue;
      const [first, second] = reverse ? [project, earlier] : [earlier, project];
      if (waits.has(earlier)) waits.get(second)?.push(first);
      else for (const more of earlier.after) seen.add(more);
    }
  }
  return waits;
}

/** Those that others come after first, otherwise in the order given. The file is checked: there are no circles. */
export function inStartOrder(
  projects: readonly FleetProject[],
  all: readonly FleetProject[] = projects,
  reverse = false,
): readonly FleetProject[] {
  const before = waitsOf(all, projects, false);
  const ordered = new Set<FleetProject>();
  const visit = (project: FleetProject): void => {
    if (ordered.has(project)) return;
    for (const earlier of before.get(project) ?? []) visit(earlier);
    ordered.add(project);
  };
  for (const project of projects) visit(project);
  return reverse ? [...ordered].reverse() : [...ordered];
}
