import { parseMoment } from "../../watch/calendar.ts";
import { type Claim, NO_CLAIM } from "../../watch/sign.ts";
import { jsonOf, parse, textOf } from "../json.ts";
import { API_ERROR, readError } from "./trouble.ts";

/** Of the file that begins so. Agents that it has called to help have files of their own. */
export function conversation(head: string): string | null {
  const said = parse(head);
  return said?.kind === "main" ? textOf(said.sessionId) : null;
}

/** The others repeat the whole conversation, and have no time. */
export const RECORD = /^\{"id":"[^"]*","timestamp":"[^"]*","type":"(?:user|gemini|error)"/;

/**
 * One record of its chat. It tells what it was told, what it said and what went wrong, but never that a turn is
 * over: from a message on, only the screen knows how it goes.
 */
export function readRecord(line: string): Claim | null {
  const said = RECORD.test(line) ? parse(line) : null;
  if (said === null) return null;
  const rule = String(said.type);
  const at = parseMoment(textOf(said.timestamp) ?? "");
  const claim: Claim = { ...NO_CLAIM, rule, at, mood: { mood: "unclear" } };
  if (rule === "gemini") return claim;
  const words = wordsIn(said.content);
  if (rule === "user") return words === null ? null : { ...claim, heard: words };
  const error = API_ERROR.exec(words ?? "")?.[1];
  if (error === undefined) return null;
  const { rule: kind, ...mood } = readError(error, at ?? 0);
  return { ...claim, rule: `error ${kind}`, mood };
}

/** Null where it is no words: what a tool gave is noted as said by the user, too. */
export function wordsIn(content: unknown): string | null {
  if (!Array.isArray(content)) return textOf(content);
  const texts = content.flatMap((part: unknown) => textOf(jsonOf(part)?.text) ?? []);
  return texts.length === 0 ? null : texts.join("\n");
}
