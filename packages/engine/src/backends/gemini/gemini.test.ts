import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../watch/sighting.ts";
import type { Claim } from "../../watch/sign.ts";
import type { LaunchRequest } from "../backend.ts";
import { type View, viewOf } from "../view.ts";
import { gemini } from "./gemini.ts";

const FOLDER = path.join(import.meta.dirname, "screens");
/** When they are taken to have been captured. */
const AT = new Date(2026, 10, 21, 20, 0).getTime();
const READY = "◇  Ready (project)";
const WORKING = "✦  Working… (project)";
const ACTION = "✋  Action Required (project)";

const screen = (name: string) => readFileSync(path.join(FOLDER, `${name}.txt`), "utf8");
const viewed = (text: string, title = READY): View => viewOf(text, title, AT);

const ready = (final: string | null, draft = ""): Partial<Reading> => ({ mood: "ready", draft, final });
const busy = (running: string | null, draft = ""): Partial<Reading> => ({
  mood: "busy",
  draft,
  running,
  rule: "esc to cancel",
});
const asking = (rule: string, question: string): Partial<Reading> => ({
  mood: "asking",
  rule,
  question,
  draft: null,
});
const told = (rule: string, question: string): Partial<Reading> => ({ ...asking(rule, question), draft: "" });
const fatal = (rule: string, error: string): Partial<Reading> => ({ mood: "fatal", rule, error, draft: "" });
const limited = (rule: string, until: number | null, draft: string | null): Partial<Reading> => ({
  mood: "limited",
  rule,
  until,
  draft,
});

/** By name of the captured screen; with the title where it was not at rest. */
const SCREENS: Readonly<Record<string, readonly [Partial<Reading>, title?: string]>> = {
  "dialog-daily-limit.120x40": [limited("usage limit dialog", null, null), WORKING],
  "dialog-model-gone.120x40": [
    asking("model dialog", "It seems like you don't have access to gemini-2.5-pro."),
    WORKING,
  ],
  "dialog-trust-more.120x40": [
    asking("trust dialog", "Do you trust the following folders being added to this workspace?"),
  ],
  "dialog-usage-limit.120x40": [
    limited("usage limit dialog", new Date(2026, 10, 22, 0, 31).getTime(), null),
    WORKING,
  ],
  "drop-mid-stream.120x40": [limited("server error", AT + 300_000, "")],
  "error-400.120x40": [fatal("unknown error", "Request contains an invalid argument.")],
  "error-401.120x40": [told("login", "Request had invalid authentication credentials.")],
  "error-403.120x40": [told("login", "Your API key was reported as leaked. Please use another API key.")],
  "error-key.120x40": [told("login", "API key not valid. Please pass a valid API key.")],
  "error-thinking.120x40": [
    fatal("poisoned conversation", expect.stringContaining("cannot be modified") as string),
  ],
  "error-toolong.120x40": [
    fatal("context overflow", expect.stringContaining("exceeds the maximum") as string),
  ],
  "no-background-busy.120x40": [busy("a tool", "a draft\nof lines"), WORKING],
  "no-background-ready.120x40": [ready("It slept.", "a draft\nof lines")],
  "permission-edit.120x40": [
    asking("permission dialog", "WriteFile Writing to long.txt: Apply this change?"),
    ACTION,
  ],
  "permission-not-collapsed.120x40": [
    asking("permission dialog", "Shell touch made: Allow execution of [Shell]?"),
    ACTION,
  ],
  "permission-refused.120x40": [ready(null)],
  "question.120x40": [asking("question", "Which parser?"), ACTION],
  "resume-unknown.120x40": [{ mood: "unclear", draft: null, rule: null }, ""],
  "resumed-after-error.120x40": [fatal("unknown error", "Request contains an invalid argument.")],
  "shell-mode.120x40": [ready(null, "! Type your shell command")],
  "shell-silent.120x40": [busy("a tool"), ACTION],
  "suggestions.120x40": [ready(null, "look at @READ")],
};

/** A screen on which it has said this. */
const saying = (...said: readonly string[]): string =>
  screen("error-400.120x40").replace(/^✕[\s\S]*details\.$/m, said.join("\n"));

