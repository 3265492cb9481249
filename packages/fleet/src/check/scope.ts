import { type Place, type Problem, placeIn } from "@fleet/engine";
import type { ProjectSnapshot, Snapshot } from "../facts/snapshot.ts";

/** Those problems that touch one of these projects: in its files, in its table of fleet.toml, or between it and another. */
export function problemsOf(
  snapshot: Snapshot,
  projects: readonly ProjectSnapshot[],
  problems: readonly Problem[],
): readonly Problem[] {
  const ours = new Set(projects);
  const touches = (place: Place): boolean => {
    const owner =
      place.file === snapshot.file ? tableAt(snapshot, place.line) : folderWith(snapshot, place.file);
    return owner === null || ours.has(owner);
  };
  return problems.filter((problem) => touches(problem) || problem.related.some(touches));
}

/** Whose [[project]] table a line of fleet.toml is in; null when it is nobody's. */
function tableAt({ fleet: { document }, projects }: Snapshot, line: number): ProjectSnapshot | null {
  if (document === null) return null;
  const starts = projects.map((one) => ({
    one,
    from: placeIn(document, ["project", one.project.index]).line,
  }));
  const before = [{ one: null, from: placeIn(document, ["engine"]).line }, ...starts]
    .filter(({ from }) => from <= line)
    .sort((a, b) => a.from - b.from);
  return before.at(-1)?.one ?? null;
}

const folderWith = ({ projects }: Snapshot, file: string): ProjectSnapshot | null =>
  projects.find((one) => file.startsWith(one.file.slice(0, -"agents.toml".length))) ?? null;
