import path from "node:path";
import { BACKENDS } from "../backends/index.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import type { Duration } from "../watch/time.ts";
import { type Environment, pick } from "./environment.ts";
import { run } from "./run.ts";
import type { Site } from "./site.ts";

const TIMEOUT: Duration = 10_000;
const VERSION = /\d+\.\d+\.\d+\S*/;

/** The version of the program that the agent would be started with now, by its own word; null where it does not tell. */
export async function versionOf(
  { root, project }: Site,
  { backend: name, workdir }: Agent,
  environment: Environment,
): Promise<string | null> {
  const backend = BACKENDS[name ?? ""];
  const settings = project.backends[name ?? ""] ?? null;
  const argv = backend?.version?.(settings);
  if (backend === undefined || argv === undefined) return null;
  const [program, ...args] = argv;
  const env = { ...pick(environment, backend.passes), ...settings?.env };
  try {
    const ran = await run(program, args, { env, timeout: TIMEOUT, cwd: path.resolve(root, workdir) });
    return VERSION.exec(ran.stdout)?.[0] ?? null;
  } catch (error) {
    // It may have been taken away under its run.
    if (error instanceof Failure && error.code === "TOOL_MISSING") return null;
    throw error;
  }
}
