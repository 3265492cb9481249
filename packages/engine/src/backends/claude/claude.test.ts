import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../watch/sighting.ts";
import type { Claim } from "../../watch/sign.ts";
import type { LaunchRequest } from "../backend.ts";
import { viewOf } from "../view.ts";
import { claude } from "./claude.ts";

const FOLDER = path.join(import.meta.dirname, "screens");
/** When they are taken to have been captured. */
const AT = Date.UTC(2026, 10, 21, 5, 0);
const RESET = Date.UTC(2026, 10, 21, 5, 33);
const MARKER = "WAITING-UNTIL: 2026-01-01T00:00:00Z";

const screen = (name: string) => readFileSync(path.join(FOLDER, name), "utf8");
const capturedScreen = (name: string) => {
  const text = readFileSync(path.join(import.meta.dirname, "captured", `${name}.ansi.txt`), "utf8");
  return viewOf(text, "", AT).screen;
};
const viewed = (text: string) => viewOf(text, "", AT);

const ready = (final: string | null, draft = ""): Partial<Reading> => ({ mood: "ready", draft, final });
const busy = (rule = "esc to interrupt", running: string | null = null): Partial<Reading> => ({
  mood: "busy",
  draft: "",
  running,
  rule,
});
const asking = (rule: string, question: string): Partial<Reading> => ({ mood: "asking", rule, question });
const server: Partial<Reading> = { mood: "limited", until: AT + 300_000, rule: "server error" };
const unclear: Partial<Reading> = { mood: "unclear", draft: null, rule: null };

/** By name of the captured screen. */
const SCREENS: Readonly<Record<string, Partial<Reading>>> = {
  "after-auto-compact": ready("after overflow compaction"),
  "ask-user-question": asking("question", "Which colour?"),
  "auto-compacting": busy("esc to interrupt", "compaction"),
  "busy-streaming": busy(),
  "busy-tool-running": busy("esc to interrupt", "a tool"),
  "busy-waiting-api": busy(),
  "context-100pct-used": ready("third turn"),
  "context-nearly-full": ready("big turn"),
  "ctrl-c-once": ready(MARKER),
  "dialog-api-key": asking("API key dialog", "Do you want to use this API key?"),
  "dialog-bypass-permissions": asking(
    "bypass dialog",
    "WARNING: Claude Code running in Bypass Permissions mode",
  ),
  "dialog-trust-folder": asking("trust dialog", "Accessing workspace:"),
  "drop-connection": busy("retrying"),
  "error-400-credit": {
    mood: "asking",
    rule: "billing",
    question: "Credit balance too low · Add funds: https://platform.claude.com/settings/billing",
  },
  "error-400-thinking": ready(MARKER),
  "error-400-thinking-persistent": { mood: "fatal", rule: "poisoned conversation", draft: "" },
  "error-400-toolong": { mood: "fatal", rule: "context overflow" },
  "error-401": busy("retrying"),
  "error-500-recovered": ready(MARKER),
  "error-500-retrying": busy("retrying"),
  "error-529-gave-up": server,
  "error-529-retrying": busy("retrying"),
  "exited-to-shell": unclear,
  "first-run-2-nonessential": unclear,
  "fullscreen-after-many-turns": ready("ok"),
  "hang-12min-retry": busy("retrying"),
  "hang-60s": busy(),
  "idle-after-turn": ready(MARKER),
  "idle-bypass": ready(null),
  "idle-fresh": ready(null),
  "idle-fullscreen": ready(null),
  // The error is an earlier turn's, but nothing on the screen says so: the interrupted one has left no trace.
  "interrupted-by-escape": { mood: "asking", rule: "billing", draft: "case error-529-retrying" },
  "oauth-warning-93pct": ready("first ok"),
  "permission-prompt": asking("permission dialog", "Bash command: Do you want to proceed?"),
  "permission-prompt-after-paste-enter": asking("permission dialog", "Bash command: Do you want to proceed?"),
  "permission-rejected": ready(null),
  "resume-nonexistent": unclear,
  "resumed-after-kill9": ready("ok reply"),
  "resumed-mid-tool": ready("ok reply"),
  "root-refusal": unclear,
  "second-process-same-id": ready("ok reply"),
  "session-id-in-use": unclear,
  "stall-mid-stream-60s": busy("retrying"),
  "usage-limit-429": { mood: "limited", until: null, rule: "rate limit" },
  "usage-limit-oauth": { mood: "limited", until: RESET, rule: "usage limit", draft: "" },
  "usage-limit-oauth-second-message": { mood: "limited", until: RESET, rule: "usage limit", draft: "" },
};

