import { z } from "zod";
import { type Asked, type Format, frame, idOf, piece, type Reply, textOf } from "./format.ts";

const Body = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  tools: z.array(z.object({ function: z.looseObject({ name: z.string() }) })).default([]),
  messages: z.array(z.looseObject({ role: z.string() })),
});

const SPEAKERS = { user: "user", assistant: "model", tool: "tool" } as const;

/** OpenAI Chat Completions. */
export const chat: Format = {
  name: "chat",
  route: /\/chat\/completions$/,
  read(body): Asked {
    const { model, stream, tools, messages } = Body.parse(body);
    return {
      model,
      streams: stream,
      tools: tools.map((tool) => tool.function.name),
      conversation: messages.flatMap((message) => {
        const by = SPEAKERS[message.role as keyof typeof SPEAKERS];
        return by === undefined ? [] : [{ by, text: textOf(message) }];
      }),
    };
  },
  whole: (reply) => {
    const calls = callsOf(reply);
    const content = reply.chunks.join("") || null;
    const message = { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls } : {}) };
    return {
      ...head(reply, "chat.completion"),
      choices: [{ index: 0, message, finish_reason: stopOf(reply) }],
      usage: usageOf(reply),
    };
  },
  *frames(reply) {
    const shared = head(reply, "chat.completion.chunk");
    const data = (more: object) => `data: ${JSON.stringify({ ...shared, ...more })}\n\n`;
    const delta = (part: object, finish_reason: string | null = null) =>
      data({ choices: [{ index: 0, delta: part, finish_reason }] });
    yield frame(delta({ role: "assistant", content: "" }));
    for (const content of reply.chunks) yield piece(delta({ content }));
    for (const call of callsOf(reply)) yield frame(delta({ tool_calls: [call] }));
    yield frame(delta({}, stopOf(reply)));
    yield frame(data({ choices: [], usage: usageOf(reply) }));
    yield frame("data: [DONE]\n\n");
  },
  failure: ({ type = "api_error", code, message }) => ({
    error: { message, type: code ?? type, code: code ?? null, param: null },
  }),
};

const head = ({ model }: Reply, object: string) => ({
  id: idOf("chatcmpl-"),
  object,
  created: Math.floor(Date.now() / 1_000),
  model,
});

const callsOf = ({ calls }: Reply) =>
  calls.map(({ name, input }, index) => ({
    index,
    id: idOf("call_"),
    type: "function",
    function: { name, arguments: JSON.stringify(input) },
  }));

const stopOf = ({ stop, calls }: Reply): string => stop ?? (calls.length > 0 ? "tool_calls" : "stop");

const usageOf = ({ usage }: Reply) => ({
  prompt_tokens: usage.input,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.output,
});
