import {
  checkShape,
  type Finding,
  locate,
  type Place,
  type PlacedDocument,
  type Problem,
  placeIn,
  type Result,
  readToml,
  startOf,
  unlessNewer,
  withPlaces,
} from "@fleet/engine";
import { z } from "zod";
import { type Receiver, receiversOf } from "./fleet-file/notify.ts";
import { entriesOf, fleetFindings, tooManyProjects } from "./fleet-file/rules.ts";
import { Engine, FleetToml } from "./fleet-file/schema.ts";

export interface FleetProject {
  readonly name: string;
  /** Relative to fleet.toml, as written; it may lead anywhere. */
  readonly path: string;
  readonly enabled: boolean;
  /** The commit this fleet expects, "workspace" for the engine of this repository, or null for whatever the project pins. */
  readonly engine: string | null;
  readonly tags: readonly string[];
  readonly after: readonly string[];
  readonly runner: "local";
  /** Of its name. */
  readonly place: Place;
  /** Among the [[project]] tables of the file. */
  readonly index: number;
}

/** What fleet.toml says, with defaults filled in. */
export interface Fleet {
  /** Where new projects get their engine. */
  readonly engine: { readonly url: string; readonly ref: string };
  readonly projects: readonly FleetProject[];
  /** Who is told what happens, those of [notify] that are right in themselves. */
  readonly receivers: readonly Receiver[];
}

/** All that can be said of one fleet.toml. With problems the fleet has the projects that are right in themselves. */
export interface FleetFile {
  readonly problems: readonly Problem[];
  readonly document: PlacedDocument | null;
  readonly fleet: Fleet | null;
}

/** A fleet has many projects, so its file may be larger than a project's: half a kilobyte for each of a thousand. */
export const MAX_BYTES = 512 * 1024;

/**
 * Bytes in, a fleet or problems out. Reading the file is the caller's business.
 * Not strict: a file without problems is read without its positions, which is
 * quicker, and its places are the file's beginning.
 */
export async function parseFleetFile(
  file: string,
  bytes: Uint8Array,
  { strict = true }: { readonly strict?: boolean } = {},
): Promise<Result<Fleet>> {
  const quick = strict ? null : parseQuickly(file, bytes);
  if (quick !== null) return { ok: true, value: quick, warnings: [] };
  const { problems, fleet } = await readFleetFile(file, bytes);
  if (fleet === null || problems.some(({ severity }) => severity === "error")) return { ok: false, problems };
  return { ok: true, value: fleet, warnings: problems };
}

/** Null sends it the long way. */
function parseQuickly(file: string, bytes: Uint8Array): Fleet | null {
  const read = readToml(file, bytes, { limit: MAX_BYTES });
  if (!read.ok) return null;
  const { value } = read.value;
  if (tooManyProjects(value).length > 0) return null;
  const shape = checkShape(value, FleetToml);
  if (shape.value === null || shape.findings.length + fleetFindings(value).length > 0) return null;
  const projects = projectsOf(value, () => startOf(file));
  return { engine: shape.value.engine, projects, receivers: receiversOf(value) };
}

/** The same for someone who shows problems and goes on. */
export async function readFleetFile(file: string, bytes: Uint8Array): Promise<FleetFile> {
  const read = readToml(file, bytes, { limit: MAX_BYTES });
  const placed = read.ok ? await withPlaces(read.value) : read;
  if (!placed.ok) return { problems: placed.problems, document: null, fleet: null };
  const document = placed.value;
  const excess = tooManyProjects(document.value);
  const shape = checkShape(excess.length > 0 ? {} : document.value, FleetToml);
  const newer = unlessNewer(shape.findings).filter(({ code }) => code === "FL0200");
  const alone = excess.length > 0 ? excess : newer;
  if (alone.length > 0) return { problems: locate(document, alone), document, fleet: null };
  const findings: readonly Finding[] = [...shape.findings, ...fleetFindings(document.value)];
  const engine = shape.value?.engine ?? Engine.parse({});
  return {
    problems: locate(document, findings),
    document,
    fleet: {
      engine,
      projects: projectsOf(document.value, (index) => placeIn(document, ["project", index, "name"])),
      receivers: receiversOf(document.value),
    },
  };
}

const projectsOf = (
  value: PlacedDocument["value"],
  placeOfName: (index: number) => Place,
): readonly FleetProject[] =>
  entriesOf(value).map(({ index, entry }) => ({
    ...entry,
    engine: entry.engine ?? null,
    place: placeOfName(index),
    index,
  }));

/** For editors: what a person may write. */
export const fleetJsonSchema = (): Record<string, unknown> => ({
  ...z.toJSONSchema(FleetToml, { io: "input" }),
  title: "fleet.toml",
});
