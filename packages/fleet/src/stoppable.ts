import { existsSync } from "node:fs";
import path from "node:path";
import { type FoundFleet, lookForFleetFile } from "./find.ts";
import { Engine } from "./fleet-file/schema.ts";
import { type FleetProject, readFleetFile } from "./fleet-file.ts";

export interface Stoppable {
  readonly found: FoundFleet;
  /** What is wrong with fleet.toml, the first of it; null: nothing. */
  readonly broken: string | null;
}

/**
 * What can still be read of a fleet.toml, however broken: who wants everything stopped must not be sent to mend a file.
 * @throws Failure FILE_MISSING
 */
export async function findStoppable(cwd: string): Promise<Stoppable> {
  const { root, written } = lookForFleetFile(cwd);
  const file = path.relative(cwd, path.join(root, "fleet.toml")) || "fleet.toml";
  const engine = Engine.parse({});
  if (written.is !== "read")
    return {
      found: { root, file, fleet: { engine, projects: [], receivers: [] } },
      broken: `${file} can't be read`,
    };
  const { problems, fleet } = await readFleetFile(file, written.bytes);
  const known = fleet?.projects ?? [];
  const wrong = problems.find(({ severity }) => severity === "error");
  if (wrong === undefined)
    return { found: { root, file, fleet: { engine, projects: known, receivers: [] } }, broken: null };
  const isNew = (one: FleetProject) =>
    !known.some((other) => path.resolve(root, other.path) === path.resolve(root, one.path)) &&
    existsSync(path.join(root, one.path, "agents.toml"));
  const projects = [...known, ...projectsInLines(new TextDecoder().decode(written.bytes)).filter(isNew)];
  return {
    found: { root, file, fleet: { engine, projects, receivers: [] } },
    broken: `${file}:${wrong.line}: ${wrong.message}`,
  };
}

/** Line by line, as nearly everybody writes it. */
export function projectsInLines(text: string): readonly FleetProject[] {
  return text.split(/^\s*\[\[\s*project\s*\]\]/m).flatMap((block, index): readonly FleetProject[] => {
    const textOf = (key: string): string | null =>
      new RegExp(`^\\s*${key}\\s*=\\s*["']([^"'\\n]+)["']`, "m").exec(block)?.[1] ?? null;
    const folder = index === 0 ? null : textOf("path");
    if (folder === null) return [];
    const named = { name: textOf("name") ?? folder, path: folder, engine: textOf("engine") };
    const where = { file: "fleet.toml", line: 1, column: 1, end_line: 1, end_column: 1 };
    const unread = { enabled: true, tags: [], after: [], runner: "local", place: where } as const;
    return [{ ...unread, ...named, index: index - 1 }];
  });
}
