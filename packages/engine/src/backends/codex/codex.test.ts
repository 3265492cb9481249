import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../watch/sighting.ts";
import type { Claim } from "../../watch/sign.ts";
import type { LaunchRequest } from "../backend.ts";
import { type View, viewOf } from "../view.ts";
import { codex } from "./codex.ts";

const FOLDER = path.join(import.meta.dirname, "screens");
/** When they are taken to have been captured. */
const AT = Date.UTC(2026, 10, 21, 5, 0);
const MARKER = "WAITING-UNTIL: 2026-01-01T00:00:00Z";
const GHOST = "Ask Codex to do anything";

const screen = (name: string) => readFileSync(path.join(FOLDER, `${name}.txt`), "utf8");
/** Where no colours were captured, the suggestion in the box is made faint here. */
function viewed(text: string, title = "project"): View {
  const view = viewOf(text, title, AT);
  return text.includes("\u001b")
    ? view
    : { ...view, bright: view.bright.replaceAll(GHOST, " ".repeat(GHOST.length)) };
}

const ready = (final: string | null, draft = ""): Partial<Reading> => ({ mood: "ready", draft, final });
const busy = (rule = "title spins", running: string | null = null): Partial<Reading> => ({
  mood: "busy",
  draft: "",
  running,
  rule,
});
const asking = (rule: string, question: string): Partial<Reading> => ({
  mood: "asking",
  rule,
  question,
  draft: null,
});
const unclear: Partial<Reading> = { mood: "unclear", draft: null, rule: null };
const limited = (rule: string, until: number | null): Partial<Reading> => ({
  mood: "limited",
  until,
  rule,
  draft: "",
});

/** By name of the captured screen; with the title where it was not at rest. */
const SCREENS: Readonly<Record<string, readonly [Partial<Reading>, title?: string]>> = {
  "bang-pasted-runs-shell.120x40": [ready(null)],
  "busy-queued-message.120x40": [busy(), "⠴ project"],
  "busy-queued.120x40.ansi": [busy("esc to interrupt", "a tool")],
  "busy-tool-running.120x40": [busy("title spins", "a tool"), "⠴ project"],
  "busy-tool.120x40.ansi": [busy("esc to interrupt", "a tool")],
  "ctrl-c-once.120x40": [unclear],
  "dialog-daemon.120x40.ansi": [asking("dialog", "Background server has incompatible feature settings")],
  "dialog-hook-trust.120x40": [asking("hooks dialog", "Hooks need review")],
  "dialog-new.120x40.ansi": [asking("dialog", "Where should the new conversation run?")],
  "dialog-trust-folder.120x40": [
    asking(
      "trust dialog",
      "Trust this folder? Codex can read, edit, and run files here, subject to your permission settings. Folder settings",
    ),
  ],
  "draft.120x40.ansi": [ready(null, "a draft of one line")],
  "draft-of-lines.120x40.ansi": [ready(null, "one\ntwo\n three and more")],
  "draft-pasted.120x40.ansi": [ready(null, "[Pasted Content 3000 chars]")],
  "draft-taller.120x40.ansi": [
    ready(null, Array.from({ length: 37 }, (_, nth) => `line ${nth + 23}`).join("\n")),
  ],
  "drop-connection.120x40": [busy("retrying"), "⠴ project"],
  "drop-mid-stream.120x40": [ready(MARKER)],
  "error-401.120x40": [busy("retrying"), "⠴ project"],
  "error-429-rate.120x40": [limited("rate limit", AT + 300_000)],
  "error-500.120x40": [busy("retrying"), "⠴ project"],
  "error-529.120x40": [busy("retrying"), "⠴ project"],
  "error-toolong.120x40": [{ mood: "fatal", rule: "context overflow", draft: "" }],
  "first-run-1.120x40": [asking("login dialog", "Welcome to Codex, OpenAI's command-line coding agent")],
  "hang-12min.120x40": [busy(), "⠴ project"],
  "idle-after-permission.120x40.ansi": [ready("It is made.")],
  "idle-after-tool.120x40": [ready(MARKER)],
  "idle-after-turn.120x40": [ready(MARKER)],
  "idle-fresh.120x40": [ready(null)],
  "idle-starting.120x40.ansi": [ready(null), "a-host"],
  "killed-9.120x40": [unclear],
  "permission.120x40.ansi": [
    asking("permission dialog", "Would you like to run the following command? $ touch made"),
    "[ . ] Action Required | project",
  ],
  "permission-prompt.120x40": [
    asking("permission dialog", "Would you like to run the following command? $ touch /srv/agents/outside"),
  ],
  "permission-prompt-after-typing.120x40": [ready("ok")],
  "resume-last-other-dir.120x40": [ready("ok")],
  "resume-nonexistent.120x40": [unclear],
  "resumed.120x40": [ready("ok")],
  "second-process-same-id.120x40": [asking("open elsewhere", "This conversation is open in another app")],
  "stall-12min.120x40": [busy(), "⠴ project"],
  "stall-mid-stream.120x40": [busy(), "⠴ project"],
  "usage-limit-429.120x40": [limited("usage limit", null)],
};

