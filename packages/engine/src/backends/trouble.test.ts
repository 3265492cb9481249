import { expect, it } from "vitest";
import type { Mood } from "../watch/sighting.ts";
import { readError as claude } from "./claude/trouble.ts";
import { readError as codex } from "./codex/trouble.ts";
import { SERVER_REST, type Trouble } from "./trouble.ts";

const AT = Date.UTC(2026, 10, 21, 5, 0);

/** What helps: to wait, until when, a fresh conversation, or a person. */
type Remedy = "begin anew" | "ask" | { readonly wait: number | null };
type Row = readonly [words: string, rule: string, remedy: Remedy];

function remedyOf({ mood, ...more }: Mood): Remedy | null {
  if (mood === "limited" && "until" in more) return { wait: more.until };
  return mood === "fatal" ? "begin anew" : mood === "asking" ? "ask" : null;
}
const gist = (found: Trouble | null) => found && [found.rule, remedyOf(found)];

it.each<Row>([
  [
    "You've hit your 5-hour limit · resets 5:33am (UTC)",
    "usage limit",
    { wait: Date.UTC(2026, 10, 21, 5, 33) },
  ],
  ["Usage limit reached", "usage limit", { wait: null }],
  ["API Error: Request rejected (429)", "rate limit", { wait: null }],
  ["Credit balance too low", "billing", "ask"],
  ["API Error: 401 · Please run /login", "login", "ask"],
  ["API Error: 400 thinking blocks cannot be modified", "poisoned conversation", "begin anew"],
  ["Prompt is too long", "context overflow", "begin anew"],
  ["API Error: 529 Overloaded", "server error", { wait: AT + SERVER_REST }],
  ["API Error: 500 Internal server error", "server error", { wait: AT + SERVER_REST }],
  ["API Error: Connection error.", "server error", { wait: AT + SERVER_REST }],
  ["API Error: 404 not_found_error: model: claude-opus-1", "model gone", "ask"],
  ["API Error: something new", "API error", "begin anew"],
])("Claude Code's %j has one remedy", (words, rule, remedy) => {
  expect(gist(claude(words, AT))).toEqual([rule, remedy]);
});

it.each<Row>([
  ["You’ve hit your usage limit. Try again in 2 hours", "usage limit", { wait: AT + 7_200_000 }],
  ["exceeded retry limit, last status: 429 Too Many Requests", "rate limit", { wait: AT + SERVER_REST }],
  ["Quota exceeded. Check your plan and billing details.", "billing", "ask"],
  ["unexpected status 401 Unauthorized", "login", "ask"],
  ["messages.1: `thinking` blocks cannot be modified", "poisoned conversation", "begin anew"],
  ["Codex ran out of room in the model's context window.", "context overflow", "begin anew"],
  ["unexpected status 500 Internal Server Error", "server error", { wait: AT + SERVER_REST }],
  ["stream disconnected before completion", "server error", { wait: AT + SERVER_REST }],
  ["The model `gpt-1` does not exist or is not supported", "model gone", "ask"],
  ["something new", "unknown error", "begin anew"],
])("Codex's %j has one remedy", (words, rule, remedy) => {
  expect(gist(codex(words, AT))).toEqual([rule, remedy]);
});

it("what is no error that Claude Code names is none", () => {
  expect(claude("hello", AT)).toBeNull();
});
