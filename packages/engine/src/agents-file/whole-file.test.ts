import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effortOf } from "../../test/effort.ts";
import { agentsJsonSchema, parseAgentsFile } from "../agents-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const DEFAULTS = '[defaults]\nsession_prefix = "x-"\nlog_dir = ".state"\n';
const AGENTS = `${DEFAULTS}[agents.builder]\nkind = "loop"\n`;
const PHASES = `${AGENTS}[loop]\ndone_by = "builder"\nphases = [{ id = "p1", plan = "p1.md" }]\n`;

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
[services.opencode]
serves = "opencode"
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
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("\n"));
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
      "opencode cc-ci-opencode heal",
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
    const effort = await effortOf(async () => {
      expect((await parseAgentsFile("agents.toml", bytes(toml))).ok).toBe(false);
    });
    expect(effort).toBeLessThan(5);
  },
  60_000,
);

it("has a JSON schema with every default and description", () => {
  const text = JSON.stringify(agentsJsonSchema());
  expect(text).toContain('"default":"30s"');
  expect(text).toContain("The state directory");
  expect(agentsJsonSchema().required).toEqual(["defaults"]);
});
