import { z } from "zod";
import { Fingerprint } from "../migrate/fingerprint.ts";

const place = {
  file: z.string(),
  line: z.int(),
  column: z.int(),
  end_line: z.int(),
  end_column: z.int(),
};

const Diagnostic = z.strictObject({
  code: z.string(),
  severity: z.enum(["error", "warning"]),
  ...place,
  message: z.string(),
  help: z.string().nullable(),
  related: z.array(z.strictObject({ ...place, message: z.string() })),
});
const PhaseAt = z.strictObject({ id: z.string(), index: z.int().describe("Counts from 0."), total: z.int() });

const AdoptOutput = z.strictObject({
  schema_version: z.int(),
  name: z.string(),
  path: z.string().describe("Relative to fleet.toml."),
  from: z.string().describe("The folder that was adopted; nothing of it was changed."),
  dialect: z.enum(["old", "fleet"]).describe("fleet: it was one of fleet's already, and stays where it is."),
  engine: z.string().nullable().describe("The engine's commit; null for a dry run."),
  phase: PhaseAt.nullable(),
  conversations: z.record(z.string(), z.string()).describe("Of persistent agents, by name."),
  files: z.array(z.string()).describe("What git tracks there now, besides the engine."),
  clones: z.array(
    z.strictObject({
      folder: z.string().describe("In the new project."),
      from: z.string().describe("Where the old one has it."),
      url: z.string().nullable().describe("Of its origin; null where nothing tells."),
    }),
  ),
  agents_toml: z.string(),
  remarks: z.array(Diagnostic).describe("What was not taken over as it stood."),
});

const ParityOutput = z.strictObject({
  schema_version: z.int(),
  project: z.string(),
  against: z.string().describe("What it was held against, absolute."),
  same: z.boolean().describe("No part that could be compared is other."),
  sides: z.array(
    z.strictObject({
      part: z.enum(["status", "config", "kickoffs"]),
      same: z.boolean().nullable().describe("Null: one of the two does not tell."),
      diff: z.string().describe("Unified, from the old to ours."),
    }),
  ),
});

const CutoverOutput = z.strictObject({
  schema_version: z.int(),
  project: z.string(),
  runbook: z.string().describe("Markdown: commands, and below them what they have to say."),
});

/** What the commands of a migration answer, by command. */
const outputs = {
  adopt: AdoptOutput,
  parity: ParityOutput,
  fingerprint: Fingerprint,
  cutover: CutoverOutput,
} as const;

/** The same as JSON schemas. */
export const migrationSchemas = (): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, output]) => [
      name,
      { ...z.toJSONSchema(output), title: `fleet ${name} --json` },
    ]),
  );