describe("the screen of Claude Code", () => {
  it.each(Object.entries(SCREENS))("is read: %s", (name, reading) => {
    expect(claude.read(viewed(screen(`${name}.120x40.txt`)))).toMatchObject(reading);
  });

  it("shows no draft where it only suggests one", () => {
    const captured = screen("ghost-text-with-escapes.120x40.ansi.txt");
    expect(claude.read(viewed(captured))).toMatchObject({ ...server, draft: "" });
    expect(viewed(captured).screen).toContain("Resend your message to try again");
  });

  it("has a row for each captured screen", () => {
    const rows = Object.keys(SCREENS).map((name) => `${name}.120x40.txt`);
    expect([...rows, "ghost-text-with-escapes.120x40.ansi.txt"].sort()).toEqual(readdirSync(FOLDER).sort());
  });

  it("shows all lines of a draft", () => {
    const text = screen("idle-bypass.120x40.txt").replace(/^❯.*$/m, "❯ first line\n  second line");
    expect(claude.read(viewed(text))).toMatchObject(ready(null, "first line\nsecond line"));
  });

  it.each([
    ["busy by what was said", "● I pressed esc to interrupt", ready("I pressed esc to interrupt")],
    [
      "limited by what was said",
      "● I read: You've hit your 5-hour limit · resets 5:33am (UTC)",
      { mood: "ready" },
    ],
    ["limited by a tool's words", "● Bash(cat log)\n  ⎿  1: You've hit your 5-hour limit", ready(null)],
    [
      "asked by what was said",
      "● Do you want to proceed?\n\n  ❯ 1. Yes\n    2. No\n\n  Esc to cancel",
      { mood: "ready" },
    ],
    [
      "broken by what was said",
      "● The log says: API Error: 400 thinking cannot be modified",
      { mood: "ready" },
    ],
    ["waiting by what it was told", `❯ say ${MARKER}`, ready(null)],
    ["waiting by words before the last", `● ${MARKER}\n  and more`, ready("and more")],
  ])("is not %s", (_, said, reading) => {
    const text = screen("idle-bypass.120x40.txt").replace(/^─{10,}$/m, (rule) => `${said}\n\n${rule}`);
    expect(claude.read(viewed(text))).toMatchObject(reading);
  });

  it.each(["", "$ ", "─".repeat(120), `${"─".repeat(120)}\n❯ hello`, "❯ 1. Yes\nEsc to cancel please"])(
    "is unclear when it is %j",
    (text) => {
      expect(claude.read(viewed(text))).toMatchObject({ mood: "unclear" });
    },
  );

  it("shows what it keeps for later, and that it has not heard it", () => {
    const waits = capturedScreen("busy-queued.120x40");
    const asked = (mark: string) => [claude.heard, claude.keeps].map((ask) => ask?.(waits, mark));
    expect(asked("And one more thing.")).toEqual([false, true]);
    expect(asked("run it")).toEqual([true, false]);
    expect(asked("[fleet 3f2a1c9]")).toEqual([false, false]);
    // Before that is said below it, nothing is known.
    const early = waits.replace(/^ {2}⎿ {2}Queued.*$/m, "");
    expect([claude.heard, claude.keeps].map((ask) => ask?.(early, "And one"))).toEqual([false, false]);
    const later = early.replace(/^✻ Hatching.*$/m, "● I see.");
    expect(claude.heard?.(later, "And one")).toBe(true);
  });

  it("shows what was heard above its box, and not in it", () => {
    const told = screen("idle-after-turn.120x40.txt");
    expect(claude.heard?.(told, "say hello")).toBe(true);
    const typed = screen("interrupted-by-escape.120x40.txt").replaceAll(/^❯ case error-400.*$/gm, "");
    expect(claude.heard?.(typed, "case error-529-retrying")).toBe(false);
  });

  it("shows no life where only its verb and its clock change", () => {
    const one = screen("hang-60s.120x40.txt");
    const other = one
      .replace("✽ Philosophizing… (59s)", "✢ Pondering… (1m 2s)")
      .replace("Use ctrl+v", "Use ctrl+g");
    expect(other).not.toBe(one);
    expect(claude.essence?.(other)).toBe(claude.essence?.(one));
    expect(claude.essence?.(one.replace("● Done.", "● Done it."))).not.toBe(claude.essence?.(one));
  });
});

