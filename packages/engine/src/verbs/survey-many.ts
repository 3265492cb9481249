import type { Environment } from "../host/environment.ts";
import { createLookAtPanes } from "../host/many-panes.ts";
import { readRunning } from "../host/site.ts";
import { type Survey, survey } from "./survey.ts";

/** How the project with this agents.toml is now. */
export type Surveyor = (file: string) => Promise<Survey>;

/** Of many that are asked for at the same moment; each fails for itself. Writes nothing, starts nothing. */
export function createSurveyor(environment: Environment): Surveyor {
  const look = createLookAtPanes(environment);
  return async (file) => survey(await readRunning(file), environment, look);
}
