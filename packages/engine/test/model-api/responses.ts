import { z } from "zod";
import { type Asked, type Format, type Frame, frame, idOf, type Reply, type Said, textOf } from "./format.ts";
import type { Call } from "./step.ts";

const Item = z.looseObject({ type: z.string().default("message"), role: z.string().optional() });
const Body = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.looseObject({ type: z.string(), name: z.string().optional() })).nullish(),
  input: z.union([z.string(), z.array(Item)]),
});

/** OpenAI Responses. */
export const responses: Format = {
  name: "responses",
  route: /\/responses$/,
  read(body): Asked {
    const { model, stream, tools, input } = Body.parse(body);
    return {
      model,
      streams: stream,
      tools: (tools ?? []).map(({ type, name }) => name ?? type),
      conversation: typeof input === "string" ? [{ by: "user", text: input }] : input.flatMap(saidIn),
    };
  },
  whole: (reply) => response(reply, "completed", itemsOf(reply)),
  *frames(reply) {
    let count = 0;
    const event = (type: string, data: object): Frame =>
      frame(`event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: count++, ...data })}\n\n`);
    const items = itemsOf(reply);
    const answer = response(reply, "in_progress", []);
    yield event("response.created", { response: answer });
    for (const [output_index, item] of items.entries()) {
      const at = { item_id: item.id, output_index };
      yield event("response.output_item.added", { output_index, item: { ...item, ...unfilled(item) } });
      if (item.type === "message") {
        const [part] = item.content;
        const place = { ...at, content_index: 0 };
        yield event("response.content_part.added", { ...place, part: { ...part, text: "" } });
        for (const delta of reply.chunks)
          yield { ...event("response.output_text.delta", { ...place, delta }), spoken: true };
        yield event("response.output_text.done", { ...place, text: part.text });
        yield event("response.content_part.done", { ...place, part });
      } else if (item.type === "function_call") {
        yield event("response.function_call_arguments.delta", { ...at, delta: item.arguments });
        yield event("response.function_call_arguments.done", { ...at, arguments: item.arguments });
      }
      yield event("response.output_item.done", { output_index, item });
    }
    yield event("response.completed", { response: { ...answer, status: "completed", output: items } });
  },
  failure: ({ type = "api_error", code, message }) => ({
    error: { message, type: code ?? type, code: code ?? null, param: null },
  }),
};

function saidIn(item: z.infer<typeof Item>): readonly Said[] {
  if (item.type.endsWith("_call_output")) return [{ by: "tool", text: textOf(item) }];
  // What it calls stands beside what it says: without it two rounds of tools would be one.
  if (item.type.endsWith("_call")) return [{ by: "model", text: "" }];
  if (item.type !== "message") return [];
  if (item.role === "user") return [{ by: "user", text: textOf(item) }];
  return item.role === "assistant" ? [{ by: "model", text: textOf(item) }] : [];
}

function itemsOf({ chunks, calls }: Reply) {
  const text = chunks.join("");
  return [...(text === "" ? [] : [messageOf(text)]), ...calls.map(callOf)];
}

const messageOf = (text: string) => ({
  type: "message" as const,
  id: idOf("msg_"),
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] as readonly never[] }] as const,
});

function callOf({ name, input, custom }: Call) {
  const call = { call_id: idOf("call_"), name, status: "completed" };
  return custom === true
    ? ({ type: "custom_tool_call", id: idOf("ctc_"), ...call, input: String(input) } as const)
    : ({ type: "function_call", id: idOf("fc_"), ...call, arguments: JSON.stringify(input) } as const);
}

/** An item as it is when it is announced. */
function unfilled({ type }: ReturnType<typeof itemsOf>[number]): object {
  const rest = {
    message: { content: [] },
    function_call: { arguments: "" },
    custom_tool_call: { input: "" },
  };
  return { status: "in_progress", ...rest[type] };
}

const response = ({ model, usage }: Reply, status: string, output: readonly unknown[]) => ({
  id: idOf("resp_"),
  object: "response",
  created_at: Math.floor(Date.now() / 1_000),
  model,
  status,
  output,
  usage: {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: usage.input + usage.output,
  },
});
