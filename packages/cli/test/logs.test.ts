import { execFileSync } from "node:child_process";
import { appendFile, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { main } from "../src/main.ts";
import { fleet, ownDirectory, until } from "./own.ts";

const SAMPLES = path.join(import.meta.dirname, "../../engine/src/backends");
const sample = (name: string) => readFile(path.join(SAMPLES, name), "utf8");

const FLEET = '[[project]]\nname = "shop"\npath = "shop"\nengine = "workspace"\n';
const agentsToml = (body: string) =>
  `[defaults]\nsession_prefix = "logs-"\nlog_dir = ".s"\nbackend = "demo"\n[supervision]\nstop_grace = "500ms"\nsignal_tick = "1s"\n${body}`;

/** A fleet of one project with these files. */
const ownFleet = (body: string, files: Readonly<Record<string, string>> = {}) =>
  ownDirectory({
    "fleet.toml": FLEET,
    "shop/agents.toml": agentsToml(body),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`shop/${name}`, text])),
  });

/** Turns a wheel, says hello, tries to take the terminal's title and its colours along, and goes on at a word. */
const WHEEL = `#!/bin/sh
for turn in 1 2 3 4 5 6 7 8; do printf '\\r%s of 8' "$turn"; done
printf '\\r\\033[Kwheel is done\\n'
printf '\\033]0;my title\\007\\033[31mred \\342\\206\\222 plain\\033[0m\\n'
while :; do
  read -r word || exit
  printf 'heard %s\\n' "$word"
done
`;

