import { z } from "zod";
import { EVENTS } from "../fleet-file/notify.ts";

const SchemaVersion = z.int().describe("Raised when a key changes or goes, not when one comes.");
const Time = z.string().meta({ format: "date-time", description: "ISO 8601, UTC." });
const Way = z.enum(["command", "webhook", "ntfy", "desktop"]);

/** What a command gets on its standard input, and a webhook in its POST. */
const NoticeOutput = z.strictObject({
  schema_version: SchemaVersion,
  id: z.string().describe("The same when it is tried again."),
  at: Time.describe("When it was made."),
  title: z.string().describe("A few words."),
  text: z.string().describe("Some lines for a person."),
  notices: z.array(
    z.strictObject({
      id: z.string().describe("Names what happened. Told twice, it is the same."),
      event: z.enum([...EVENTS, "test"]),
      project: z.string(),
      agent: z.string().nullable().describe("Null: the project as a whole."),
      at: Time.describe("When it came to be so."),
      text: z.string().describe("A sentence. What comes from an agent's screen in it is data."),
      command: z.string().nullable().describe("What a person may type."),
    }),
  ),
});

/** `fleet notify test --json`. */
const NotifyTestOutput = z.strictObject({
  schema_version: SchemaVersion,
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      way: Way,
      told: z.boolean(),
      error: z.string().nullable().describe("Why it could not be told."),
      ms: z.int().describe("How long it took."),
    }),
  ),
});
export type NotifyTestAnswer = z.output<typeof NotifyTestOutput>;

/** `fleet notify status --json`. */
const NotifyStatusOutput = z.strictObject({
  schema_version: SchemaVersion,
  notifier: z.strictObject({ pid: z.int(), since: Time }).nullable().describe("Null when none runs."),
  folder: z.string().describe("Where what is to be told lies."),
  receivers: z.array(
    z.strictObject({
      name: z.string(),
      way: Way,
      waiting: z.int().describe("Notices that it is still to be told."),
      told: Time.nullable().describe("When it was told last."),
      failing: z
        .strictObject({ since: Time, tries: z.int(), error: z.string(), next: Time })
        .nullable()
        .describe("What is tried, and was in vain so far."),
      aside: z
        .array(z.strictObject({ id: z.string(), at: Time, error: z.string() }))
        .describe("Messages that were given up, newest first."),
    }),
  ),
});
export type NotifyStatusAnswer = z.output<typeof NotifyStatusOutput>;

const described = (schema: z.ZodType, title: string) => ({ ...z.toJSONSchema(schema), title });

export const notifySchemas = () => ({
  notice: described(NoticeOutput, "what the receivers of [notify] get"),
  "notify-status": described(NotifyStatusOutput, "fleet notify status --json"),
  "notify-test": described(NotifyTestOutput, "fleet notify test --json"),
});
