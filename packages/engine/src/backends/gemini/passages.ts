import { parseMoment } from "../../watch/calendar.ts";
import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { countLines, countOf, type Passage, sayCall } from "../passage.ts";
import { RECORD, wordsIn } from "./claims.ts";

/** One record of its chat; an answer is noted once more when its tools have ended. */
export function passages(record: string): readonly Passage[] {
  const said = RECORD.test(record) ? parse(record) : null;
  const key = textOf(said?.id);
  if (said === null || key === null) return [];
  const at = parseMoment(textOf(said.timestamp) ?? "");
  const text = wordsIn(said.content) ?? "";
  const by = said.type === "user" ? "you" : "agent";
  const words: readonly Passage[] =
    text === "" ? [] : [{ key, at, is: "said", by, text: said.type === "error" ? `error: ${text}` : text }];
  const calls = Array.isArray(said.toolCalls) ? said.toolCalls : [];
  return [...words, ...calls.flatMap((call: unknown) => callOf(jsonOf(call), at)), ...spentOn(said, key, at)];
}

function callOf(call: Json | null, at: number | null): readonly Passage[] {
  const tool = textOf(call?.id);
  if (call === null || tool === null) return [];
  const what = sayCall(textOf(call.name) ?? "a tool", jsonOf(call.args));
  const answers = Array.isArray(call.result) ? call.result : [];
  const text = answers.map((one: unknown) => answerIn(jsonOf(jsonOf(one)?.functionResponse))).join("\n");
  const failed = call.status === "error" || call.status === "cancelled";
  const end = parseMoment(textOf(call.timestamp) ?? "") ?? at;
  return [
    { key: tool, at, is: "called", tool, what },
    { key: `${tool} answer`, at: end, is: "answered", tool, lines: countLines(text), failed },
  ];
}

/** What a command printed, without what is written round it for the model. */
function answerIn(response: Json | null): string {
  const given = jsonOf(response?.response);
  const text = textOf(given?.output) ?? textOf(given?.error) ?? "";
  const lines = text.split("\n");
  const begin = lines.findIndex((line) => line.startsWith("Output: "));
  if (begin < 0) return text;
  const end = lines.findIndex((line, index) => index > begin && AROUND.test(line));
  const printed = lines
    .slice(begin, end < 0 ? lines.length : end)
    .join("\n")
    .replace("Output: ", "");
  return printed === "(empty)" ? "" : printed;
}

const AROUND = /^(?:(?:Process Group PGID|Exit Code|Error|Signal|Background PIDs): |<\/)/;

function spentOn({ tokens: given, model }: Json, key: string, at: number | null): readonly Passage[] {
  const used = jsonOf(given);
  if (used === null) return [];
  const cached = countOf(used.cached);
  const tokens = {
    input: Math.max(countOf(used.input) - cached, 0) + countOf(used.tool),
    output: countOf(used.output) + countOf(used.thoughts),
    cached,
    written: 0,
  };
  return [{ key: `spent ${key}`, at, is: "spent", model: textOf(model), tokens, cost: null }];
}
