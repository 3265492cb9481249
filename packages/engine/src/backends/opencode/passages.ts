import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { countLines, countOf, type Passage, sayCall } from "../passage.ts";

/** A record is a part of a message, with what its message says of it. */
export const RECORDS = `
  SELECT json_object('id', part.id, 'at', part.time_created, 'role', json_extract(message.data, '$.role'),
                     'model', json_extract(message.data, '$.modelID'), 'part', json(part.data)) AS record,
         part.time_updated AS moment
  FROM part JOIN message ON message.id = part.message_id
  WHERE part.session_id = ? AND part.time_updated >= ?
  ORDER BY part.time_created, part.id`;

/** One such record; a part is noted again as it grows. */
export function passages(record: string): readonly Passage[] {
  const said = parse(record);
  const part = jsonOf(said?.part);
  const key = textOf(said?.id);
  if (said === null || part === null || key === null) return [];
  const at = typeof said.at === "number" ? said.at : null;
  const text = textOf(part.text);
  switch (part.type) {
    case "text":
      // What the program itself puts before the model is nobody's words.
      if (text === null || text === "" || part.synthetic === true || part.ignored === true) return [];
      // It has not said all of it yet.
      if (part.time !== undefined && jsonOf(part.time)?.end === undefined) return [];
      return [{ key, at, is: "said", by: said.role === "user" ? "you" : "agent", text }];
    case "tool":
      return toolOf(part, key, at);
    case "step-finish":
      return [{ key, at, is: "spent", ...spentOn(part), model: textOf(said.model) }];
    default:
      return [];
  }
}

function toolOf(part: Json, key: string, at: number | null): readonly Passage[] {
  const state = jsonOf(part.state);
  const what = sayCall(textOf(part.tool) ?? "a tool", jsonOf(state?.input));
  const called: Passage = { key, at, is: "called", tool: key, what };
  const failed = state?.status === "error";
  if (state?.status !== "completed" && !failed) return [called];
  const lines = countLines(textOf(failed ? state.error : state.output) ?? "");
  return [called, { key: `${key} answer`, at, is: "answered", tool: key, lines, failed }];
}

function spentOn({ tokens: given, cost }: Json) {
  const used = jsonOf(given);
  const cache = jsonOf(used?.cache);
  const tokens = {
    input: countOf(used?.input),
    output: countOf(used?.output) + countOf(used?.reasoning),
    cached: countOf(cache?.read),
    written: countOf(cache?.write),
  };
  // It says 0 for a model whose price it does not know.
  return { tokens, cost: countOf(cost) === 0 ? null : countOf(cost) };
}
