import { parseMoment } from "../../watch/calendar.ts";
import { type Claim, NO_CLAIM } from "../../watch/sign.ts";
import type { Instant } from "../../watch/time.ts";
import { type Json, parse, textOf } from "../json.ts";
import { readError } from "./trouble.ts";

/** The events of Claude Code that tell of its state. Those of single tools would come by the thousand, and tell nothing more. */
export const EVENTS = [
  "SessionStart",
  "UserPromptSubmit",
  "PermissionRequest",
  "Notification",
  "PreCompact",
  "Stop",
  "StopFailure",
] as const;

/** One event of a hook. */
export function hears(event: string, at: Instant): Claim | null {
  const said = parse(event);
  const name = textOf(said?.hook_event_name);
  if (said === null || name === null) return null;
  const claim: Claim = {
    ...NO_CLAIM,
    rule: name,
    conversation: textOf(said.session_id),
    transcript: textOf(said.transcript_path),
  };
  switch (name) {
    // It is told of what is only queued, too.
    case "UserPromptSubmit":
      return { ...claim, mood: { mood: "busy" }, given: textOf(said.prompt) };
    case "PreCompact":
      return { ...claim, mood: { mood: "busy" } };
    case "PermissionRequest":
      return { ...claim, mood: { mood: "asking", question: permission(said) } };
    case "Notification":
      return { ...claim, ...notification(said) };
    case "Stop":
      return { ...claim, mood: { mood: "ready" } };
    case "StopFailure":
      return { ...claim, ...failure(said, at) };
    default:
      return claim;
  }
}

function permission({ tool_name: tool, tool_input: input }: Json): string {
  const { command, file_path: file } = (input ?? {}) as Json;
  const what = textOf(command) ?? textOf(file);
  return `may it use ${textOf(tool) ?? "a tool"}${what === null ? "" : `: ${what.slice(0, 200)}`}?`;
}

function notification({ notification_type: type, message }: Json): Partial<Claim> {
  const rule = `Notification ${textOf(type) ?? ""}`.trim();
  const question = textOf(message) ?? "it waits for a person";
  if (type === "permission_prompt" || type === "elicitation_dialog")
    return { rule, mood: { mood: "asking", question } };
  return type === "quota_auto_resume_fired" ? { rule, mood: { mood: "busy" } } : { rule };
}

/** The kind of error as the program names it, where its words are not known. */
function failure({ error, last_assistant_message: words }: Json, at: Instant): Partial<Claim> {
  const text = textOf(words) ?? "";
  const kind = textOf(error) ?? "unknown";
  const known = readError(text, at);
  if (known !== null) {
    const { rule, ...mood } = known;
    return { rule: `StopFailure ${rule}`, mood };
  }
  const said = text === "" ? kind : text;
  const rule = `StopFailure ${kind}`;
  if (kind === "rate_limit") return { rule, mood: { mood: "limited", until: null } };
  if (kind === "billing_error" || kind === "authentication_failed")
    return { rule, mood: { mood: "asking", question: said } };
  return { rule, mood: { mood: "fatal", error: said } };
}

/** The file that each process keeps about itself. */
export function readStatus(text: string): Claim | null {
  const said = parse(text);
  if (said === null) return null;
  const status = textOf(said.status) ?? "";
  const claim: Claim = {
    ...NO_CLAIM,
    rule: status,
    conversation: textOf(said.sessionId),
    at: typeof said.statusUpdatedAt === "number" ? said.statusUpdatedAt : null,
  };
  switch (status) {
    case "idle":
      return { ...claim, mood: { mood: "ready" } };
    case "busy":
    case "shell":
      return { ...claim, mood: { mood: "busy" } };
    case "waiting":
      return {
        ...claim,
        mood: { mood: "asking", question: textOf(said.waitingFor) ?? "it waits for a person" },
      };
    default:
      return claim;
  }
}

/** Who has which conversation open, by the same file. */
export function readOwner(text: string): { readonly pid: number; readonly conversation: string } | null {
  const said = parse(text);
  const conversation = textOf(said?.sessionId);
  return conversation === null || typeof said?.pid !== "number" ? null : { pid: said.pid, conversation };
}

/** One record of the transcript: what it was told, or took from its queue, and that a turn has ended. */
export function readRecord(line: string): Claim | null {
  // Most records are long, and none of these.
  if (!/"type":"(?:user|queue-operation|system)"/.test(line)) return null;
  const said = parse(line);
  if (said === null || said.isSidechain === true) return null;
  const claim: Claim = {
    ...NO_CLAIM,
    rule: String(said.type),
    at: parseMoment(textOf(said.timestamp) ?? ""),
  };
  // What waits in its queue is in its memory alone; in the midst of a turn it is taken out of it without a record of its own.
  if (said.type === "queue-operation")
    return said.reason === "absorbed_mid_turn" ? { ...claim, heard: textOf(said.content) } : null;
  if (said.type === "system")
    return said.subtype === "turn_duration"
      ? { ...claim, rule: "turn ended", mood: { mood: "ready" } }
      : null;
  const { content } = (said.message ?? {}) as Json;
  const heard = textOf(content) ?? textsIn(content);
  return heard === null ? null : { ...claim, heard };
}

function textsIn(content: unknown): string | null {
  if (!Array.isArray(content)) return null;
  const texts = content.flatMap((block: Json) => (block?.type === "text" ? (textOf(block.text) ?? []) : []));
  return texts.length === 0 ? null : texts.join("\n");
}
