import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentsJsonSchema, parseAgentsFile, readAgentsFile } from "./agents-file.ts";
import type { Problem } from "./problem.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Three lines, so that what a case adds starts at line 4. */
const DEFAULTS = '[defaults]\nsession_prefix = "x-"\nlog_dir = ".state"\n';
/** Four lines: what comes after starts at line 8. */
const AGENTS = `${DEFAULTS}[agents]\nbuilder = { kind = "loop", workdir = "b" }\nadversary = { kind = "loop", workdir = "a" }\nboss = { kind = "persistent" }\n`;
const LOOP = `${AGENTS}[loop]\ndone_by = "builder"\n`;
const PHASES = `${LOOP}phases = [{ id = "p1", plan = "p1.md" }]\n`;

const gist = ({ code, severity, line, column, end_column, message, help }: Problem) =>
  `${severity === "warning" ? "warning " : ""}${code} ${line}:${column}-${end_column} ${message}${help === null ? "" : ` (${help})`}`;

const problemsOf = async (text: string) =>
  (await readAgentsFile("agents.toml", bytes(text))).problems.map(gist);

type Case = readonly [sentence: string, toml: string, ...expected: string[]];

const check = (cases: readonly Case[]) =>
  it.each(cases.map(([sentence, toml, ...expected]) => [sentence, toml, expected] as const))(
    "%s",
    async (_, toml, expected) => {
      expect(await problemsOf(toml)).toEqual(expected);
    },
  );

describe("a file that is not agents.toml at all", () => {
  check([
    [
      "is empty",
      "",
      "FL0211 1:1-1 missing key `defaults`",
      "FL0211 1:1-1 no agents (add a table such as [agents.builder])",
    ],
    ["names no agents", DEFAULTS, "FL0211 1:1-1 no agents (add a table such as [agents.builder])"],
    [
      "is JSON",
      '{"a": 1}',
      'FL0100 1:1-2 this is not a key (this looks like JSON; write TOML: key = "value")',
    ],
    ["is YAML", "name: a\n", "FL0100 1:5-6 this is not a key (TOML uses `=` between key and value)"],
    ["has a table twice", `${AGENTS}[defaults]\n`, "FL0102 8:2-3 this key or table is already defined"],
    [
      "has a date that does not exist",
      `${AGENTS}x = 2026-02-30\n`,
      "FL0101 8:5-15 there is no such date or time",
    ],
    [
      "tries to reach an object's prototype",
      `${AGENTS}[agents.x]\n__proto__ = 1\n`,
      "FL0212 9:1-2 the names `__proto__` and `constructor` are not allowed as keys",
    ],
  ]);
});

describe("keys", () => {
  check([
    [
      "says once that a key is misspelt, and not that the right one is missing",
      `[defaults]\nsesion_prefix = "x-"\nlog_dir = "s"\n[agents.a]\nkind = "loop"\n`,
      "FL0210 2:1-14 unknown key `sesion_prefix` in `defaults` (did you mean `session_prefix`?)",
    ],
    [
      "puts a missing key at the header of its table",
      `[defaults]\nsession_prefix = "x-"\n[agents.a]\nkind = "loop"\n`,
      "FL0211 1:1-11 missing key `log_dir` in `defaults`",
    ],
    [
      "puts a missing key of an inline table at that table's name",
      `${LOOP}phases = [{ id = "a", plan = "a" }, { id = "b" }]\n`,
      "FL0211 10:37-49 missing key `plan` in `loop.phases[1]`",
    ],
    [
      "goes on with the rules when a key is unknown",
      `${PHASES}typo = 1\n[supervision]\nstall_idle = "1s"\n`,
      "FL0210 11:1-5 unknown key `typo` in `loop`",
      "FL0222 13:14-18 `signal_tick` (30s) must not be longer than `stall_idle` (1s)",
    ],
    [
      "suggests a Latin letter for its Cyrillic twin",
      `${PHASES}"d\u043ene_by" = "x"\n`,
      "FL0210 11:1-10 unknown key `d\u043ene_by` in `loop` (did you mean `done_by`?)",
    ],
    [
      "tells a service from an agent",
      `${AGENTS}[services.s]\ncommand = ["x"]\nmodel = "opus"\n`,
      "FL0305 10:1-6 `model` is for agents; a service is a plain program (remove it)",
    ],
    [
      "tells an agent from a service",
      `${AGENTS}[agents.s]\nkind = "service"\ncommand = ["x"]\n`,
      'FL0221 9:8-17 `agents.s.kind` cannot be "service" (move it to a table [services.<name>], without kind)',
    ],
  ]);
});