describe("the screen of Codex", () => {
  it.each(Object.entries(SCREENS))("is read: %s", (name, [reading, title]) => {
    expect(codex.read(viewed(screen(name), title))).toMatchObject(reading);
  });

  it("has a row for each captured screen", () => {
    const rows = Object.keys(SCREENS).map((name) => `${name}.txt`);
    expect(rows.sort()).toEqual(readdirSync(FOLDER).sort());
  });

  it("asks, by its title alone, whatever else is on it", () => {
    const view = viewed(screen("idle-fresh.120x40"), "[ ! ] Action Required | project");
    expect(codex.read(view)).toMatchObject(asking("dialog", "it wants a person to act"));
  });

  it.each([
    ["at 8:38 PM", new Date(2026, 10, 21, 20, 38)],
    ["at Nov 24th, 2026 3:39 AM", new Date(2026, 10, 24, 3, 39)],
    ["in 2 hours 5 minutes", new Date(AT + 7_500_000)],
  ])("says until when its limit holds: %s", (when, until) => {
    const at = new Date(2026, 10, 21, 12, 0).getTime();
    const text = screen("usage-limit-429.120x40").replace("try again later", `try again ${when}`);
    const shift = when.startsWith("in") ? at - AT : 0;
    expect(codex.read({ ...viewed(text), at })).toMatchObject(
      limited("usage limit", until.getTime() + shift),
    );
  });

  it.each([
    ["busy", "• Working (3s • esc to interrupt)", "• Working (3s • esc to interrupt)"],
    ["limited", "• I read:\n  ■ You’ve hit your usage limit.", "■ You’ve hit your usage limit."],
    [
      "asked",
      "• Would you like to run the following command?\n\n  1. Yes\n\n  Press enter to confirm or esc to cancel",
      "Press enter to confirm or esc to cancel",
    ],
    ["locked", "•   🔒  This conversation is open in another app", expect.stringContaining("open in")],
  ])("is not %s by what was said", (_, said, final) => {
    const text = screen("idle-after-turn.120x40").replace(/^• Hello.*\n.*WAITING.*$/m, said);
    expect(codex.read(viewed(text))).toMatchObject({
      ...ready(null),
      final: typeof final === "string" ? final.replace(/^• /, "") : final,
    });
  });

  it.each([
    ["what it was told", `› say ${MARKER}`, null],
    ["what a tool printed", `• Ran cat STATUS\n  └ ${MARKER}`, null],
    ["words before its last", `• ${MARKER}\n  and more`, "and more"],
    ["a command of its own that it refused", "■ Usage: /goal", null],
    ["an interruption", "■ Conversation interrupted - use /feedback if something went wrong", null],
  ])("waits for nobody by %s", (_, said, final) => {
    const text = screen("idle-after-turn.120x40").replace(/^• Hello.*\n.*WAITING.*$/m, said);
    expect(codex.read(viewed(text))).toMatchObject(ready(final));
  });

  it.each(["", "$ ", "› hello", "› hello\n\n$ ", "› 1. Yes\n\n  what is this"])(
    "is unclear when it is %j",
    (text) => {
      expect(codex.read(viewed(text))).toMatchObject(unclear);
    },
  );

  it("shows what was heard above its box, and not in it, and beside it what still waits", () => {
    expect(codex.heard?.(screen("idle-after-turn.120x40"), "say hello")).toBe(true);
    const waiting = viewed(screen("busy-queued.120x40.ansi")).screen;
    expect([codex.heard, codex.keeps].map((asked) => asked?.(waiting, "[fleet 3f2a1c9]"))).toEqual([
      false,
      true,
    ]);
    const taken = waiting.replace("  ↳ [fleet", "› [fleet");
    expect([codex.heard, codex.keeps].map((asked) => asked?.(taken, "[fleet 3f2a1c9]"))).toEqual([
      true,
      false,
    ]);
    expect(codex.heard?.(viewed(screen("draft.120x40.ansi")).screen, "a draft")).toBe(false);
  });

  it("shows no life where only its dot and its clock change", () => {
    const one = screen("hang-12min.120x40");
    const other = one.replace("◦ Working (12m 11s", "• Working (12m 12s");
    expect(other).not.toBe(one);
    expect(codex.essence?.(other)).toBe(codex.essence?.(one));
    expect(codex.essence?.(one.replace("Working", "Reading"))).not.toBe(codex.essence?.(one));
  });
});

const rollout = readFileSync(path.join(import.meta.dirname, "samples/rollout.jsonl"), "utf8")
  .trim()
  .split("\n");

