import { globSync } from "node:fs";
import path from "node:path";
import type { Backend } from "../backends/backend.ts";
import type { Environment } from "./environment.ts";
import { headOf } from "./open-transcript.ts";

/** The transcript of this conversation, where its program keeps them all; null as long as there is none. */
export function keptTranscript(
  { root, pattern, conversation }: NonNullable<Backend["kept"]>,
  id: string,
  env: Environment,
): string | null {
  const folder = root({ home: env.HOME ?? "/", env });
  const files = globSync(pattern(id), { cwd: folder }).map((name) => path.join(folder, name));
  return files.find((file) => conversation(headOf(file)) === id) ?? null;
}