describe("the screen of Gemini", () => {
  it.each(Object.entries(SCREENS))("is read: %s", (name, [reading, title]) => {
    expect(gemini.read(viewed(screen(name), title))).toMatchObject(reading);
  });

  it("has a row for each captured screen", () => {
    const rows = Object.keys(SCREENS).map((name) => `${name}.txt`);
    expect(rows.sort()).toEqual(readdirSync(FOLDER).sort());
  });

  it("works, by its title alone", () => {
    const view = viewed(saying("✦ Hello."), WORKING);
    expect(gemini.read(view)).toMatchObject({ mood: "busy", rule: "title works" });
  });

  it.each(["something else", saying("✦ Hello.")])("wants a person, by its title alone", (text) => {
    expect(gemini.read(viewed(text, ACTION))).toMatchObject(asking("title asks", "it wants a person to act"));
  });

  it.each([
    ["busy", ["✦ It says:", "  ⠋ Thinking... (esc to cancel, 3s)"], "⠋ Thinking... (esc to cancel, 3s)"],
    ["busy", ["✦ (esc to cancel, 3s)"], "(esc to cancel, 3s)"],
    ["limited", ["✦ I read:", "  ✕ [API Error: 429]"], "✕ [API Error: 429]"],
    ["asked", ["✦ So:", "  ╭───╮", "  │ ● 1. Allow once │", "  ╰───╯"], "╰───╯"],
    ["asked by a tool's output", ["╭───╮", "│ ✓  Shell cat it │", "│ ● 1. Allow once │", "╰───╯"], null],
  ])("is not %s by what was said: %j", (_, said, final) => {
    expect(gemini.read(viewed(saying(...said)))).toMatchObject(ready(final));
  });

  it.each([
    ["│ Answer Questions │", ACTION, "asking"],
    ["│ ⊷  Shell cat it │", ACTION, "busy"],
    ["│ ✓  Shell cat it │", READY, "ready"],
  ])("with its box still there, and choices in a frame below %j: %s, %s", (head, title, mood) => {
    const text = saying("╭───╮", head, "│ ● 1. Allow once │", "╰───╯");
    expect(gemini.read(viewed(text, title)).mood).toBe(mood);
  });

  it.each([
    ["words that it refused to do", ["✕ Unknown command: /foo"], null],
    ["a note behind them", ["✦ One.", "  Two.", "", "ℹ An update is there."], "Two."],
    ["a turn that was cancelled", ["✦ One.", "", "ℹ Request cancelled."], null],
    ["a tool", ["✦ One.", "", "╭───╮", "│ ✓  Shell true │", "╰───╯"], null],
  ])("rests after %s", (_, said, final) => {
    expect(gemini.read(viewed(saying(...said)))).toMatchObject(ready(final));
  });

  it.each(["", "$ ", "▄▄▄▄▄▄▄▄▄▄\n > hello\n▀▀▀▀▀▀▀▀▀▀\n\n ? for shortcuts\n──────────\n mode"])(
    "is unclear when it is %j",
    (text) => {
      expect(gemini.read(viewed(text))).toMatchObject({ mood: "unclear", draft: null, rule: null });
    },
  );

  it("is unclear as long as nothing stands above its box: it is coming up", () => {
    const lines = saying().split("\n");
    const from = lines.findIndex((line) => line.includes("? for shortcuts"));
    expect(gemini.read(viewed(lines.slice(from).join("\n")))).toMatchObject({ mood: "unclear", draft: null });
  });

  it("shows what was heard above its box, and not in it, and beside it what still waits", () => {
    const mark = "[fleet 3f2a1c9]";
    const asked = (text: string) => [gemini.heard?.(text, mark), gemini.keeps?.(text, mark)];
    const working = screen("shell-silent.120x40");
    const toast = " Press Ctrl+O to expand pasted text\n ! Shell";
    const waits = working.replace(" ! Shell", `  Queued (press ↑ to edit):\n    ${mark} go on\n${toast}`);
    expect(asked(waits)).toEqual([false, true]);
    expect(asked(working.replace(" > run it", ` > ${mark} go on`))).toEqual([true, false]);
    expect(asked(working.replace(" *   Type your message or @path/to/file", ` * ${mark} go on`))).toEqual([
      false,
      false,
    ]);
  });

  it("shows no life where only its clock, its spinner and its jokes change", () => {
    const line = (words: string) => gemini.essence?.(`✦ One.\n ${words}\n──────────\n YOLO`);
    const one = line("⠋ Thinking... (esc to cancel, 3s) Why not?");
    expect(line("⠙ Thinking... (esc to cancel, 14s) Counting electrons…   Tip: read")).toBe(one);
    expect(line("⠙ Reading the parser (esc to cancel, 14s)")).not.toBe(one);
  });
});

const chat = readFileSync(path.join(import.meta.dirname, "samples/chat.jsonl"), "utf8")
  .trim()
  .split("\n");