describe("what Codex notes", () => {
  const claims = rollout.flatMap((line) => codex.transcript?.(line) ?? []);

  it.each<[string, Partial<Claim>]>([
    ["task_started", { mood: { mood: "busy" }, at: Date.UTC(2026, 10, 21, 4, 18, 13, 362) }],
    ["UserMessage", { mood: null, heard: "initial prompt: run a command" }],
    ["task_complete", { mood: { mood: "ready" } }],
    ["turn_aborted", { mood: { mood: "ready" } }],
    ["task_complete usage limit", { mood: { mood: "limited", until: null } }],
    ["task_complete rate limit", { mood: { mood: "limited", until: 1_795_234_747_382 + 300_000 } }],
    ["task_complete context overflow", { mood: { mood: "fatal", error: expect.stringContaining("room") } }],
    ["task_complete poisoned conversation", { mood: { mood: "fatal", error: expect.anything() } }],
  ])("is a claim: %s", (rule, expected) => {
    expect(claims.find((claim) => claim.rule === rule)).toMatchObject(expected);
  });

  it.each([
    ["exceeded retry limit, last status: 503 Service Unavailable", "other", "limited"],
    ["Selected model is at capacity. Please try a different model.", "other", "limited"],
    ["stream disconnected before completion: x", "other", "limited"],
    ["Your access token could not be refreshed because your refresh token has expired.", "other", "asking"],
    ["unexpected status 401 Unauthorized: no key", "other", "asking"],
    ["no", "unauthorized", "asking"],
    ["You're out of credits.", "usage_limit_exceeded", "asking"],
    ["The model `m` does not exist", { http_status_code: 404 }, "asking"],
    ["who knows", "other", "fatal"],
  ])("is how a turn failed: %s %s", (message, codex_error_info, mood) => {
    const payload = { type: "task_complete", error: { message, codex_error_info } };
    const line = JSON.stringify({ timestamp: "2026-11-21T05:00:00Z", type: "event_msg", payload });
    expect(codex.transcript?.(line)?.mood?.mood).toBe(mood);
  });

  it.each(["", "{", "[]", "null", '{"type":"event_msg"}', '{"type":"event_msg","payload":{"type":7}}'])(
    "is nothing by %j",
    (line) => {
      expect(codex.transcript?.(line)).toBeNull();
      expect(codex.opens?.conversation(line)).toBeNull();
    },
  );

  it("is in a rollout, which names its conversation; that of an agent it called for help is another's", () => {
    const [head = ""] = rollout;
    expect(codex.opens?.conversation(head)).toBe("01a1fc53-8084-7173-809a-7608c6ff7ca2");
    const meta = JSON.parse(head);
    const helper = { ...meta, payload: { ...meta.payload, source: { subagent: "review" } } };
    expect(codex.opens?.conversation(JSON.stringify(helper))).toBeNull();
    expect(
      ["/h/sessions/2026/11/21/rollout-x.jsonl", "/h/state_5.sqlite"].map((file) =>
        codex.opens?.isTranscript(file),
      ),
    ).toEqual([true, false]);
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
  hook: '/p/a "b"/hook.sh',
  kickoffs: "/p/.state/kickoffs",
};
const QUIET = [
  ...["--no-daemon", "--no-alt-screen", "-c", "check_for_update_on_startup=false"],
  ...["-c", 'notify=["/p/a \\"b\\"/hook.sh"]'],
];

describe("Codex is launched", () => {
  it("with a bell, without its shared server, and the first message last", () => {
    const settings = {
      command: ["nice", "codex"],
      args: ["--search"],
      env: { A: "1" },
      env_file: null,
      trust_workdirs: false,
      server: null,
    } as const;
    const launch = codex.launch({ ...request, model: "m-1", args: ["--x"], settings, first: "Read /k." });
    expect(launch.argv).toEqual([
      ...["nice", "codex", ...QUIET, "--model", "m-1", "--search", "--x", "--", "Read /k."],
    ]);
    expect([launch.env, launch.files]).toEqual([{ A: "1" }, {}]);
  });

  it("with its workdir trusted for this run, where that is wished, and nothing else", () => {
    const settings = {
      command: null,
      args: [],
      env: {},
      env_file: null,
      server: null,
      trust_workdirs: true,
    } as const;
    const { argv } = codex.launch({ ...request, workdir: '/p/a "b"', settings });
    expect(argv).toEqual(["codex", ...QUIET, "-c", 'projects={"/p/a \\"b\\""={trust_level="trusted"}}']);
  });

  it("without a switch that it is given already: it refuses to start with two", () => {
    const { argv } = codex.launch({ ...request, args: ["--no-alt-screen"] });
    expect(argv.filter((word) => word.startsWith("--"))).toEqual(["--no-daemon", "--no-alt-screen"]);
  });

  it("with its old conversation, by id, and never with the last one of who knows whom", () => {
    expect(codex.launch({ ...request, resume: { id: "c-1" } }).argv).toEqual([
      ...["codex", "resume", ...QUIET, "--", "c-1"],
    ]);
    expect(codex.launch({ ...request, resume: { id: null } }).argv).toEqual(["codex", ...QUIET]);
  });
});

it.each([
  ["[Pasted Content 3 chars]", "a\nb", true],
  ["[Pasted Content 1 chars]", "🔒", true],
  ["[Pasted Content 4 chars]", "a\nb", false],
  ["a", "a", false],
  ["b", "a b", false],
  ["3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13", "1\n2\n3\n4\n5\n6 7\n8\n9\n10\n11\n12\n13", true],
  ["3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n14", false],
])("the box with %j holds %j: %s", (draft, typed, holds) => {
  expect(codex.holds?.(draft, typed)).toBe(holds);
});
