import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Failure, readText, writeWhole } from "@fleet/engine";
import { z } from "zod";

/*
 * Everything was stopped by one word, and stays so until it is lifted. Each
 * project knows it by its own state; this is what the fleet knows of it, for
 * projects that could not be told.
 */

export interface FleetStandstill {
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly by: string;
  readonly why: string | null;
}

const Written = z.object({ since: z.string(), by: z.string(), why: z.string().nullable() });

const fileIn = (root: string): string => path.join(root, ".fleet/standstill.json");

export async function writeStandstill(root: string, standstill: FleetStandstill): Promise<void> {
  await mkdir(path.join(root, ".fleet"), { recursive: true });
  // Whoever said so first says so still.
  if (!existsSync(fileIn(root))) await writeWhole(fileIn(root), `${JSON.stringify(standstill)}\n`);
}

export const liftStandstill = (root: string): Promise<void> => rm(fileIn(root), { force: true });

/** Null: it was never said, or was lifted. What stands there and can't be read was said all the same. */
export async function readStandstill(root: string): Promise<FleetStandstill | null> {
  try {
    const text = await readText(fileIn(root));
    return text === null ? null : Written.parse(JSON.parse(text));
  } catch {
    return { since: "an unknown time", by: "somebody", why: null };
  }
}

/** Nothing of this fleet is started while that stands. @throws Failure STOPPED */
export async function refuseStandstill(root: string): Promise<void> {
  const standstill = await readStandstill(root);
  if (standstill === null) return;
  const { since, by, why } = standstill;
  throw new Failure(
    "STOPPED",
    `everything of this fleet was stopped at ${since.replace(/:\d\d\.\d+Z$/, "Z")} by ${by}${why === null ? "" : `: ${why}`}`,
    { hint: "lift it first: fleet stop-everything --lift" },
  );
}
