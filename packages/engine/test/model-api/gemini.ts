import { z } from "zod";
import { type Asked, type Format, frame, idOf, piece, type Reply, type Said, textOf } from "./format.ts";

const Part = z.looseObject({
  text: z.string().optional(),
  functionResponse: z.looseObject({ response: z.unknown() }).optional(),
});
const Declared = z.object({ functionDeclarations: z.array(z.looseObject({ name: z.string() })).default([]) });
const Body = z.object({
  tools: z.array(Declared).default([]),
  contents: z.array(z.object({ role: z.string().default("user"), parts: z.array(Part).default([]) })),
});

/** Gemini generateContent: the model and the streaming are in the path. */
export const gemini: Format = {
  name: "gemini",
  route: /:(stream)?generateContent$/i,
  read(body, path): Asked {
    const { tools, contents } = Body.parse(body);
    return {
      model: /models\/([^/:]+):/.exec(path)?.[1] ?? "",
      streams: /:stream/i.test(path),
      tools: tools.flatMap((tool) => tool.functionDeclarations.map(({ name }) => name)),
      conversation: contents.flatMap(({ role, parts }) => parts.map((part) => saidIn(role, part))),
    };
  },
  whole: (reply) => answer(reply, [...spoken(reply.chunks.join("")), ...callsOf(reply)], true),
  *frames(reply) {
    const data = (value: object) => `data: ${JSON.stringify(value)}\r\n\r\n`;
    for (const chunk of reply.chunks) yield piece(data(answer(reply, spoken(chunk), false)));
    yield frame(data(answer(reply, callsOf(reply), true)));
  },
  failure: ({ status, code = "UNKNOWN", message }) => ({ error: { code: status, message, status: code } }),
};

function saidIn(role: string, { text = "", functionResponse }: z.infer<typeof Part>): Said {
  if (functionResponse !== undefined)
    return {
      by: "tool",
      text: textOf(functionResponse.response) || JSON.stringify(functionResponse.response),
    };
  return { by: role === "model" ? "model" : "user", text };
}

const spoken = (text: string) => (text === "" ? [] : [{ text }]);

const callsOf = ({ calls }: Reply) =>
  calls.map(({ name, input }) => ({ functionCall: { name, args: input, id: idOf("call_") } }));

const answer = ({ model, usage, stop }: Reply, parts: readonly object[], last: boolean) => ({
  candidates: [
    { content: { role: "model", parts }, index: 0, ...(last ? { finishReason: stop ?? "STOP" } : {}) },
  ],
  usageMetadata: {
    promptTokenCount: usage.input,
    candidatesTokenCount: usage.output,
    totalTokenCount: usage.input + usage.output,
  },
  modelVersion: model,
});
