import { z } from "zod";

/** `fleet status --json` without a project. */
export const FleetStatusOutput = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  projects: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string().describe("Relative to fleet.toml."),
      enabled: z.boolean(),
      status: z.looseObject({}).nullable().describe("What its engine answers; null when it does not."),
      error: z.string().nullable().describe("Why it does not."),
    }),
  ),
});
