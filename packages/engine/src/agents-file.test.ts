import { describe, expect, it } from "vitest";
import { readAgentsFile } from "./agents-file.ts";
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
    ["is YAML", "name: a\n", "FL0100 1:5-6 expected `=` after the key (TOML uses `=` between key and value)"],
    ["has a table twice", `${AGENTS}[defaults]\n`, "FL0102 8:2-10 this key or table is already defined"],
    [
      "has a date that does not exist",
      `${AGENTS}x = 2026-02-30\n`,
      "FL0101 8:5-15 there is no such date or time",
    ],
    [
      "tries to reach an object's prototype",
      `${AGENTS}[agents.x]\n__proto__ = 1\n`,
      "FL0212 9:1-10 the names `__proto__` and `constructor` are not allowed as keys",
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
      "goes on with the rules when an entry of a list is wrong",
      `${LOOP}phases = [5]\n[supervision]\nstall_idle = "1s"\n`,
      "FL0220 10:11-12 `loop.phases[0]` must be a table, not an integer",
      "FL0222 12:14-18 `signal_tick` (30s) must not be longer than `stall_idle` (1s)",
    ],
    [
      "suggests a Latin letter for its Cyrillic twin",
      `${PHASES}"d\u043ene_by" = "x"\n`,
      "FL0210 11:1-10 unknown key `d\u043ene_by` in `loop` (did you mean `done_by`? U+043E only looks like a letter of it)",
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
      "FL0223 8:1-5 `😀é` is not a name (write `e`)",
      'FL0210 8:10-11 unknown key `x` in `agents."😀é"`',
      "FL0220 11:11-12 `agents.c.enabled` must be true or false, not an integer",
    ],
  ]);
});
