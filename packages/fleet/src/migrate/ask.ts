import type { Project, World } from "@fleet/engine";
import { z } from "zod";
import { askEngine } from "../engine/engine.ts";
import type { FoundFleet } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";

const Status = z.object({
  phase: z
    .object({ id: z.string(), index: z.int(), total: z.int(), plan: z.string(), state: z.string() })
    .nullable(),
  agents: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      backend: z.string().nullable(),
      model: z.string().nullable(),
      watch: z.string().nullable(),
      enabled: z.boolean(),
      state: z.string(),
      session: z.string(),
    }),
  ),
  watchdog: z.looseObject({}).nullable(),
});
export type Status = z.output<typeof Status>;

const Config = z.object({ config: z.looseObject({ agents: z.array(z.looseObject({})) }) });

/** How a project is by its own engine, and what its agents.toml comes to there. */
export async function askBoth(
  found: FoundFleet,
  project: FleetProject,
  world: World,
): Promise<{ readonly status: Status; readonly config: Project }> {
  const status = await askEngine(found, project, ["status", "--json"], reader(Status), world);
  const { config } = await askEngine(found, project, ["config", "--json"], reader(Config), world);
  return { status, config: config as unknown as Project };
}

/** Null for what is no JSON, and for another answer than this. */
function reader<T extends z.ZodType>(schema: T): (text: string) => z.output<T> | null {
  return (text) => {
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      return null;
    }
  };
}