describe("what Gemini notes", () => {
  it("is a claim, and from a message on the screen has to tell how it goes", () => {
    const claims = chat.flatMap((line) => gemini.transcript?.(line) ?? []);
    expect(claims.map(({ rule, mood, heard }) => [rule, mood?.mood, heard])).toEqual([
      ["user", "unclear", "Say hello."],
      ["gemini", "unclear", null],
      ["user", "unclear", "[fleet 3f2a1c9] make it"],
      ["gemini", "unclear", null],
      ["gemini", "unclear", null],
      ["gemini", "unclear", null],
      ["user", "unclear", "go on"],
      ["error unknown error", "fatal", null],
    ]);
    expect(claims.at(-1)).toMatchObject<Partial<Claim>>({
      at: Date.UTC(2026, 10, 21, 23, 7, 0, 844),
      mood: { mood: "fatal", error: "Request contains an invalid argument." },
    });
  });

  it.each([
    ['{"error":{"code":429,"message":"Slow down","status":"UNKNOWN"}}', "limited"],
    ["You have exhausted your daily quota on this model.", "limited"],
    ['{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}', "limited"],
    ["exception TypeError: fetch failed sending request", "limited"],
    ['{"error":{"code":404,"message":"no such model","status":"NOT_FOUND"}}', "asking"],
    ["Your prepayment credits are depleted.", "asking"],
    ["who knows", "fatal"],
  ])("is how a turn failed: %s", (words, mood) => {
    const record = {
      id: "1",
      timestamp: "2026-11-21T05:00:00Z",
      type: "error",
      content: `[API Error: ${words}]`,
    };
    expect(gemini.transcript?.(JSON.stringify(record))?.mood?.mood).toBe(mood);
  });

  it.each([
    "",
    "{",
    "null",
    '{"$set":{"lastUpdated":"2026-11-21T05:00:00Z"}}',
    '{"id":"1","timestamp":"2026-11-21T05:00:00Z","type":"info","content":"Request cancelled."}',
    '{"id":"1","timestamp":"2026-11-21T05:00:00Z","type":"error","content":"Unknown command: /foo"}',
    '{"id":"1","timestamp":"2026-11-21T05:00:00Z","type":"user","content":[{"functionResponse":{}}]}',
  ])("is nothing by %j", (line) => {
    expect(gemini.transcript?.(line)).toBeNull();
    expect(gemini.kept?.conversation(line)).toBeNull();
  });

  it("is kept below the home, and begins with its conversation's id; that of an agent it called for help is another's", () => {
    const [head = ""] = chat;
    const id = "8489a37f-7e39-41a6-98a4-63fb058e64b7";
    expect(gemini.kept?.conversation(head)).toBe(id);
    expect(gemini.kept?.conversation(head.replace('"main"', '"subagent"'))).toBeNull();
    expect(gemini.kept?.pattern(id)).toBe("*/chats/session-*-8489a37f.jsonl");
    expect(gemini.kept?.root({ home: "/h", env: {} })).toBe("/h/.gemini/tmp");
    expect(gemini.kept?.root({ home: "/h", env: { GEMINI_CLI_HOME: "/o" } })).toBe("/o/.gemini/tmp");
  });
});

const request: LaunchRequest = {
  agent: "ada",
  workdir: "/p/clone",
  state: "/p/.state",
  instance: "8489a37f-7e39-41a6-98a4-63fb058e64b7",
  model: null,
  args: [],
  settings: null,
  first: null,
  resume: null,
  server: null,
  hook: "/p/hook.sh",
  kickoffs: "/p/.state/kickoffs",
};

describe("Gemini is launched", () => {
  it("in a conversation of the run's name, with the first message last", () => {
    const settings = {
      command: ["nice", "gemini"],
      args: ["--yolo"],
      env: { A: "1" },
      env_file: null,
      trust_workdirs: false,
      server: null,
    } as const;
    const launch = gemini.launch({ ...request, model: "m-1", args: ["--x"], settings, first: "Read /k." });
    expect(launch.argv).toEqual([
      ...["nice", "gemini", "--session-id", request.instance, "--model", "m-1"],
      ...["--include-directories", "/p/.state/kickoffs", "--yolo", "--x"],
      ...["--prompt-interactive", "Read /k."],
    ]);
    expect([launch.env, launch.files]).toEqual([{ A: "1", COLORTERM: "truecolor" }, {}]);
  });

  it("with its workdir trusted for this run, where that is wished", () => {
    const settings = {
      command: null,
      args: [],
      env: {},
      env_file: null,
      server: null,
      trust_workdirs: true,
    } as const;
    const { env, files } = gemini.launch({ ...request, settings });
    const file = "/p/.state/gemini-trust-ada.json";
    expect(env.GEMINI_CLI_TRUSTED_FOLDERS_PATH).toBe(file);
    const trusted = { "/p/clone": "TRUST_FOLDER", "/p/.state/kickoffs": "TRUST_FOLDER" };
    expect(JSON.parse(files[file] ?? "")).toEqual(trusted);
  });

  it("with its old conversation, by id, and never with the latest one of who knows whom", () => {
    const reads = ["--include-directories", "/p/.state/kickoffs"];
    expect(gemini.launch({ ...request, resume: { id: "c-1" } }).argv).toEqual([
      ...["gemini", "--resume", "c-1", ...reads],
    ]);
    expect(gemini.launch({ ...request, resume: { id: null } }).argv).toEqual([
      ...["gemini", "--session-id", request.instance, ...reads],
    ]);
  });
});

it.each([
  ["[Pasted Text: 6 lines]", "1\n2\n3\n4\n5\n6", true],
  ["[Pasted Text: 6 lines #2]", "1\n2\n3\n4\n5\n6", true],
  ["[Pasted Text: 8 lines]", "1\n2\n3\n4\n5\n6", false],
  ["[Pasted Text: 600 chars]", "x".repeat(600), true],
  ["[Pasted Text: 700 chars]", "x".repeat(600), false],
  ["x", "x", false],
])("the box with %j holds %j: %s", (draft, typed, holds) => {
  expect(gemini.holds?.(draft, typed)).toBe(holds);
});
