import { z } from "zod";

/** `fleet status --json` without a project. */
export const FleetStatusOutput = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  projects: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string().describe("Relative to fleet.toml."),
      enabled: z.boolean(),
      attention: z
        .strictObject({
          level: z
            .enum(["needs-you", "ailing"])
            .describe(
              "needs-you: it stands still until a person does something. ailing: the engine deals with it.",
            ),
          agent: z.string().nullable().describe("Null: the project as a whole."),
          reason: z.string(),
          since: z.string().nullable().describe("ISO 8601, UTC; null when nobody knows."),
          command: z.string().describe("What to type."),
          others: z.int().describe("How many of its agents have something too."),
        })
        .nullable()
        .describe("The worst that a person should look at; null when all is well."),
      status: z.looseObject({}).nullable().describe("What its engine answers; null when it does not."),
      error: z.string().nullable().describe("Why it does not."),
    }),
  ),
});

const SchemaVersion = z.int().describe("Raised when a key changes or goes, not when one comes.");
const Commit = z.string().meta({ pattern: "^[0-9a-f]{40}$" });

/** `fleet pin --json`. */
export const PinsOutput = z.strictObject({
  schema_version: SchemaVersion,
  engine: z.strictObject({
    url: z.string(),
    ref: z.string(),
    commit: Commit.nullable().describe("What ref means; null when only the network could tell."),
  }),
  projects: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string().describe("Relative to fleet.toml."),
      pin: Commit.nullable().describe("Null when it has none: error says why."),
      error: z.string().nullable(),
      tag: z.string().nullable().describe("Of the pinned commit, where the engine's repository knows one."),
      checked_out: Commit.nullable(),
      expected: z.string().nullable().describe("What fleet.toml says under engine."),
      dirty: z
        .array(z.string())
        .nullable()
        .describe("Changed, added or missing in engine/; null: not known."),
      current: z.boolean().nullable().describe("Is it what ref of [engine] means? Null: not known."),
    }),
  ),
});

/** `fleet pin verify --json`. */
export const VerifyOutput = z.strictObject({
  schema_version: SchemaVersion,
  valid: z.boolean(),
  projects: z.array(
    z.strictObject({
      name: z.string(),
      commit: Commit.nullable(),
      version: z.string().nullable().describe("As its RELEASE.json says."),
      faults: z.array(z.strictObject({ message: z.string(), help: z.string().nullable() })),
    }),
  ),
});

const KnownEngine = z.strictObject({ commit: Commit, version: z.string().nullable() });

/** `fleet upgrade --json`. */
export const UpgradeOutput = z.strictObject({
  schema_version: SchemaVersion,
  projects: z.array(
    z.union([
      z.strictObject({
        name: z.string(),
        result: z
          .enum(["planned", "upgraded", "unchanged", "rolled-back", "held"])
          .describe("held: it was not begun, because another project was not well."),
        from: KnownEngine,
        to: KnownEngine,
        changes: z.string().describe("What the new engine's changelog says of it."),
        ahead: z.boolean().describe("Its own engine is newer, and nobody named an older one: it stays."),
        restarts: z.boolean().describe("Its watchdog runs, and runs the new code from now on."),
        workers: z.array(z.string()).describe("Who ran, and goes on."),
        because: z.string().nullable().describe("Why it was rolled back."),
      }),
      z.strictObject({
        name: z.string(),
        result: z.literal("failed").describe("Nothing was changed."),
        error: z.looseObject({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
      }),
    ]),
  ),
});

/** `fleet engine publish --json`. */
export const PublishOutput = z.strictObject({
  schema_version: SchemaVersion,
  dry_run: z.boolean(),
  url: z.string().describe("As fleet.toml names it from now on."),
  pushed: z.array(z.string()).describe("Tags and branches that were not there before."),
  there: z.array(z.string()),
  rewritten: z.boolean().describe("fleet.toml named another place."),
  headless: z
    .boolean()
    .describe("Its default branch is one that is not there, so a project can't be made of it."),
  elsewhere: z.array(z.string()).describe("Projects that fetch their engine from elsewhere."),
});

export type PublishAnswer = z.output<typeof PublishOutput>;
export type PinsAnswer = z.output<typeof PinsOutput>;
export type VerifyAnswer = z.output<typeof VerifyOutput>;
export type UpgradeAnswer = z.output<typeof UpgradeOutput>;
/** `fleet create-project --json`. */
export const CreatedOutput = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  is: z
    .enum(["created", "planned", "unchanged"])
    .describe("planned: with --dry-run. unchanged: it was made of the same input before."),
  name: z.string(),
  path: z.string().describe("Relative to fleet.toml."),
  engine: z.string().nullable().describe("The engine's commit; null when it was not fetched."),
  files: z.array(z.string()).describe("What git tracks there."),
  enabled: z.boolean(),
  registered: z.boolean().describe("false: fleet.toml does not hear of it."),
  remote: z.string().nullable(),
});
