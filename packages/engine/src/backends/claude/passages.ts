import { parseMoment } from "../../watch/calendar.ts";
import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { countLines, countOf, type Passage, sayCall } from "../passage.ts";

/** One record of the transcript. What it thought, and what its makers told it, is left out. */
export function passages(record: string): readonly Passage[] {
  // Most records are long, and none of these.
  if (!/"type":"(?:user|assistant|queue-operation)"/.test(record)) return [];
  const said = parse(record);
  if (said === null || said.isMeta === true || said.isCompactSummary === true) return [];
  const at = parseMoment(textOf(said.timestamp) ?? "");
  const key = textOf(said.uuid) ?? textOf(said.timestamp) ?? "";
  if (said.type === "queue-operation") {
    // Taken in the midst of a turn, it has no record of its own.
    const text = said.reason === "absorbed_mid_turn" ? textOf(said.content) : null;
    return text === null ? [] : [{ key, at, is: "said", by: "you", text }];
  }
  const message = jsonOf(said.message);
  if (message === null) return [];
  const by = said.type === "user" ? "you" : "agent";
  // A helper's words are no part of this conversation. What they cost is.
  const words = said.isSidechain === true ? [] : wordsOf(message.content, by, key, at);
  return said.type === "assistant" ? [...words, ...spentOn(message, at)] : words;
}

function wordsOf(content: unknown, by: "you" | "agent", key: string, at: number | null): readonly Passage[] {
  if (typeof content === "string") return [{ key, at, is: "said", by, text: content }];
  if (!Array.isArray(content)) return [];
  return content.flatMap((given: unknown, nth): readonly Passage[] => {
    const block = jsonOf(given);
    const own = { key: `${key} ${nth}`, at };
    const text = textOf(block?.text);
    if (block?.type === "text" && text !== null) return [{ ...own, is: "said", by, text }];
    if (block?.type === "tool_use") {
      const what = sayCall(textOf(block.name) ?? "a tool", jsonOf(block.input));
      return [{ ...own, is: "called", tool: String(block.id), what }];
    }
    if (block?.type !== "tool_result") return [];
    const lines = countLines(resultOf(block.content));
    return [
      { ...own, is: "answered", tool: String(block.tool_use_id), lines, failed: block.is_error === true },
    ];
  });
}

const resultOf = (content: unknown): string =>
  Array.isArray(content)
    ? content.map((part: unknown) => textOf(jsonOf(part)?.text) ?? "").join("\n")
    : (textOf(content) ?? "");

/** An answer has a record for each of its blocks, and each has the usage of the whole. */
function spentOn({ id, model, usage }: Json, at: number | null): readonly Passage[] {
  const used = jsonOf(usage);
  // What it says by itself, of an error say, is by no model.
  if (used === null || model === "<synthetic>") return [];
  const tokens = {
    input: countOf(used.input_tokens),
    output: countOf(used.output_tokens),
    cached: countOf(used.cache_read_input_tokens),
    written: countOf(used.cache_creation_input_tokens),
  };
  return [{ key: `spent ${String(id)}`, at, is: "spent", model: textOf(model), tokens, cost: null }];
}
