import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { claude } from "./claude/claude.ts";
import { codex } from "./codex/codex.ts";
import { gemini } from "./gemini/gemini.ts";
import { opencode } from "./opencode/opencode.ts";
import { type Passage, sayCall } from "./passage.ts";

const records = (file: string): readonly string[] =>
  readFileSync(path.join(import.meta.dirname, file), "utf8")
    .trim()
    .split("\n");

function short(passage: Passage): string {
  switch (passage.is) {
    case "said":
      return `${passage.by}: ${passage.text}`;
    case "called":
      return `call: ${passage.what}`;
    case "answered":
      return `answer: ${passage.lines}${passage.failed ? " failed" : ""}`;
    case "spent": {
      const { input, output, cached, written } = passage.tokens;
      return `spent: ${passage.model} ${input} ${output} ${cached} ${written} ${passage.cost}`;
    }
    default:
      return passage satisfies never;
  }
}

describe("a conversation", () => {
  const TRANSCRIPT = records("claude/samples/transcript.jsonl");

  it("of Claude Code is what was said and run; what it thought is left out, and what it took in the midst of a turn is not", () => {
    const passages = TRANSCRIPT.flatMap((record) => claude.passages?.(record) ?? []);
    const queued = ["Ml7jl254Z", "Ml7jl255Z", "Ml7jl256Z", "Ml7jl325Z", "Ml7jl326Z"];
    expect(passages.filter(({ is }) => is !== "spent").map(short)).toEqual([
      ...queued.map((word) => `you: ${word} hello there, short message.`),
      "you: initial prompt: run a command",
      "agent: I will run a command.",
      "call: ran: sleep 4; echo tool-ran",
      "answer: 1",
      "agent: All done.\nWAITING-UNTIL: 2026-01-01T00:00:00Z",
      "you: next please",
      "agent: Done.\nWAITING-UNTIL: 2026-01-01T00:00:00Z",
      "you: next please limit",
      expect.stringMatching(/^agent: API Error: Request rejected \(429\)/),
    ]);
    expect(passages.every(({ at }) => at !== null && at > Date.parse("2026-11-21T04:00:00Z"))).toBe(true);
  });

  it("of Claude Code spends once for each answer, however many records it has, and nothing for its own words", () => {
    const spent = TRANSCRIPT.flatMap((record) => claude.passages?.(record) ?? []).filter(
      ({ is }) => is === "spent",
    );
    const last = new Map(spent.map((passage) => [passage.key, short(passage)]));
    expect([...last.values()]).toEqual([
      "spent: claude-sonnet-5 1000 6 0 0 null",
      "spent: claude-sonnet-5 1000 12 0 0 null",
      "spent: claude-sonnet-5 1000 11 0 0 null",
    ]);
  });

  it("of Claude Code leaves out what its helpers said, and what is no person's, but counts what they cost", () => {
    const record = (more: object) =>
      JSON.stringify({
        ...{ type: "assistant", uuid: "u", timestamp: "2026-11-21T04:05:38.025Z" },
        message: {
          id: "m",
          model: "x",
          content: [{ type: "text", text: "hi" }],
          usage: { output_tokens: 3 },
        },
        ...more,
      });
    expect(claude.passages?.(record({})).map(short)).toEqual(["agent: hi", "spent: x 0 3 0 0 null"]);
    expect(claude.passages?.(record({ isSidechain: true })).map(short)).toEqual(["spent: x 0 3 0 0 null"]);
    expect(claude.passages?.(record({ type: "user", isMeta: true }))).toEqual([]);
  });

  it("of Codex has errors where a turn came to nothing, and the command without its shell", () => {
    const said = records("codex/samples/rollout.jsonl").flatMap((record) => codex.passages?.(record) ?? []);
    expect(said.slice(0, 6).map(short)).toEqual([
      "you: initial prompt: run a command",
      "agent: I will run a command.",
      "call: ran: sleep 4; echo tool-ran",
      "answer: 1",
      "spent: null 1000 6 0 0 null",
      "agent: All done.\nWAITING-UNTIL: 2026-01-01T00:00:00Z",
    ]);
    expect(said.map(short)).toContainEqual(
      expect.stringMatching(/^agent: error: You’ve hit your usage limit/),
    );
  });

  it("of Codex spends nothing when it tells its last sum again", () => {
    const count = (total: number) =>
      JSON.stringify({
        timestamp: "2026-11-21T04:18:17.531Z",
        type: "event_msg",
        payload: {
          type: "token_count",
          info: {
            total_token_usage: { input_tokens: total },
            last_token_usage: { input_tokens: 900, cached_input_tokens: 600, output_tokens: 7 },
          },
        },
      });
    const keys = [1000, 1000, 1900].flatMap((total) => codex.passages?.(count(total)) ?? []);
    expect(new Set(keys.map(({ key }) => key)).size).toBe(2);
    expect(keys.map(short)[0]).toBe("spent: null 300 7 600 0 null");
  });

  it("of Gemini CLI has each answer once by its key, though it is noted again with its tools", () => {
    const said = records("gemini/samples/chat.jsonl").flatMap((record) => gemini.passages?.(record) ?? []);
    const last = [...new Map(said.map((passage) => [passage.key, short(passage)])).values()];
    expect(last.filter((line) => !line.startsWith("spent")).slice(0, 7)).toEqual([
      "you: Say hello.",
      "agent: Hello.",
      "you: [fleet 3f2a1c9] make it",
      "call: ran: sleep 1",
      "answer: 0",
      "agent: Done it.",
      "you: go on",
    ]);
    expect(last.filter((line) => line.startsWith("spent"))).toHaveLength(3);
    expect(last.at(-1)).toMatch(/^agent: error: \[API Error/);
  });

  it.each<[string, object, readonly string[]]>([
    ["what you said", { role: "user", part: { type: "text", text: "hello" } }, ["you: hello"]],
    [
      "what the program said for you",
      { role: "user", part: { type: "text", text: "x", synthetic: true } },
      [],
    ],
    [
      "what it says just now",
      { role: "assistant", part: { type: "text", text: "I w", time: { start: 1 } } },
      [],
    ],
    [
      "what it said",
      { role: "assistant", part: { type: "text", text: "I will.", time: { start: 1, end: 2 } } },
      ["agent: I will."],
    ],
    ["what it thought", { role: "assistant", part: { type: "reasoning", text: "hm" } }, []],
    [
      "a tool at work",
      { part: { type: "tool", tool: "bash", state: { status: "running", input: { command: "ls" } } } },
      ["call: ran: ls"],
    ],
    [
      "a tool that failed",
      {
        part: {
          type: "tool",
          tool: "read",
          state: { status: "error", input: { filePath: "a" }, error: "no\n" },
        },
      },
      ["call: read: a", "answer: 1 failed"],
    ],
    [
      "what a step took",
      {
        model: "m",
        part: {
          type: "step-finish",
          cost: 0.25,
          tokens: { input: 5, output: 6, reasoning: 1, cache: { read: 7, write: 8 } },
        },
      },
      ["spent: m 5 7 7 8 0.25"],
    ],
  ])("of opencode: %s", (_, record, said) => {
    expect(opencode.passages?.(JSON.stringify({ id: "prt_1", at: 1, ...record })).map(short)).toEqual(said);
  });

  it.each(Object.entries({ claude, codex, gemini, opencode }))(
    "of %s is none in what is no record of it",
    (_, { passages }) => {
      const odd = [
        "",
        "{",
        "null",
        "[]",
        '{"type":"user"}',
        '{"type":"event_msg","payload":{}}',
        '{"id":1,"part":{"type":"tool"}}',
      ];
      const shapes = [
        '{"type":"assistant","message":{"content":[null,3,{"type":"text"}]}}',
        '{"type":"user","message":7}',
      ];
      for (const record of [...odd, ...shapes]) expect(passages?.(record)).toEqual([]);
    },
  );
});

describe("a call of a tool", () => {
  it.each<[string, Readonly<Record<string, unknown>> | null, string]>([
    ["Bash", { command: "ls\n  -l", description: "list" }, "ran: ls -l"],
    ["shell", { command: ["git", "status"] }, "ran: git status"],
    ["Read", { file_path: "src/x.ts", limit: 3 }, "Read: src/x.ts"],
    ["Task", { prompt: "look\nhere", subagent: "a" }, "Task: look here"],
    ["TodoWrite", { todos: [] }, "TodoWrite"],
    ["odd", null, "odd"],
  ])("%s %j is one line", (tool, given, line) => {
    expect(sayCall(tool, given)).toBe(line);
  });

  it("is cut where it is long", () => {
    expect(sayCall("Bash", { command: "x".repeat(500) })).toHaveLength(201);
  });
});
