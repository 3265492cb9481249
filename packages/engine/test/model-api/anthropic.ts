import { z } from "zod";
import { type Asked, type Format, type Frame, frame, idOf, type Reply, type Said, textOf } from "./format.ts";

const Block = z.looseObject({ type: z.string() });
const Body = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(Block)]) })),
});

const SIGNATURE = "ZmFrZQ==";

/** Anthropic Messages. */
export const anthropic: Format = {
  name: "anthropic",
  route: /\/messages$/,
  read(body): Asked {
    const { model, stream, tools, messages } = Body.parse(body);
    return {
      model,
      streams: stream,
      tools: tools.map(({ name }) => name),
      conversation: messages.flatMap(({ role, content }) => saidIn(role, content)),
    };
  },
  whole: (reply) => ({
    ...head(reply),
    content: blocksOf(reply),
    stop_reason: stopOf(reply),
    usage: usageOf(reply),
  }),
  *frames(reply) {
    yield event("message_start", { message: head(reply) });
    for (const [index, block] of blocksOf(reply).entries()) yield* framesOf(block, index, reply.chunks);
    const delta = { stop_reason: stopOf(reply), stop_sequence: null };
    yield event("message_delta", { delta, usage: usageOf(reply) });
    yield event("message_stop", {});
  },
  failure: ({ type = "api_error", message }) => ({
    type: "error",
    error: { type, message },
    request_id: idOf("req_"),
  }),
};

function saidIn(role: string, content: z.infer<typeof Body>["messages"][number]["content"]): readonly Said[] {
  if (role === "assistant") return [{ by: "model", text: textOf(content) }];
  if (role !== "user") return [];
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  return blocks.map((block) => ({ by: block.type === "tool_result" ? "tool" : "user", text: textOf(block) }));
}

type ReplyBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: unknown };

function blocksOf({ thinking, chunks, calls }: Reply): readonly ReplyBlock[] {
  const said = chunks.join("");
  return [
    ...(thinking === null ? [] : [{ type: "thinking", thinking, signature: SIGNATURE } as const]),
    ...(said === "" ? [] : [{ type: "text", text: said } as const]),
    ...calls.map(({ name, input }) => ({ type: "tool_use", id: idOf("toolu_"), name, input }) as const),
  ];
}

function* framesOf(block: ReplyBlock, index: number, chunks: readonly string[]): Iterable<Frame> {
  const delta = (type: string, more: object) =>
    event("content_block_delta", { index, delta: { type, ...more } });
  const start = (content_block: object) => event("content_block_start", { index, content_block });
  if (block.type === "thinking") {
    yield start({ ...block, thinking: "", signature: "" });
    yield delta("thinking_delta", { thinking: block.thinking });
    yield delta("signature_delta", { signature: block.signature });
  } else if (block.type === "text") {
    yield start({ ...block, text: "" });
    for (const chunk of chunks) yield { ...delta("text_delta", { text: chunk }), spoken: true };
  } else {
    yield start({ ...block, input: {} });
    yield delta("input_json_delta", { partial_json: JSON.stringify(block.input) });
  }
  yield event("content_block_stop", { index });
}

const event = (type: string, data: object): Frame =>
  frame(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);

const head = (reply: Reply) => ({
  id: idOf("msg_"),
  type: "message",
  role: "assistant",
  model: reply.model,
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { ...usageOf(reply), output_tokens: 1 },
});

const stopOf = ({ stop, calls }: Reply): string => stop ?? (calls.length > 0 ? "tool_use" : "end_turn");

const usageOf = ({ usage }: Reply) => ({
  input_tokens: usage.input,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: usage.output,
});
