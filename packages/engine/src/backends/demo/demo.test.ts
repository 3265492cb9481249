import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { BackendSettings } from "../../project.ts";
import type { Reading } from "../../watch/sighting.ts";
import type { LaunchRequest } from "../backend.ts";
import { viewOf } from "../view.ts";
import { demo } from "./demo.ts";

const FOLDER = path.join(import.meta.dirname, "screens");
const SIZES = ["200x50", "80x24"];
const MARKER = "WAITING-UNTIL: 2026-06-13T19:30:00Z";

const ready = (final: string | null, draft = ""): Reading => ({
  mood: "ready",
  draft,
  final,
  running: null,
  rule: "box",
});
const busy: Reading = { mood: "busy", draft: "", final: null, running: null, rule: "work" };
const BANNER = "demo agent builder, model opus";

/** By name of the captured screen. Each is captured in two sizes, and says the same in both. */
const SCREENS: Readonly<Record<string, Reading>> = {
  ready: ready(BANNER),
  answered: ready("heard: hello"),
  draft: ready(BANNER, "Fix the naïve 漢字 parser, please"),
  "draft-of-many-lines": ready(BANNER, "Fix these: …"),
  "draft-like-an-answer": ready(BANNER, "1. Yes"),
  "draft-like-work": ready(BANNER, "* working (hard)"),
  waiting: ready(MARKER),
  "waiting-with-a-draft": ready(MARKER, "[fleet 1a2b3c4] New review on origin/main."),
  full: ready(MARKER),
  lying: ready("WAITING-UNTIL: 2099-01-01T00:00:00Z"),
  wedged: ready(null),
  busy,
  spinning: busy,
  "wedged-at-work": busy,
  "forgets-its-wait": busy,
  asking: {
    mood: "asking",
    question: "May I delete the folder /tmp/x?",
    draft: null,
    final: null,
    running: null,
    rule: "dialog",
  },
  limited: {
    mood: "limited",
    until: Date.UTC(2099, 5, 13, 19, 30),
    draft: "",
    final: null,
    running: null,
    rule: "usage limit",
  },
  "limited-for-ever": {
    mood: "limited",
    until: null,
    draft: "",
    final: null,
    running: null,
    rule: "usage limit",
  },
  fatal: {
    mood: "fatal",
    error: "thinking or redacted_thinking blocks cannot be modified",
    draft: "",
    final: null,
    running: null,
    rule: "trouble",
  },
  starting: { mood: "unclear", draft: null, final: null, running: null, rule: null },
  // Words that are only quoted.
  "quotes-work": ready("* working (forged)"),
  "quotes-trouble": ready("! fatal: quoted"),
  "quotes-a-dialog": ready("  2. No"),
  "quotes-a-wait": ready("but not yet"),
  "was-told-of-a-wait": ready(`heard: ${MARKER}`),
};

const screen = (name: string, size: string) => readFileSync(path.join(FOLDER, `${name}.${size}.txt`), "utf8");

describe.each(SIZES)("on a screen of %s", (size) => {
  it.each(Object.entries(SCREENS))("reads %s", (name, reading) => {
    expect(demo.read(viewOf(screen(name, size), "", 0))).toEqual(reading);
  });

  it("isn't fooled by a line that is longer than the screen", () => {
    expect(demo.read(viewOf(screen("quotes-beyond-the-edge", size), "", 0)).mood).toBe("ready");
  });
});

it("has a row for each captured screen", () => {
  const rows = [...Object.keys(SCREENS), "quotes-beyond-the-edge"];
  const files = rows.flatMap((name) => SIZES.map((size) => `${name}.${size}.txt`));
  expect(files.sort()).toEqual(readdirSync(FOLDER).sort());
});

it.each([
  ["an empty screen", ""],
  ["half a dialog", "? May I?\n❯ 1. Yes"],
  ["a dialog without a question", "\n❯ 1. Yes\n  2. No"],
  ["a shell's prompt", "$ "],
  ["a pane that tmux calls dead", "❯\nPane is dead (status 1)"],
])("finds %s unclear", (_, text) => {
  expect(demo.read(viewOf(text, "", 0))).toEqual({
    mood: "unclear",
    draft: null,
    final: null,
    running: null,
    rule: null,
  });
});

const request: LaunchRequest = {
  agent: "ada",
  workdir: "/p/clone",
  state: "/p/.state",
  model: null,
  args: [],
  settings: null,
  first: null,
  instance: "8489a37f-7e39-41a6-98a4-63fb058e64b7",
  server: null,
  hook: "/p/.state/hook.sh",
  kickoffs: "/p/.state/kickoffs",
  resume: null,
};

it("launches the agent's program from the state directory", () => {
  expect(demo.launch(request)).toEqual({
    argv: ["sh", "/p/.state/demo-agent.sh"],
    cwd: "/p/clone",
    env: { DEMO_AGENT: "ada", DEMO_JOURNAL: "/p/.state/demo/ada.journal" },
    assets: { "/p/.state/demo-agent.sh": "demo-agent" },
    files: {},
  });
});

it("puts the first message last, after everything that is an option", () => {
  const settings: BackendSettings = {
    command: ["busybox", "sh"],
    args: ["--a"],
    env: { DEMO_PACE: "2" },
    env_file: null,
    trust_workdirs: false,
    server: null,
  };
  const launch = demo.launch({
    ...request,
    model: "m-1",
    args: ["--dry-run"],
    settings,
    first: "--resume is a word here",
    resume: { id: null },
  });
  expect(launch.argv.join(" ")).toBe(
    "busybox sh /p/.state/demo-agent.sh --resume --model m-1 --a --dry-run -- --resume is a word here",
  );
  expect(launch.env.DEMO_PACE).toBe("2");
});

it("takes another end of a limit for something new, and a wheel that turns for nothing", () => {
  const of = (line: string) => demo.essence?.(`${line}\n❯ `);
  expect(of("! limited until 2026-06-13T12:30:00Z")).not.toBe(of("! limited until 2026-06-13T13:30:00Z"));
  expect(of("* working (3 s) |")).toBe(of("* working (4 s) /"));
});
