import { parseMoment } from "../../watch/calendar.ts";
import { type Claim, NO_CLAIM } from "../../watch/sign.ts";
import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { readError } from "./trouble.ts";

/** Its own word for it is a rollout. */
export const isTranscript = (file: string): boolean => /\/rollout-[^/]+\.jsonl$/.test(file);

/** Agents that it has called to help have rollouts of their own, and name where they come from by an object. */
export function conversation(head: string): string | null {
  const said = parse(head);
  const meta = said?.type === "session_meta" ? jsonOf(said.payload) : null;
  return typeof meta?.source === "string" ? textOf(meta.id) : null;
}

/** One record of its rollout. */
export function readRecord(line: string): Claim | null {
  const said = parse(line);
  const payload = jsonOf(said?.payload);
  if (said?.type !== "event_msg" || payload === null) return null;
  const at = parseMoment(textOf(said.timestamp) ?? "");
  const rule = String(payload.type);
  const claim: Claim = { ...NO_CLAIM, rule, at };
  switch (rule) {
    case "task_started":
      return { ...claim, mood: { mood: "busy" } };
    case "turn_aborted":
      return { ...claim, mood: { mood: "ready" } };
    case "task_complete":
      return { ...claim, ...ended(jsonOf(payload.error), at ?? 0) };
    case "item_completed": {
      const heard = wordsIn(jsonOf(payload.item));
      return heard === null ? null : { ...claim, rule: "UserMessage", heard };
    }
    default:
      return null;
  }
}

function ended(error: Json | null, at: number): Partial<Claim> {
  if (error === null) return { mood: { mood: "ready" } };
  const kind = JSON.stringify(error.codex_error_info ?? null);
  const { rule, ...mood } = readError(`${textOf(error.message) ?? ""} ${kind}`, at);
  const told = mood.mood === "asking" ? { ...mood, question: textOf(error.message) ?? mood.question } : mood;
  return { rule: `task_complete ${rule}`, mood: told };
}

/** What it was told. */
function wordsIn(item: Json | null): string | null {
  if (item?.type !== "UserMessage" || !Array.isArray(item.content)) return null;
  return item.content.flatMap((part: unknown) => textOf(jsonOf(part)?.text) ?? []).join("\n");
}
