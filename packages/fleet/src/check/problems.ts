import { type Problem, placeIn, startOf } from "@fleet/engine";
import type { Snapshot } from "../facts/snapshot.ts";
import type { FleetProject } from "../fleet-file.ts";

/** A problem with one key of one project in fleet.toml. */
export function at(
  { file, fleet }: Snapshot,
  project: FleetProject,
  key: "name" | "path" | "engine",
  code: string,
  message: string,
  help: string | null = null,
): Problem {
  const place =
    fleet.document === null ? startOf(file) : placeIn(fleet.document, ["project", project.index, key]);
  return { ...place, code, severity: "error", message, help, related: [] };
}
