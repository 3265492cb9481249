import type { Diagnostics } from "./diagnostics/render.ts";
import type { Survey } from "./verbs/survey.ts";
import { z } from "./zod.ts";

// What scripts may rely on. The types are those of the code that prints, so that neither can change alone.

const Time = z.string().meta({ format: "date-time", description: "ISO 8601, UTC." });

/** `agents status --json`, and `fleet status PROJECT --json`. */
export const StatusOutput: z.ZodType<Survey> = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  project: z.string(),
  socket: z.string().describe("Of its tmux server: a person who is asked something attaches there."),
  phase: z
    .strictObject({
      id: z.string(),
      index: z.int().describe("Counts from 0."),
      total: z.int(),
      plan: z.string(),
      state: z
        .enum(["in progress", "done", "done, not pushed", "complete"])
        .describe(
          "not pushed: only the STATUS file on this disk says so, where the one on the branch counts.",
        ),
      paused: z.boolean(),
    })
    .nullable()
    .describe("Null for a project without phases."),
  notes: z.array(z.string()),
  agents: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.enum(["persistent", "loop", "task", "service"]),
      backend: z.string().nullable(),
      model: z.string().nullable().describe("The full id it runs, or would run, in the current phase."),
      watch: z.enum(["none", "heal", "heal+stall"]).nullable(),
      enabled: z.boolean(),
      state: z.enum(["RUNNING", "stopped", "unknown"]).describe("unknown: it could not be seen."),
      session: z.string(),
      pid: z.int().nullable(),
      since: Time.nullable(),
      is: z.string().describe("How it is, in a word of the glossary.") as z.ZodType<
        Survey["agents"][number]["is"]
      >,
      why: z.string().describe("The same in a sentence."),
      is_since: Time.nullable().describe("Since when it is so, where that is known."),
      until: Time.nullable().describe(
        "Until when, where that is known: its declared wait, its limit, its pause before the next start, what holds it.",
      ),
      next_slot: Time.nullable().describe("When its schedule calls it next."),
      last_slot: Time.nullable().describe("The slot of its schedule that was dealt with last."),
      pending: z.boolean().describe("Its new settings count from its next start."),
      orphan: z.boolean().describe("It runs, and is no longer in agents.toml."),
      restraint: z
        .strictObject({ by: z.enum(["hold", "limit"]), because: z.string(), until: Time.nullable() })
        .nullable()
        .describe(
          "Why nothing is begun with it: the project is on hold, or its login is at a usage limit. Null: whatever is due may be begun.",
        ),
    }),
  ),
  orphans: z
    .array(z.strictObject({ session: z.string(), pid: z.int(), instance: z.string() }))
    .describe("Sessions with the project's mark that no agent of agents.toml owns."),
  watchdog: z
    .strictObject({
      pid: z.int(),
      epoch: z.int(),
      heartbeat: Time,
      version: z.string().describe("Of the engine that it runs."),
      on_disk: z.string().describe("Of the engine that a new one would run."),
      stale: z.boolean().describe("It has not looked for more than three ticks: it hangs."),
      trouble: z.string().nullable().describe("Why it can't go on; it tries again ever later."),
    })
    .nullable()
    .describe("Null when none runs."),
  keeper: z
    .strictObject({ pid: z.int(), deaths: z.int(), exit: z.int(), next: Time })
    .nullable()
    .describe("When the watchdog died: how often, how, and when its keeper starts the next."),
  hold: z
    .strictObject({ since: Time, until: Time.nullable(), by: z.string(), why: z.string().nullable() })
    .nullable()
    .describe("Nothing is begun until then, or until a person says resume; null: it is not on hold."),
  standstill: z
    .strictObject({ since: Time, by: z.string(), why: z.string().nullable() })
    .nullable()
    .describe("Everything was stopped, and nothing is started until that is lifted; null: it may be."),
});

const PlaceOutput = {
  file: z.string().describe("Relative to the current folder."),
  line: z.int().describe("Counts from 1."),
  column: z.int().describe("Counts from 1, in Unicode code points."),
  end_line: z.int(),
  end_column: z.int().describe("One after the last."),
};

/** `validate --format json`. */
export const ValidateOutput: z.ZodType<Diagnostics> = z.strictObject({
  valid: z.boolean().describe("Warnings leave it true."),
  diagnostics: z.array(
    z.strictObject({
      code: z.string().meta({ pattern: "^FL[0-9]{4}$" }),
      severity: z.enum(["error", "warning"]),
      ...PlaceOutput,
      message: z.string(),
      help: z.string().nullable(),
      related: z
        .array(z.strictObject({ ...PlaceOutput, message: z.string() }))
        .describe("Other places that matter: where a name was first defined."),
    }),
  ),
});

/** One line of `events --json`. */
export const EventOutput = z.looseObject({
  at: Time,
  agent: z.string().nullable().describe("Null for what happened to the project as a whole."),
  what: z.string().describe("What happened, in the past tense."),
  sha: z.string().optional().describe('Of "pinged": the commit that is handed over.'),
  recipient: z.string().optional().describe('Of "pinged": the agent it is for.'),
  state: z
    .string()
    .optional()
    .describe('Of "pinged" and "submitted": submitted, or confirmed by what the agent shows.'),
  message: z.string().optional().describe('Of "pinged": what was typed. Of others: the id of a message.'),
});

/** `explain --json`. */
export const ExplainOutput = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  codes: z.array(
    z.strictObject({
      code: z.string().describe("As problems have it. It never means something else."),
      title: z.string(),
      rule: z.string(),
      fix: z.string(),
      example: z.strictObject({
        of: z.enum(["fleet.toml", "agents.toml", "sh"]),
        wrong: z.string(),
        right: z.string(),
      }),
    }),
  ),
});
