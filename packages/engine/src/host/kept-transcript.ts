import { globSync, statSync } from "node:fs";
import path from "node:path";
import type { Backend } from "../backends/backend.ts";
import type { Instant } from "../watch/time.ts";
import type { Environment } from "./environment.ts";
import { headOf } from "./open-transcript.ts";

/** The transcript of this conversation, where its program keeps them all; null as long as nothing was written there since. */
export function keptTranscript(
  { root, pattern, conversation }: NonNullable<Backend["kept"]>,
  id: string,
  since: Instant,
  env: Environment,
): string | null {
  const folder = root({ home: env.HOME ?? "/", env });
  const files = globSync(pattern(id), { cwd: folder }).map((name) => path.join(folder, name));
  return files.find((file) => writtenAt(file) >= since && conversation(headOf(file)) === id) ?? null;
}

const writtenAt = (file: string): Instant => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
