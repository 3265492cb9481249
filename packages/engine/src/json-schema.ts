import { agentsJsonSchema } from "./agents-file.ts";
import { EventOutput, ExplainOutput, StatusOutput, ValidateOutput } from "./outputs.ts";
import { z } from "./zod.ts";

export type JsonSchema = Readonly<Record<string, unknown>>;

const described = (schema: z.ZodType, title: string): JsonSchema => ({ ...z.toJSONSchema(schema), title });

/** Every JSON schema of the engine, by the name of its file. */
export const engineSchemas: Readonly<
  Record<"agents" | "status" | "events" | "validate" | "explain", () => JsonSchema>
> = {
  agents: agentsJsonSchema,
  status: () => described(StatusOutput, "status --json"),
  events: () => described(EventOutput, "a line of events --json"),
  explain: () => described(ExplainOutput, "explain --json"),
  validate: () => described(ValidateOutput, "validate --format json"),
};