describe("values", () => {
  check([
    [
      "a kind with a typo",
      `${AGENTS}[agents.c]\nkind = "loops"\n`,
      'FL0221 9:8-15 `agents.c.kind` cannot be "loops" (did you mean `loop`?)',
    ],
    [
      "a boolean in quotes",
      `${AGENTS}[agents.c]\nkind = "loop"\nworkdir = "c"\nenabled = "no"\n`,
      "FL0220 11:11-15 `agents.c.enabled` must be true or false, not a string (write `false`)",
    ],
    [
      "an array where one word is meant",
      `${AGENTS}[agents.c]\nkind = "loop"\nworkdir = "c"\nwatch = ["heal", "stall"]\n`,
      'FL0220 11:9-26 `agents.c.watch` must be a string, not an array (write `"heal+stall"`)',
    ],
    [
      "a number for a phase",
      `${LOOP}phases = [{ id = 5, plan = "p" }]\n`,
      'FL0220 10:18-19 `loop.phases[0].id` must be a string, not an integer (write `"5"`)',
    ],
    [
      "a date for a phase",
      `${LOOP}phases = [{ id = 2026-01-01, plan = "p" }]\n`,
      "FL0220 10:18-28 `loop.phases[0].id` must be a string, not a date (put it in quotes)",
    ],
    [
      "a command as one string",
      `${AGENTS}[services.s]\ncommand = "x"\n`,
      'FL0220 9:11-14 `services.s.command` must be an array, not a string (write `["x"]`)',
    ],
    [
      "an empty command",
      `${AGENTS}[services.s]\ncommand = []\n`,
      "FL0222 9:11-13 `services.s.command` must not be empty",
    ],
    [
      "models that are neither text nor table",
      `${LOOP}phases = [{ id = "a", plan = "p", models = ["x"] }]\n`,
      "FL0220 10:44-49 `loop.phases[0].models` must be a string or a table, not an array",
    ],
    ["no phases", `${LOOP}phases = []\n`, "FL0222 10:10-12 `loop.phases` must not be empty"],
    [
      "a hidden NUL",
      `${AGENTS}[services.s]\ncommand = ["a\\u0000b"]\n`,
      "FL0002 9:12-22 the text holds the control character U+0000 (remove it)",
    ],
    [
      "counts columns in characters, not in bytes or halves, and looks under a bad name",
      `${AGENTS}"😀é" = { x = 1 }\n[agents.c]\nkind = "loop"\nenabled = 1 # 😀\n`,
      'FL0211 8:1-5 missing key `kind` in `agents."😀é"`',
      "FL0223 8:1-5 `😀é` is not a name (1 to 32 of a-z, 0-9 and -, starting with a letter or digit)",
      'FL0210 8:10-11 unknown key `x` in `agents."😀é"`',
      "FL0220 11:11-12 `agents.c.enabled` must be true or false, not an integer",
    ],
  ]);
});

/** The whole schema in one file. */
const EXAMPLE = `\uFEFF# every optional key\r
[defaults]
session_prefix = "cc-ci-"
log_dir = ".ao-state"
backend = "claude"
model = "sonnet"
workdir = "."
[models]
opus = "claude-opus-4-9"
[backends.claude]
command = ["claude"]
args = ["--permission-mode", "acceptEdits"]
env = { DISABLE_AUTOUPDATER = "1" }
env_file = ".testenv"
[backends.opencode]
server = "http://127.0.0.1:4096"
[agents.orchestrator]
kind = "persistent"
watch = "heal"
prompt = "prompts/startup.md"
[agents.builder]
kind = "loop"
watch = "heal+stall"
workdir = "clones/builder"
session = "bld"
[agents.7]
kind = "loop"
workdir = "clones/seven"
role = "adversary"
[agents.upgrader]
kind = "task"
watch = "none"
enabled = false
schedule = "0 3 * * 6"
tz = "Europe/Berlin"
start = "fresh"
prompt = "prompts/upgrade.md"
args = ["--dry-run"]
deny_args = ["--with-tests"]
[services.cleanlogs]
command = ["scripts/cleanlogs.sh", ""]
[loop]
kickoff_template = "prompts/kickoff.md"
roles_dir = "prompts"
done_by = "builder"
phases = [
  { id = "1c", plan = "plan-phase-1c.md" },
  { id = "dstamp", plan = "{role}.md", models = "opus" },
  { id = "poe2e", plan = "Prüfung", models = { builder = "opus", 7 = "sonnet" } },
]
on_complete = { agent = "orchestrator", message = "All phases are done." }
[loop.handoff]
repo = "clones/builder"
claim = "7"
inbox."ADVERSARY-INBOX.md" = "7"
[supervision]
stall_idle = "5m"
backoff = ["0s", "500ms"]
restart_gap = "0s"
`;

const projectOf = async (toml: string, strict = true) => {
  const parsed = await parseAgentsFile("agents.toml", bytes(toml), { strict });
  if (!parsed.ok) throw new Error(parsed.problems.map(gist).join("\n"));
  return parsed.value;
};

