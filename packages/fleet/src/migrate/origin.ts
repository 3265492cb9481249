import path from "node:path";
import { readText } from "@fleet/engine";
import { z } from "zod";
import { ADOPTED_FILE } from "../adopt/new-state.ts";

const Origin = z.object({
  from: z.string(),
  log_dir: z.string().nullable(),
  watchdog_session: z.string(),
});
export type Origin = z.output<typeof Origin>;

/** Where a project was adopted from; null where nothing tells. */
export async function readOrigin(state: string): Promise<Origin | null> {
  const text = await readText(path.join(state, ADOPTED_FILE));
  if (text === null) return null;
  const parsed = Origin.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}