const lines = (name: string): readonly string[] =>
  readFileSync(path.join(import.meta.dirname, "samples", name), "utf8")
    .trim()
    .split("\n");

describe("what Claude Code says of itself", () => {
  const events = lines("hooks.jsonl").map((line) => JSON.parse(line));
  const claims = events.flatMap(({ at, event }) => claude.hears?.(JSON.stringify(event), at) ?? []);
  const of = (rule: string): Claim => {
    const found = claims.find((claim) => claim.rule === rule);
    if (found === undefined) throw new Error(`nothing by the rule ${rule}`);
    return found;
  };

  it.each<[string, Partial<Claim>]>([
    ["UserPromptSubmit", { mood: { mood: "busy" }, heard: null, given: "please touch a file" }],
    [
      "PermissionRequest",
      { mood: { mood: "asking", question: "may it use Bash: touch made-by-tool; rm -rf ./nonexistent?" } },
    ],
    [
      "Notification permission_prompt",
      { mood: { mood: "asking", question: "Claude needs your permission" } },
    ],
    ["Notification idle_prompt", { mood: null }],
    ["Notification quota_auto_resume_fired", { mood: { mood: "busy" } }],
    ["PreCompact", { mood: { mood: "busy" } }],
    ["Stop", { mood: { mood: "ready" } }],
    ["StopFailure usage limit", { mood: { mood: "limited", until: Date.UTC(2026, 10, 21, 4, 36) } }],
    ["StopFailure server error", { mood: { mood: "limited", until: 1_795_236_828_829 + 300_000 } }],
    ["SessionEnd", { mood: null }],
  ])("an event: %s", (rule, expected) => {
    expect(of(rule)).toMatchObject(expected);
  });

  it("an event that names the conversation, and where it is noted", () => {
    expect(of("SessionStart")).toMatchObject({
      conversation: "8489a37f-7e39-41a6-98a4-63fb058e64b7",
      transcript: expect.stringMatching(/8489a37f-7e39-41a6-98a4-63fb058e64b7\.jsonl$/),
      mood: null,
    });
  });

  it.each([
    ["billing_error", "", "asking"],
    ["rate_limit", "", "limited"],
    ["invalid_request", "who knows", "fatal"],
    ["unknown", "API Error: 400 thinking blocks cannot be modified", "fatal"],
  ])("a turn that failed of %s %s", (error, last_assistant_message, mood) => {
    const event = JSON.stringify({ hook_event_name: "StopFailure", error, last_assistant_message });
    expect(claude.hears?.(event, AT)?.mood?.mood).toBe(mood);
  });

  it.each(["", "{", "[]", "null", '{"hook_event_name":7}'])("nothing by %j", (event) => {
    expect(claude.hears?.(event, AT)).toBeNull();
    expect(claude.transcript?.(event)).toBeNull();
  });

  it("its status, with its conversation and the moment", () => {
    const read = lines("status.jsonl").map((line) => claude.status?.read(line));
    expect(read).toMatchObject([
      { mood: { mood: "busy" }, conversation: "5fe16401-6400-4a7c-ab6c-d3d0fe9eab74", at: 1795238688721 },
      { mood: { mood: "asking", question: "permission prompt" } },
      { mood: { mood: "ready" } },
    ]);
    expect(claude.status?.file({ home: "/h", pid: 7, env: {} })).toBe("/h/.claude/sessions/7.json");
    expect(claude.status?.file({ home: "/h", pid: 7, env: { CLAUDE_CONFIG_DIR: "/c" } })).toBe(
      "/c/sessions/7.json",
    );
  });

  it("who has which conversation open", () => {
    const [line = ""] = lines("status.jsonl");
    expect(claude.registry?.read(line)).toEqual({
      pid: 16483,
      conversation: "5fe16401-6400-4a7c-ab6c-d3d0fe9eab74",
    });
    expect(claude.registry?.read("{}")).toBeNull();
    expect(claude.registry?.folder({ home: "/h", env: {} })).toBe("/h/.claude/sessions");
  });

  it("its transcript: what it was told, what it took from its queue, and the end of a turn", () => {
    const notes = lines("transcript.jsonl").flatMap((line) => claude.transcript?.(line) ?? []);
    const rules = (said: string) =>
      notes.filter(({ heard }) => heard?.startsWith(said)).map(({ rule }) => rule);
    // One that it heard after its turn, and one in the midst of it: not when it queued them.
    expect([rules("Ml7jl254Z"), rules("Ml7jl325Z")]).toEqual([["user"], ["queue-operation"]]);
    expect(notes.map(({ heard }) => heard)).toContain("initial prompt: run a command");
    expect(notes.filter(({ rule }) => rule === "turn ended")).toHaveLength(2);
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
  hook: "/p/it's/hook.sh",
  kickoffs: "/p/.state/kickoffs",
};

describe("Claude Code is launched", () => {
  it("with a conversation of the run's name, our hooks, and the first message last", () => {
    const settings = {
      command: ["nice", "claude"],
      args: ["--allowedTools", "Bash"],
      env: { A: "1" },
      env_file: null,
      trust_workdirs: false,
      server: null,
    } as const;
    const launch = claude.launch({
      ...request,
      model: "m-1",
      args: ["--x"],
      settings,
      first: "Read /k and do it.",
    });
    expect(launch.argv).toEqual([
      ...["nice", "claude", "--settings", "/p/.state/claude-ada.json"],
      ...["--session-id", request.instance, "--model", "m-1", "--allowedTools", "Bash", "--x"],
      ...["--", "Read /k and do it."],
    ]);
    expect(launch.env).toEqual({
      DISABLE_AUTOUPDATER: "1",
      CLAUDE_CODE_DISABLE_ALTERNATE_SCREEN: "1",
      A: "1",
    });
    const { hooks, permissions } = JSON.parse(launch.files["/p/.state/claude-ada.json"] ?? "");
    expect(Object.keys(hooks)).toContain("StopFailure");
    expect(hooks.Stop).toEqual([{ hooks: [{ type: "command", command: "'/p/it'\\''s/hook.sh'" }] }]);
    expect(permissions).toEqual({ allow: ["Read(//p/.state/kickoffs/**)"] });
  });

  it("with its old conversation, by id", () => {
    expect(claude.launch({ ...request, resume: { id: "c-1" } }).argv.slice(3)).toEqual(["--resume", "c-1"]);
    expect(claude.launch({ ...request, resume: { id: null } }).argv).toContain("--session-id");
  });
});

it.each([
  ["[Pasted text #1 +2 lines]", "a\nb\nc", true],
  ["[Pasted text #3]", "a long line", true],
  ["[Pasted text #1 +9 lines]", "a\nb\nc", false],
  ["a", "a", false],
])("the box with %j holds %j: %s", (draft, typed, holds) => {
  expect(claude.holds?.(draft, typed)).toBe(holds);
});
