import { z } from "zod";
import { DOINGS } from "../report/timeline.ts";

const Moment = z.string().describe("ISO 8601, UTC.");
const Milliseconds = z.number().nullable().describe("Null when there was none.");

const MessagesOutput = z.strictObject({
  sent: z.int(),
  confirmed: z.int().describe("Of these, those of which the agent showed that it heard."),
  lost: z.int().describe("Refused: nobody heard them."),
  expired: z.int(),
  doubled: z.int(),
});

const Spent = z.strictObject({
  phase: z.string().nullable().describe("Null: outside of any."),
  answers: z.int().describe("Of the model."),
  input_tokens: z.number().describe("Neither read from the cache nor written to it."),
  output_tokens: z.number(),
  cache_read_tokens: z.number(),
  cache_write_tokens: z.number(),
  cost_usd: z.number().nullable().describe("By the agent program's own word; null where it does not say."),
});

const AgentOutput = z.strictObject({
  name: z.string(),
  timeline: z.array(
    z.strictObject({ from: Moment, to: Moment, is: z.enum(DOINGS).describe("unseen: nobody looked.") }),
  ),
  times_ms: z.record(z.enum(DOINGS), z.number()).describe("How long it did what."),
  restarts: z.int().describe("Automatic ones."),
  messages: MessagesOutput,
  spent: z.array(Spent).describe("Empty where nothing tells of it."),
});

const ProjectOutput = z.strictObject({
  known_since: Moment.nullable().describe("Where its journal begins, when that is later than `from`."),
  agents: z.array(AgentOutput),
  phases: z.array(z.strictObject({ id: z.string(), from: Moment, to: Moment, done: z.boolean() })),
  handoffs: z
    .strictObject({
      count: z.int(),
      median_ms: Milliseconds,
      p90_ms: Milliseconds,
      max_ms: Milliseconds,
      buckets: z.array(
        z.strictObject({
          within_ms: z.number().nullable().describe("And more than the one before; null: any time."),
          count: z.int(),
        }),
      ),
    })
    .describe("From the push being seen to the message being said."),
  messages: MessagesOutput,
  restarts: z.array(z.strictObject({ at: Moment, agent: z.string(), because: z.string() })),
  false_restarts: z.int().describe("Of runs that worked, or waited as they had said."),
  healed: z.strictObject({ count: z.int(), median_ms: Milliseconds, max_ms: Milliseconds }),
});

/** `fleet report --json`. */
export const ReportOutput = z.strictObject({
  schema_version: z.int().describe("Raised when a key changes or goes, not when one comes."),
  from: Moment,
  to: Moment,
  projects: z.array(
    z.strictObject({
      project: z.string(),
      error: z.string().nullable().describe("Why there is no report of it."),
      report: ProjectOutput.nullable(),
    }),
  ),
});
export type ReportAnswer = z.input<typeof ReportOutput>;

/** One line of `fleet logs --json`. */
export const LogOutput = z.strictObject({
  at: z.string().nullable().describe("ISO 8601, UTC; null where nobody knows."),
  agent: z.string(),
  who: z.enum(["you", "agent", "tool", "terminal"]).describe("Whose words they are: you: what it was told."),
  text: z.string().describe("As it was said: it may hold anything that a terminal would obey."),
});
