import type { Mood } from "../../watch/sighting.ts";
import { type Claim, NO_CLAIM } from "../../watch/sign.ts";
import type { Duration, Instant } from "../../watch/time.ts";
import { type Json, jsonOf, parse, textOf } from "../json.ts";
import { limited } from "../trouble.ts";
import { readError } from "./trouble.ts";

/** It tries again by itself: what takes longer than its own back-off, the vendor has asked for. */
export const LONG_RETRY: Duration = 60_000;

/** What our plugin inside it was told by its bus. */
export function hears(event: string, at: Instant): Claim | null {
  const said = parse(event);
  const type = textOf(said?.type);
  if (said === null || type === null) return null;
  const claim: Claim = { ...NO_CLAIM, rule: type, conversation: textOf(said.session) };
  switch (type) {
    case "busy":
      return { ...claim, mood: { mood: "busy" } };
    case "retry":
      return { ...claim, mood: retrying(said.next, at) };
    case "asking":
      return {
        ...claim,
        mood: { mood: "asking", question: textOf(said.question) ?? "it waits for a person" },
      };
    case "idle":
      return { ...claim, ...ended(jsonOf(said.error), at) };
    case "told":
      return { ...claim, heard: textOf(said.text) };
    default:
      return null;
  }
}

const retrying = (next: unknown, at: Instant): Mood =>
  typeof next === "number" && next - at >= LONG_RETRY ? limited(next) : { mood: "busy" };

function ended(error: Json | null, at: Instant): Partial<Claim> {
  if (error === null) return { mood: { mood: "ready" } };
  const { name, status, message, body } = error;
  const words = [name, status, message, body]
    .map((word) => String(word ?? ""))
    .join(" ")
    .trim();
  const { rule, ...mood } = readError(words, at);
  const told = textOf(message) ?? words;
  const named = mood.mood === "asking" ? { ...mood, question: told } : mood;
  return { rule: `idle ${rule}`, mood: mood.mood === "fatal" ? { ...mood, error: told } : named };
}
