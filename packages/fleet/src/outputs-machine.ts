import { z } from "zod";

const SchemaVersion = z.int().describe("Raised when a key changes or goes, not when one comes.");

/** `fleet doctor --json`. */
export const DoctorOutput = z.strictObject({
  schema_version: SchemaVersion,
  healthy: z.boolean().describe("Nothing is wrong; notes leave it true."),
  mended: z.array(z.string()).describe("What --fix did."),
  findings: z.array(
    z.strictObject({
      about: z.string().describe('What was looked at: "tmux", "shop: remote".'),
      level: z
        .enum(["ok", "note", "wrong", "unknown"])
        .describe("note: it may hurt. unknown: this machine does not tell."),
      what: z.string(),
      why: z.string().nullable().describe("Why it matters."),
      mend: z.string().nullable().describe("The command that mends it."),
      fixable: z.boolean().describe("--fix does it."),
    }),
  ),
});

export type DoctorAnswer = z.output<typeof DoctorOutput>;