describe("what a terminal printed", () => {
  it("is read as one saw it, of all runs, while it runs, and when all is down", async () => {
    const root = await ownFleet(
      '[agents.ada]\nkind = "persistent"\n[services.wheel]\ncommand = ["./wheel.sh"]\n',
      { "wheel.sh": WHEEL },
    );
    onTestFinished(async () => {
      await fleet(root, ["down", "shop"]);
    });
    const logs = async (...words: readonly string[]) => (await fleet(root, ["logs", "shop", ...words])).out;
    expect(await fleet(root, ["up", "shop"])).toMatchObject({ exit: 0 });
    await until("it has printed", async () => (await logs("wheel")).includes("red"));
    expect(await logs("wheel")).toMatch(
      /^-- \d{4}-\d\d-\d\d --\n\d\d:\d\d:\d\dZ {2}wheel is done\n\d\d:\d\d:\d\dZ {2}red → plain\n$/,
    );
    const raw = await logs("wheel", "--raw");
    expect(raw).toContain("\r3 of 8");
    expect(raw).toContain("\u001b]0;my title\u0007\u001b[31mred");
    expect(raw).not.toContain("7447");

    expect((await fleet(root, ["send", "shop", "ada", "good morning"])).exit).toBe(0);
    await until("all are in one", async () => /^\S+ {2}ada {11}.*good morning/m.test(await logs()));
    expect(await logs()).toMatch(/^\S+ {2}wheel {9}wheel is done$/m);

    // Somebody watches, while it is started anew.
    const over = new AbortController();
    let [seen, err] = ["", ""];
    const world = {
      cwd: root,
      env: { PATH: process.env.PATH, HOME: root },
      signal: over.signal,
      color: false,
    };
    const following = main(["logs", "shop", "wheel", "-f", "-n", "1"], {
      ...{ ...world, input: async () => "" },
      out: (text) => {
        seen += text;
      },
      err: (text) => {
        err += text;
      },
    });
    await until("the last line is seen", () => seen.includes("red → plain"));
    expect(seen).not.toContain("wheel is done");
    expect((await fleet(root, ["restart", "shop", "wheel"])).exit).toBe(0);
    await until("the second run is seen", () => seen.includes("wheel is done"));
    over.abort();
    expect([await following, err]).toEqual([130, ""]);

    expect((await fleet(root, ["down", "shop"])).exit).toBe(0);
    expect((await logs("wheel")).match(/wheel is done/g)).toHaveLength(2);
    expect(JSON.parse((await logs("wheel", "--json", "-n", "1")).trim())).toMatchObject({
      ...{ agent: "wheel", who: "terminal", text: "red → plain" },
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(await logs("wheel", "--since", "2999-01-01")).toBe("");
    // What goes to a terminal can't be obeyed there, raw or not.
    let shown = "";
    const out = (text: string) => {
      shown += text;
    };
    const there = { ...world, signal: new AbortController().signal, input: async () => "", shown: true };
    await main(["logs", "shop", "wheel", "--raw"], { ...there, out, err: out });
    expect(shown).toContain("\\u{1b}[31mred");
    expect(shown).not.toContain("\u001b");
  }, 120_000);
});

/** A project whose agents ran once: what they noted lies where its journal says. */
async function ownPast(): Promise<string> {
  const agents = ["ada", "cody", "gem", "ocean"];
  const backends = ["claude", "codex", "gemini", "opencode"];
  const root = await ownFleet(
    agents
      .map((name, nth) => `[agents.${name}]\nkind = "persistent"\nbackend = "${backends[nth]}"\n`)
      .join(""),
    {
      "notes/one.jsonl": await sample("claude/samples/transcript.jsonl"),
      "notes/two.jsonl": `${JSON.stringify({
        ...{ type: "user", uuid: "u", timestamp: "2026-11-22T04:00:00.000Z" },
        message: { role: "user", content: "evil \u001b]0;x\u0007 \u202e words" },
      })}\n{"type":"user","mess`,
      "notes/rollout.jsonl": await sample("codex/samples/rollout.jsonl"),
      "notes/chat.jsonl": await sample("gemini/samples/chat.jsonl"),
    },
  );
  const note = (name: string) => path.join(root, "shop/notes", name);
  // A conversation that was begun as a copy of another, and what would be waited for for ever.
  await cp(note("one.jsonl"), note("fork.jsonl"));
  execFileSync("mkfifo", [note("pipe.jsonl")]);
  const named = (agent: string, id: string, transcript: string | null) =>
    `${JSON.stringify({ at: 1, agent, what: "named-conversation", id, transcript })}\n`;
  await mkdir(path.join(root, "shop/.s"));
  await writeFile(path.join(root, "shop/.s/journal.jsonl.1"), named("ada", "1", note("one.jsonl")));
  await writeFile(
    path.join(root, "shop/.s/journal.jsonl"),
    [
      named("ada", "1a", note("fork.jsonl")),
      named("ada", "1b", note("pipe.jsonl")),
      named("ada", "2", note("two.jsonl")),
      named("cody", "3", note("rollout.jsonl")),
      named("gem", "4", note("chat.jsonl")),
      named("ocean", "ses_1", null),
      named("gone", "5", "/nowhere"),
      '{"at":1,"what":"half a li',
    ].join(""),
  );
  await mkdir(path.join(root, ".local/share/opencode"), { recursive: true });
  const database = new DatabaseSync(path.join(root, ".local/share/opencode/opencode.db"));
  database.exec("PRAGMA journal_mode = wal");
  database.exec(`CREATE TABLE message (id text, session_id text, time_created integer, time_updated integer, data text);
    CREATE TABLE part (id text, message_id text, session_id text, time_created integer, time_updated integer, data text)`);
  const at = Date.parse("2026-11-22T05:00:00Z");
  const parts = [
    ["m1", "user", { type: "text", text: "What is here?" }],
    [
      "m2",
      "assistant",
      {
        type: "tool",
        tool: "bash",
        state: { status: "completed", input: { command: "ls" }, output: "a\nb\n" },
      },
    ],
    ["m2", "assistant", { type: "text", text: "Two files.", time: { start: 1, end: 2 } }],
  ] as const;
  for (const [nth, [message, role, part]] of parts.entries()) {
    database
      .prepare(
        "INSERT INTO message SELECT ?, 'ses_1', ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM message WHERE id = ?)",
      )
      .run(message, at, at, JSON.stringify({ role, modelID: "m" }), message);
    database
      .prepare("INSERT INTO part VALUES (?, ?, 'ses_1', ?, ?, ?)")
      .run(`prt_${nth}`, message, at + nth * 1000, at + nth * 1000, JSON.stringify(part));
  }
  database.close();
  return root;
}

describe("what agents noted", () => {
  it("is read from all their conversations, oldest first, with nothing in it that a terminal would obey", async () => {
    const root = await ownPast();
    const { out, exit, err } = await fleet(root, ["logs", "shop", "ada"]);
    expect([exit, err]).toEqual([0, ""]);
    expect(out).toContain("-- 2026-11-21 --\n");
    expect(out).toContain(`
04:05:38Z  you    initial prompt: run a command
`);
    expect(out).toMatch(
      /^04:05:\d\dZ {2}agent {2}I will run a command\.\n04:05:\d\dZ {2}tool {3}ran: sleep 4; echo tool-ran {2}→ 1 line\n04:05:\d\dZ {2}agent {2}All done\.\n {18}WAITING-UNTIL: 2026-01-01T00:00:00Z$/m,
    );
    expect(out.split("I will run a command.")).toHaveLength(2);
    expect(out.endsWith("-- 2026-11-22 --\n04:00:00Z  you    evil \\u{1b}]0;x\\u{7} \\u{202e} words\n")).toBe(
      true,
    );
  });

  it("is read of each program, and of all in the order in which they spoke", async () => {
    const root = await ownPast();
    const { out } = await fleet(root, ["logs", "shop", "--json"]);
    const lines: { at: string; agent: string; who: string; text: string }[] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(lines.map(({ agent }) => agent))).toEqual(new Set(["ada", "cody", "gem", "ocean"]));
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
    const of = (agent: string) =>
      lines.filter((line) => line.agent === agent).map(({ who, text }) => `${who}: ${text}`);
    expect(of("ocean")).toEqual(["you: What is here?", "tool: ran: ls  → 2 lines", "agent: Two files."]);
    expect(await readdir(path.join(root, ".local/share/opencode"))).toEqual(["opencode.db"]);
    expect(of("gem")).toContain("tool: ran: sleep 1  → nothing");
    expect(of("cody").slice(0, 3)).toEqual([
      "you: initial prompt: run a command",
      "agent: I will run a command.",
      "tool: ran: sleep 4; echo tool-ran  → 1 line",
    ]);
    const since = await fleet(root, ["logs", "shop", "--since", "2026-11-22T04:30:00Z", "-n", "2"]);
    expect(since.out).toBe(
      "-- 2026-11-22 --\n05:00:01Z  ocean         tool   ran: ls  → 2 lines\n05:00:02Z  ocean         agent  Two files.\n",
    );
  });

  it("of the watchdog is its log, the older file first", async () => {
    const root = await ownPast();
    const log = path.join(root, "shop/.s/watchdog.log");
    await writeFile(`${log}.1`, "2026-11-22T04:00:00.000Z it stumbled\n    at some place\n");
    await writeFile(log, "2026-11-22T05:00:00.000Z it ended with 137\n");
    expect((await fleet(root, ["logs", "shop", "watchdog"])).out).toBe(`-- 2026-11-22 --
04:00:00Z  2026-11-22T04:00:00.000Z it stumbled
               at some place
05:00:00Z  2026-11-22T05:00:00.000Z it ended with 137
`);
  });

  it("is followed as it is noted", async () => {
    const root = await ownPast();
    const over = new AbortController();
    let out = "";
    const following = main(["logs", "shop", "ada", "-f", "-n", "1"], {
      ...{ cwd: root, env: { HOME: root }, signal: over.signal, color: false, input: async () => "" },
      err: () => {},
      out: (text) => {
        out += text;
      },
    });
    await until("the last is said", () => out.includes("evil"));
    await appendFile(
      path.join(root, "shop/notes/two.jsonl"),
      `age"}\n${JSON.stringify({ type: "user", uuid: "v", timestamp: "2026-11-22T04:00:01.000Z", message: { content: "more" } })}\n`,
    );
    await until("what came is said", () => out.endsWith("04:00:01Z  you    more\n"));
    over.abort();
    expect(await following).toBe(130);
  });

  it.each<[string, readonly string[], number, string]>([
    ["nobody was asked for --raw of", ["--raw"], 2, "--raw takes one agent"],
    ["an agent is not known", ["adda"], 2, "did you mean ada?"],
    ["a time is none", ["--since", "soon"], 2, "--since takes a time"],
    ["there was nothing since", ["--since", "2999-01-01"], 0, "nothing since 2999-01-01"],
  ])("says so when %s", async (_, words, exit, says) => {
    const said = await fleet(await ownPast(), ["logs", "shop", ...words]);
    expect([said.exit, said.out]).toEqual([exit, ""]);
    expect(said.err).toContain(says);
  });
});
