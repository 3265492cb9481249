import { parseMoment } from "../../watch/calendar.ts";
import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { countLines, countOf, type Passage, sayCall } from "../passage.ts";

/** One record of its rollout. */
export function passages(record: string): readonly Passage[] {
  if (!record.includes('"type":"event_msg"')) return [];
  const said = parse(record);
  const payload = jsonOf(said?.payload);
  if (said?.type !== "event_msg" || payload === null) return [];
  const at = parseMoment(textOf(said.timestamp) ?? "");
  switch (payload.type) {
    case "item_completed":
      return itemOf(jsonOf(payload.item), at);
    case "task_complete": {
      const error = textOf(jsonOf(payload.error)?.message);
      const key = `end ${String(payload.turn_id)}`;
      return error === null ? [] : [{ key, at, is: "said", by: "agent", text: `error: ${error}` }];
    }
    case "token_count":
      return spentOn(jsonOf(payload.info), at);
    default:
      return [];
  }
}

function itemOf(item: Json | null, at: number | null): readonly Passage[] {
  const key = textOf(item?.id);
  if (item === null || key === null) return [];
  switch (item.type) {
    case "UserMessage":
      return [{ key, at, is: "said", by: "you", text: textIn(item.content) }];
    case "AgentMessage":
      return [{ key, at, is: "said", by: "agent", text: textIn(item.content) }];
    // What it thought, and that it has forgotten the beginning.
    case "Reasoning":
    case "ContextCompaction":
      return [];
    default: {
      const answer = textOf(item.aggregated_output) ?? "";
      const failed = item.status === "failed" || countOf(item.exit_code) > 0;
      return [
        {
          key,
          at,
          is: "called",
          tool: key,
          what: sayCall(String(item.type), { ...item, ...commandOf(item) }),
        },
        { key: `${key} answer`, at, is: "answered", tool: key, lines: countLines(answer), failed },
      ];
    }
  }
}

/** What it had the shell run, less the shell. */
function commandOf({ command }: Json): Json {
  const words = Array.isArray(command) ? command.map(String) : [];
  const [shell = "", flags = "", script] = words;
  const isShell = words.length === 3 && /(?:^|\/)(?:ba|z|da)?sh$/.test(shell) && /^-l?c$/.test(flags);
  return isShell ? { command: script } : {};
}

const textIn = (content: unknown): string =>
  Array.isArray(content)
    ? content.flatMap((part: unknown) => textOf(jsonOf(part)?.text) ?? []).join("\n")
    : "";

/** It tells the last answer's again at the end of a turn that came to nothing: then the sum is the same. */
function spentOn(info: Json | null, at: number | null): readonly Passage[] {
  const last = jsonOf(info?.last_token_usage);
  if (info === null || last === null) return [];
  const cached = countOf(last.cached_input_tokens);
  const written = countOf(last.cache_write_input_tokens);
  const tokens = {
    input: Math.max(countOf(last.input_tokens) - cached - written, 0),
    output: countOf(last.output_tokens),
    cached,
    written,
  };
  const key = `spent ${JSON.stringify(info.total_token_usage)}`;
  return [{ key, at, is: "spent", model: null, tokens, cost: null }];
}
