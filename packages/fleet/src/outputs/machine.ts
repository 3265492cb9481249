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

/** `fleet service status --json`, and what install and remove say in the end. */
export const ServiceOutput = z.strictObject({
  schema_version: SchemaVersion,
  scope: z.enum(["user", "system"]),
  folder: z.string().describe("Of the units."),
  systemd: z.boolean().describe("It can be reached from here."),
  lingers: z
    .boolean()
    .nullable()
    .describe("The user's units run while nobody is logged in. Null for those of the system."),
  up_all: z.boolean().describe("`fleet up --all` runs at every start of the machine."),
  projects: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      file: z.enum(["installed", "outdated", "missing"]),
      active: z.string().nullable().describe("In systemd's words; null where it can't be asked."),
      enabled: z.string().nullable(),
      watched: z.enum(["unit", "elsewhere", "nobody"]).describe("Who watches over it now."),
    }),
  ),
  changed: z.array(z.string()).describe("Files of units that were written or removed."),
  handed_over: z.array(z.string()).describe("Projects whose watchdog was taken over; their agents went on."),
});

/** `fleet init --json`. */
export const InitOutput = z.strictObject({
  schema_version: SchemaVersion,
  is: z.enum(["made", "planned", "unchanged"]).describe("planned: with --dry-run."),
  folder: z.string().describe("Absolute."),
  files: z.array(z.string()).describe("Written, or to be written."),
  repository: z.boolean().describe("git init was done, or would be."),
  link: z.string().nullable().describe("What to type so that a shell finds `fleet`; null when it does."),
});

export type InitAnswer = z.output<typeof InitOutput>;
export type ServiceAnswer = z.output<typeof ServiceOutput>;
export type DoctorAnswer = z.output<typeof DoctorOutput>;
