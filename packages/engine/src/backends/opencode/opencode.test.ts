import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Reading } from "../../watch/sighting.ts";
import type { Claim } from "../../watch/sign.ts";
import type { LaunchRequest } from "../backend.ts";
import { viewOf } from "../view.ts";
import { opencode } from "./opencode.ts";

const FOLDER = path.join(import.meta.dirname, "screens");
/** When they are taken to have been captured. */
const AT = Date.UTC(2026, 10, 21, 5, 0);
const MARKER = "WAITING-UNTIL: 2026-01-01T00:00:00Z";

const screen = (name: string) => readFileSync(path.join(FOLDER, `${name}.120x40.txt`), "utf8");
const captured = (name: string) =>
  readFileSync(path.join(import.meta.dirname, "captured", `${name}.ansi.txt`), "utf8");
const read = (text: string) => opencode.read(viewOf(text, "", AT));

const ready = (final: string | null, draft = ""): Partial<Reading> => ({
  mood: "ready",
  draft,
  final,
  rule: "box",
});
const busy = (rule = "esc interrupt", running: string | null = null): Partial<Reading> => ({
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
const unclear: Partial<Reading> = { mood: "unclear", draft: null };

/** By name of the captured screen. */
const SCREENS: Readonly<Record<string, Partial<Reading>>> = {
  "busy-queued-message": busy(),
  "busy-tool-running": busy(),
  "busy-waiting-api": busy(),
  completions: ready("Hello.", "/exit"),
  "error-400-thinking": { mood: "fatal", rule: "poisoned conversation", draft: "" },
  "error-400-toolong": ready("ok reply"),
  "error-401": { mood: "asking", rule: "login", question: "invalid x-api-key", draft: "" },
  "error-500-retrying": busy("retrying"),
  "error-529-retrying": busy("retrying"),
  "first-run-1": ready(null),
  "hung-tui-keyboard-dead": ready("ok"),
  "idle-after-tool": ready(MARKER),
  "idle-fresh": ready(null),
  // What it was told stands where an error would: it is none that anybody knows.
  "interrupted-by-escape": ready(null),
  // Keys would go to the list.
  "overlay-models": unclear,
  "permission-prompt": asking("permission dialog", "Permission required: $ touch made"),
  "resume-nonexistent": unclear,
  "resume-v2-created-session": ready(null),
  "resumed-after-kill9": ready(null),
  "stall-mid-stream": busy(),
};

describe("the screen of opencode", () => {
  it.each(Object.entries(SCREENS))("is read: %s", (name, reading) => {
    expect(read(screen(name))).toMatchObject(reading);
  });

  it("has a row for each captured screen", () => {
    const rows = Object.keys(SCREENS).map((name) => `${name}.120x40.txt`);
    expect(rows.sort()).toEqual(readdirSync(FOLDER).sort());
  });

  it.each([
    ["limited.120x40", { mood: "limited", until: AT + 3_599_000, rule: "retrying later", draft: "" }],
    ["limited.80x24", { mood: "limited", until: AT + 3_600_000, rule: "retrying later", draft: "" }],
    ["retrying.80x24", busy("retrying")],
    ["compacting.80x24", busy("esc interrupt", "compaction")],
    ["busy-tool.120x40", busy("esc interrupt", "a tool")],
    ["busy-draft.200x50", { mood: "busy", draft: "And one more thing." }],
    ["draft.200x50", ready(null, "Fix the parser, please")],
    ["draft-long.80x24", ready(null, "[Pasted ~1 lines]")],
    ["draft-pasted.120x40", ready(null, "[Pasted ~30 lines]")],
    ["error-credit.80x24", { mood: "asking", rule: "billing", draft: "" }],
    ["error-thinking.200x50", { mood: "fatal", rule: "poisoned conversation", draft: "" }],
    ["exited.120x40", unclear],
    ["permission.80x24", asking("permission dialog", "Permission required: $ touch made")],
    ["permission.200x50", asking("permission dialog", "Permission required: $ touch made")],
    ["question.80x24", asking("question", "Which parser?")],
    ["waiting.200x50", ready("WAITING-UNTIL: 2099-06-13T19:30:00Z")],
  ])("is read in each size: %s", (name, reading) => {
    expect(read(captured(name))).toMatchObject(reading);
  });

  it.each([
    [
      "busy",
      "     esc interrupt [retrying in 1h attempt #1]",
      ready("esc interrupt [retrying in 1h attempt #1]"),
    ],
    ["limited", "  ┃\n  ┃  $ cat log\n  ┃  You've hit your usage limit\n  ┃\n\n     Done.", ready("Done.")],
    ["asked", "     △ Permission required\n     enter confirm", ready("enter confirm")],
    ["asked by a tool", "  ┃  △ Permission required\n  ┃   Allow once  enter confirm", ready(null)],
    ["a box", "     ┃  hello\n     ╹▀▀▀▀▀▀▀▀▀▀\n     Really.", ready("Really.")],
  ])("is not %s by what was said", (_, said, reading) => {
    const text = screen("idle-after-tool").replace(/ {5}All done\.\n.*WAITING.*$/m, said);
    expect(text).toContain(said);
    expect(read(text)).toMatchObject(reading);
  });

  it.each([
    ["what it was told", "  ┃\n  ┃  [fleet 3f2a1c9] rate limit\n  ┃", ready(null)],
    ["what a person told it", "  ┃\n  ┃  fix the rate limit\n  ┃", ready(null)],
    ["a tool", "  ┃\n  ┃  $ echo rate limit\n  ┃\n  ┃  rate limit\n  ┃", ready(null)],
  ])("takes no words for an error that were %s, when a person stopped it", (_, said, reading) => {
    const end = "     ▣  Build · Fake Model";
    const text = screen("idle-after-tool").replace(
      / {5}All done\.\n.*\n\n.*$/m,
      `     Done.\n\n${end} · 1.0s\n\n${said}\n\n${end}`,
    );
    expect(text).toContain(said);
    expect(read(text)).toMatchObject(reading);
  });

  it.each(["", "$ ", "  ┃  hello", "  ╹▀▀▀▀", "Error: Session not found: ses_1"])(
    "is unclear when it is %j",
    (text) => {
      expect(read(text)).toMatchObject(unclear);
    },
  );

  it("shows what was heard, and not what stands in the box", () => {
    const text = screen("busy-queued-message").replace("second while busy", "[fleet 3f2a1c9] second");
    expect(opencode.heard?.(text, "[fleet 3f2a1c9]")).toBe(true);
    const typed = screen("idle-after-tool").replace(
      /^(.*\n.*Build · Fake Model Fake)/m,
      "  ┃  [fleet 3f2a1c9] third\n$1",
    );
    expect(read(typed)).toMatchObject({ draft: "[fleet 3f2a1c9] third" });
    expect(opencode.heard?.(typed, "[fleet 3f2a1c9]")).toBe(false);
  });

  it("shows no life by its wheel alone", () => {
    const essence = (text: string) => opencode.essence?.(text);
    const [one, other] = [screen("busy-tool-running"), screen("busy-waiting-api")];
    expect(one).not.toBe(other);
    expect(essence(one)).toBe(essence(other));
    expect(essence(one)).not.toBe(essence(screen("stall-mid-stream")));
  });
});

const session = "ses_1";
const error = (name: string, message: string, more: object = {}) => ({
  type: "idle",
  session,
  error: { name, message, body: "", ...more },
});

describe("what opencode says of itself", () => {
  it.each<[string, object, Partial<Claim> | null]>([
    ["that it works", { type: "busy", session }, { conversation: session, mood: { mood: "busy" } }],
    [
      "that it tries again soon",
      { type: "retry", session, message: "Overloaded", next: AT + 8_000 },
      { rule: "retry", mood: { mood: "busy" } },
    ],
    [
      "that its vendor asks it to wait",
      { type: "retry", session, message: "limit", next: AT + 3_600_000 },
      { rule: "retry", mood: { mood: "limited", until: AT + 3_600_000 } },
    ],
    [
      "that a helper asks",
      { type: "asking", session: null, question: "may it use bash: touch made?" },
      { conversation: null, mood: { mood: "asking", question: "may it use bash: touch made?" } },
    ],
    [
      "that its turn is over",
      { type: "idle", session, error: null },
      { rule: "idle", mood: { mood: "ready" } },
    ],
    [
      "what it was told",
      { type: "told", session, text: "[fleet 3f2a1c9] hello" },
      { mood: null, heard: "[fleet 3f2a1c9] hello" },
    ],
    [
      "that its conversation is poisoned",
      error("APIError", "`thinking` blocks in the latest assistant message cannot be modified.", {
        status: 400,
      }),
      {
        rule: "idle poisoned conversation",
        mood: {
          mood: "fatal",
          error: "`thinking` blocks in the latest assistant message cannot be modified.",
        },
      },
    ],
    [
      "that its login is refused",
      error("APIError", "invalid x-api-key", { status: 401 }),
      { rule: "idle login", mood: { mood: "asking", question: "invalid x-api-key" } },
    ],
    [
      "that its credit is used up",
      error("APIError", "Your credit balance is too low to access the Anthropic API.", { status: 400 }),
      { rule: "idle billing" },
    ],
    [
      "that its context overflows",
      error("ContextOverflowError", "prompt is too long: 215000 tokens > 200000 maximum"),
      { rule: "idle context overflow", mood: { mood: "fatal", error: expect.anything() } },
    ],
    [
      "that its model is gone",
      error("UnknownError", "ProviderModelNotFoundError"),
      { rule: "idle model gone", mood: { mood: "asking", question: expect.anything() } },
    ],
    [
      "that nothing answers",
      error("UnknownError", "Unable to connect. Is the computer able to access the url?"),
      { rule: "idle server error", mood: { mood: "limited", until: AT + 300_000 } },
    ],
    [
      "what nobody knows",
      error("UnknownError", "oops"),
      { rule: "idle unknown error", mood: { mood: "fatal", error: "oops" } },
    ],
    ["anything else", { type: "else" }, null],
    ["nothing", {}, null],
  ])("is heard: %s", (_, said, claim) => {
    const heard = opencode.hears?.(JSON.stringify(said), AT);
    if (claim === null) expect(heard).toBeNull();
    else expect(heard).toMatchObject(claim);
  });

  it("is nothing where it is no JSON", () => {
    expect(opencode.hears?.("no", AT)).toBeNull();
  });
});

const request: LaunchRequest = {
  agent: "ada",
  workdir: "/p/a",
  state: "/p/my state#1",
  instance: "i-1",
  model: null,
  args: [],
  settings: null,
  first: null,
  resume: null,
  server: null,
  hook: "/p/hook.sh",
  kickoffs: "/p/.state/kickoffs",
};
const PLUGIN = "file:///p/my%20state%231/opencode-plugin.ts";

describe("opencode that is shared", () => {
  const settings = {
    command: ["nice", "opencode"],
    args: ["--print-logs"],
    env: { A: "1", TMPDIR: "/tmp" },
    env_file: null,
    trust_workdirs: false,
    server: "http://127.0.0.1:4097",
  } as const;

  it("is served where its URL says, with a password and a folder for temporary files, by its environment", () => {
    const of = {
      password: "secret",
      state: "/p/s",
      seats: "/p/s/seats",
      tmp: "/p/s/tmp",
      cwd: "/p",
      settings,
    };
    const { argv, cwd, env, assets } = opencode.serve?.({ ...of, url: settings.server }) ?? {};
    expect(argv).toEqual(["nice", "opencode", "serve", "--hostname", "127.0.0.1", "--port", "4097"]);
    expect([cwd, Object.values(assets ?? {}).length]).toEqual(["/p", 3]);
    expect(env).toEqual({
      A: "1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_SERVER_PASSWORD: "secret",
      TMPDIR: "/p/s/tmp",
      FLEET_SEATS: "/p/s/seats",
      OPENCODE_CONFIG_CONTENT: JSON.stringify({ plugin: ["file:///p/s/opencode-plugin.ts"] }),
    });
    expect(opencode.serve?.({ ...of, url: "http://[::1]:1" }).argv.slice(3)).toEqual([
      ...["--hostname", "::1", "--port", "1"],
    ]);
  });

  it("is attached to with the conversation, and neither prompt nor model, and the password not in its arguments", () => {
    const server = { url: settings.server, password: "secret", conversation: "ses_1", tmp: "/p/s/tmp" };
    const launch = opencode.launch({
      ...request,
      settings,
      server,
      model: "v/m",
      first: "Read.",
      args: ["-x"],
    });
    expect(launch.argv).toEqual([
      ...["nice", "opencode", "attach", "http://127.0.0.1:4097", "--dir", "/p/a", "--session", "ses_1"],
      ...["--print-logs", "-x"],
    ]);
    expect(launch.env).toEqual({
      ...{ A: "1", OPENCODE_DISABLE_AUTOUPDATE: "1" },
      ...{ OPENCODE_SERVER_PASSWORD: "secret", TMPDIR: "/p/s/tmp" },
    });
  });
});

describe("opencode is launched", () => {
  it("with our plugin, no port, and the first message as its prompt", () => {
    const settings = {
      command: ["nice", "opencode"],
      args: ["--auto"],
      env: { A: "1" },
      env_file: null,
      trust_workdirs: false,
      server: null,
    } as const;
    const launch = opencode.launch({
      ...request,
      model: "v/m-1",
      args: ["--x"],
      settings,
      first: "Read /k.",
    });
    expect(launch.argv).toEqual([
      "nice",
      "opencode",
      "--model",
      "v/m-1",
      "--auto",
      "--x",
      "--prompt",
      "Read /k.",
    ]);
    const config = JSON.stringify({ plugin: [PLUGIN] });
    expect(launch.env).toEqual({
      A: "1",
      FLEET_MODEL: "v/m-1",
      OPENCODE_DISABLE_AUTOUPDATE: "1",
      OPENCODE_CONFIG_CONTENT: config,
    });
    expect(launch.assets).toEqual({
      "/p/my state#1/opencode-plugin.ts": "opencode-plugin",
      "/p/my state#1/opencode-door.ts": "opencode-door",
      "/p/my state#1/opencode-seats.ts": "opencode-seats",
    });
    expect(launch.files).toEqual({});
  });

  it("with its old conversation, by id, and never with the last one of who knows whom", () => {
    expect(opencode.launch({ ...request, resume: { id: "ses_1" } }).argv).toEqual([
      "opencode",
      "--session",
      "ses_1",
    ]);
    expect(opencode.launch({ ...request, resume: { id: null } }).argv).toEqual(["opencode"]);
  });

  it.each([
    ['{"model":"v/m","plugin":["mine"]}', { model: "v/m", plugin: ["mine", PLUGIN] }],
    ["{}", { plugin: [PLUGIN] }],
    ["// what it alone can read\n{}", null],
  ])("beside a person's own settings: %s", (own, config) => {
    const settings = {
      command: ["opencode"],
      args: [],
      env: { OPENCODE_CONFIG_CONTENT: own },
      env_file: null,
      trust_workdirs: false,
      server: null,
    } as const;
    const { env } = opencode.launch({ ...request, settings });
    expect(env.OPENCODE_CONFIG_CONTENT).toBe(config === null ? own : JSON.stringify(config));
  });
});

it.each([
  ["[Pasted ~3 lines]", "a\nb\nc", true],
  ["[Pasted ~1 lines]", "a", true],
  ["[Pasted ~2 lines]", "a\nb\nc", false],
  ["a", "a", false],
])("the box with %j holds %j: %s", (draft, typed, holds) => {
  expect(opencode.holds?.(draft, typed)).toBe(holds);
});