describe("a good file", () => {
  it("is resolved, with its defaults and in its order", async () => {
    const project = await projectOf(EXAMPLE);
    expect(project.agents.map(({ name, session, watch }) => `${name} ${session} ${watch}`)).toEqual([
      "orchestrator cc-ci-orchestrator heal",
      "builder cc-ci-bld heal+stall",
      "7 cc-ci-7 heal+stall",
      "upgrader cc-ci-upgrader none",
      "cleanlogs cc-ci-cleanlogs heal",
    ]);
    expect(project.agents[3]).toMatchObject({
      schedule: { cron: "0 3 * * 6", tz: "Europe/Berlin" },
      start: "fresh",
      model: "sonnet",
      command: null,
    });
    expect(project.agents[4]).toMatchObject({
      command: ["scripts/cleanlogs.sh", ""],
      backend: null,
      model: null,
    });
    expect(project.models).toMatchObject({ opus: "claude-opus-4-9", haiku: "claude-haiku-4-5" });
    expect(project.loop?.phases.map(({ models }) => models)).toEqual([
      {},
      { builder: "opus", 7: "opus" },
      { builder: "opus", 7: "sonnet" },
    ]);
    expect(project.loop?.handoff).toMatchObject({ branch: "main", review: "builder" });
    expect(project.supervision).toMatchObject({
      stall_idle: 300_000,
      backoff: [0, 500],
      restart_gap: 0,
      stop_signal: "TERM",
    });
  });

  it("is the same the quick way", async () => {
    expect(await projectOf(EXAMPLE, false)).toEqual(await projectOf(EXAMPLE));
    expect(await projectOf(AGENTS, false)).toEqual(await projectOf(AGENTS));
  });

  it("reads line ends of both kinds", async () => {
    expect(await projectOf(PHASES.replaceAll("\n", "\r\n"))).toEqual(await projectOf(PHASES));
  });

  it("comes with its warnings", async () => {
    const parsed = await parseAgentsFile("agents.toml", bytes(AGENTS.replace('"x-"', '"x"')));
    expect(parsed.ok && parsed.warnings.map(({ code }) => code)).toEqual(["FL0600"]);
  });
});

describe("whatever a file holds", () => {
  const example = bytes(EXAMPLE);
  const pieces = [
    ..."[]{}=\"'.#,\\\n\r\t 0aZ-_é😀",
    '"""',
    "[[",
    "__proto__",
    "\u202e",
    "\u0000",
    "inf",
    "1979-05-27",
    "opus",
  ];
  const mutation = fc.record({
    at: fc.nat(example.length),
    drop: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
    put: fc.oneof(fc.constantFrom(...pieces).map(bytes), fc.uint8Array({ maxLength: 3 })),
  });
  const mutate = (from: Uint8Array, { at, drop, put }: { at: number; drop: number; put: Uint8Array }) =>
    Uint8Array.from([...from.subarray(0, at), ...put, ...from.subarray(Math.min(from.length, at + drop))]);

  it("is a project, or has problems with a place in the file", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        const mutated = mutations.reduce(mutate, example);
        const lines = new TextDecoder().decode(mutated).split("\n");
        const parsed = await parseAgentsFile("agents.toml", mutated);
        const problems = parsed.ok ? parsed.warnings : parsed.problems;
        expect(parsed.ok || problems.length > 0).toBe(true);
        for (const { line, column, end_line, end_column } of problems) {
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual([...(lines[line - 1] ?? "")].length + 1);
          expect(end_line).toBeGreaterThanOrEqual(line);
          expect(end_line > line || end_column >= column).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  }, 30_000);
});

it.each<[string, string]>([
  ["keys that nobody knows", Array.from({ length: 30_000 }, (_, index) => `k${index}=1`).join("\n")],
  ["such keys on one line", `a={${Array.from({ length: 25_000 }, (_, index) => `k${index}=1`).join(",")}}`],
  [
    "agents without a kind",
    `${DEFAULTS}${Array.from({ length: 9_000 }, (_, index) => `[agents.a${index}]`).join("\n")}`,
  ],
  ["comments", "# nothing\n".repeat(20_000)],
  ["replacement characters and a broken one", `${"\ufffd".repeat(80_000)}\ud800`],
])(
  "%s, as many as a file holds, are answered in good time",
  async (_, toml) => {
    const parsed = await parseAgentsFile("agents.toml", bytes(toml));
    expect(parsed.ok).toBe(false);
  },
  5_000,
);

it("has a JSON schema with every default and description", () => {
  const text = JSON.stringify(agentsJsonSchema());
  expect(text).toContain('"default":"30s"');
  expect(text).toContain("The state directory");
  expect(agentsJsonSchema().required).toEqual(["defaults"]);
});
