import { describe, expect, it } from "vitest";
import { readAgentsFile } from "./agents-file.ts";
import type { Problem } from "./problem.ts";

/** Three lines, so that what a case adds starts at line 4. */
const DEFAULTS = '[defaults]\nsession_prefix = "x-"\nlog_dir = ".state"\n';
/** Four lines: what comes after starts at line 8. */
const AGENTS = `${DEFAULTS}[agents]\nbuilder = { kind = "loop", workdir = "b" }\nadversary = { kind = "loop", workdir = "a" }\nboss = { kind = "persistent" }\n`;
const SERVER = '[backends.opencode]\nserver = "http://127.0.0.1:4096"\n';
const LOOP = `${AGENTS}[loop]\ndone_by = "builder"\n`;
const PHASES = `${LOOP}phases = [{ id = "p1", plan = "p1.md" }]\n`;
const agent = (kind: string, more: string) => `${AGENTS}[agents.c]\nkind = "${kind}"\n${more}\n`;
const phases = (list: string) => `${LOOP}phases = [${list}]\n`;

const gist = ({ code, severity, line, column, end_column, message }: Problem) =>
  `${severity === "warning" ? "warning " : ""}${code} ${line}:${column}-${end_column} ${message}`;

type Case = readonly [sentence: string, toml: string, ...expected: string[]];

const check = (cases: readonly Case[]) =>
  it.each(cases.map(([sentence, toml, ...expected]) => [sentence, toml, expected] as const))(
    "%s",
    async (_, toml, expected) => {
      const { problems } = await readAgentsFile("agents.toml", new TextEncoder().encode(toml));
      expect(problems.map(gist)).toEqual(expected);
    },
  );

describe("names and paths", () => {
  check([
    [
      "says what a bad name breaks",
      `${AGENTS}[agents."My Agent"]\nkind = "persistent"\n`,
      "FL0223 8:9-19 `My Agent` is not a name",
    ],
    [
      "keeps the watchdog's name",
      `${AGENTS}[agents.watchdog]\nkind = "persistent"\n`,
      "FL0223 8:9-17 the name `watchdog` is reserved",
    ],
    [
      "keeps the watchdog's session",
      agent("persistent", 'session = "watchdog"'),
      "FL0223 10:11-21 the name `watchdog` is reserved",
    ],
    [
      "refuses a prefix that tmux would run",
      `${AGENTS.replace('"x-"', '"#(id)"')}`,
      "FL0223 2:18-25 `#(id)` is not a session prefix",
    ],
    [
      "warns of a prefix that runs into the name",
      AGENTS.replace('"x-"', '"x"'),
      "warning FL0600 2:18-21 the session prefix does not end with `-`",
    ],
    [
      "tells an agent and a service of one name",
      `${AGENTS}[services.boss]\ncommand = ["x"]\n`,
      "FL0300 8:1-16 `boss` is both an agent and a service",
    ],
    [
      "tells two sessions of one name",
      agent("persistent", 'session = "boss"'),
      "FL0300 10:11-17 two sessions would be called `x-boss`",
    ],
    [
      "tells them in the other order, too",
      `${DEFAULTS}[agents.c]\nkind = "persistent"\nsession = "boss"\n[agents.boss]\nkind = "persistent"\n`,
      "FL0300 7:1-14 two sessions would be called `x-boss`",
    ],
    [
      "tells phases that differ only in case",
      phases('{ id = "2W", plan = "a" }, { id = "2w", plan = "b" }'),
      "FL0300 10:45-49 two phases are called `2w` (upper and lower case are the same here)",
    ],
    [
      "refuses a phase that is a path",
      phases('{ id = "a/b", plan = "a" }'),
      "FL0223 10:18-23 `a/b` is not a phase id",
    ],
    [
      "keeps every path inside",
      `${agent("persistent", 'workdir = "a/../../b"\nprompt = "/etc/passwd"')}[backends.claude]\nenv_file = "~/secrets"\n`,
      "FL0402 10:11-22 `a/../../b` leads out of the project",
      "FL0402 11:10-23 `/etc/passwd` leads out of the project",
      "FL0402 13:12-23 `~/secrets` is not expanded",
    ],
    [
      "keeps the state out of the project's own folder",
      AGENTS.replace(".state", "./"),
      "FL0402 3:11-15 the state directory must be a folder of its own",
    ],
    [
      "keeps the state out of the engine",
      AGENTS.replace(".state", "engine/x"),
      "FL0302 3:11-21 the state directory must not be in `engine`",
    ],
    ["lets one name begin with another", `${AGENTS}[agents.boss3]\nkind = "persistent"\n`],
  ]);
});

describe("references", () => {
  check([
    [
      "an agent that nobody is",
      PHASES.replace('"builder"', '"bulder"'),
      "FL0303 9:11-19 there is no agent `bulder`",
    ],
    [
      "a service where an agent is meant",
      `${PHASES}on_complete = { agent = "s", message = "x" }\n[services.s]\ncommand = ["x"]\n`,
      "FL0305 11:25-28 `s` is a service; an agent is wanted here",
    ],
    [
      "an agent that is wrong itself is not unknown too",
      `${PHASES}[loop.handoff]\nrepo = "b"\nclaim = "judge"\n[agents.judge]\nkind = 1\n`,
      "FL0220 15:8-9 `agents.judge.kind` must be a string, not an integer",
    ],
    [
      "a default that nobody is",
      `${PHASES.replaceAll("adversary", "judge")}[loop.handoff]\nrepo = "b"\n`,
      "FL0303 11:1-15 there is no agent `adversary`, the default of `claim`",
    ],
    [
      "everyone in a handoff",
      `${PHASES}[loop.handoff]\nrepo = "b"\nclaim = "adversry"\nreview = "nobody"\ninbox = { "A.md" = "boss2" }\n`,
      "FL0303 13:9-19 there is no agent `adversry`",
      "FL0303 14:10-18 there is no agent `nobody`",
      "FL0303 15:20-27 there is no agent `boss2`",
    ],
    [
      "an inbox that is not at the top",
      `${PHASES}[loop.handoff]\nrepo = "b"\ninbox = { "../B.md" = "boss" }\n`,
      "FL0402 13:11-20 `../B.md` is not at the top of the branch",
    ],
    [
      "a branch that git does not take",
      `${PHASES}[loop.handoff]\nrepo = "b"\nbranch = "--upload-pack=x"\n`,
      "FL0228 13:10-27 `--upload-pack=x` is not a branch",
    ],
    [
      "one agent on both sides",
      `${PHASES}[loop.handoff]\nrepo = "b"\nclaim = "builder"\n`,
      "warning FL0600 13:9-18 `builder` hears of claims and of reviews",
    ],
    [
      "half a message",
      `${PHASES}on_complete = { agent = "boss" }\n`,
      "FL0211 11:1-12 missing key `message` in `loop.on_complete`",
    ],
    [
      "a message and a command",
      `${PHASES}on_complete = { agent = "boss", command = ["x"] }\n`,
      "FL0305 11:17-22 on_complete runs a command or sends a message, not both",
    ],
  ]);
});

describe("models", () => {
  check([
    [
      "an alias with a typo, wherever it stands",
      phases(
        '{ id = "a", plan = "p", models = "opsu" }, { id = "b", plan = "q", models = { builder = "sonet" } }',
      ),
      "FL0306 10:44-50 `opsu` is not an alias of [models]",
      "FL0306 10:99-106 `sonet` is not an alias of [models]",
    ],
    [
      "an alias for an alias",
      `${AGENTS}[models]\nfast = "haiku"\n`,
      "FL0306 9:8-15 `haiku` is not a full model id",
    ],
    ["a space at the end", agent("persistent", 'model = "opus "'), "FL0306 10:9-16 `opus ` is not a model"],
    [
      "an argument in disguise",
      agent("persistent", 'model = "opus --dangerously-x"'),
      "FL0306 10:9-31 `opus --dangerously-x` is not a model",
    ],
    [
      "a model that the backend does not run",
      agent("persistent", 'model = "gpt-5"'),
      "FL0306 10:9-16 `c` runs on claude, which does not run `gpt-5`",
    ],
    [
      "a default that one agent's backend does not run",
      `${DEFAULTS}model = "opus"\n[agents.c]\nkind = "persistent"\nbackend = "codex"\n`,
      "FL0306 5:1-11 `c` runs on codex, which does not run `claude-opus-4-8`",
    ],
    [
      "a phase's model for an agent without phases",
      phases('{ id = "a", plan = "p", models = { boss = "opus", bilder = "opus" } }'),
      "FL0305 10:46-50 `boss` is a persistent agent; only loop agents have a model per phase",
      "FL0303 10:61-67 there is no agent `bilder`",
    ],
    [
      "takes an alias of the file and a full id",
      `${phases('{ id = "a", plan = "p", models = "best" }')}[models]\nbest = "claude-opus-4-8"\n[agents.c]\nkind = "task"\nbackend = "opencode"\nmodel = "vendor/some-model"\n`,
    ],
  ]);
});

describe("kinds", () => {
  check([
    [
      "what only tasks have",
      agent("persistent", 'schedule = "0 3 * * 6"\nstart = "fresh"'),
      "FL0305 10:1-9 `schedule` is for tasks; `c` is a persistent agent",
      "FL0305 11:1-6 `start` is for tasks; `c` is a persistent agent",
    ],
    [
      "a schedule that is too short",
      agent("task", 'schedule = "0 3 * *"'),
      "FL0225 10:12-21 a schedule has five fields, this one has 4",
    ],
    [
      "a minute that no hour has, inside the text",
      agent("task", 'schedule = "61 3 * * 6"\ntz = "Mars/Base"'),
      "FL0225 10:13-15 `61` is not a minute",
      "FL0225 11:6-17 `Mars/Base` is not a time zone",
    ],
    [
      "takes a schedule in a time zone",
      agent("task", 'schedule = "*/5 3-5 1,15 * MON"\ntz = "Europe/Berlin"'),
    ],
    [
      "a time zone for nothing",
      agent("task", 'tz = "UTC"'),
      "warning FL0307 10:1-3 `tz` without a schedule has no effect",
    ],
    [
      "the stall rule for one that may rest",
      agent("persistent", 'watch = "heal+stall"'),
      "warning FL0305 10:9-21 `c` is persistent and may rest for long; the stall rule would restart it",
    ],
    [
      "healing for a task",
      agent("task", 'watch = "heal"'),
      "warning FL0305 10:9-15 `c` is a task, and a task is never healed",
    ],
    [
      "an argument that is denied",
      agent("task", 'args = ["-v", "--with-tests=all"]\ndeny_args = ["--with-tests"]'),
      "FL0212 10:15-33 `--with-tests=all` is denied to `c`",
    ],
    [
      "an argument that is denied in two words",
      agent("task", 'args = ["--mode", "all"]\ndeny_args = ["--mode=all", "all=x"]'),
      "FL0212 10:9-17 `--mode` is denied to `c`",
    ],
    [
      "an argument that its backend gives to everyone",
      `${agent("task", 'deny_args = ["--with-tests"]')}[backends.claude]\nargs = ["--with-tests"]\n`,
      "FL0212 12:9-23 `--with-tests` is denied to `c`",
    ],
    [
      "a loop for nobody",
      `${DEFAULTS}[agents.a]\nkind = "persistent"\n[loop]\ndone_by = "a"\nphases = [{ id = "p", plan = "p" }]\n`,
      "warning FL0307 6:1-7 [loop] without a loop agent has no effect",
    ],
    [
      "loop agents in one folder",
      `${DEFAULTS}[agents.a]\nkind = "loop"\n[agents.b]\nkind = "loop"\n`,
      "warning FL0302 6:1-11 the loop agents `a` and `b` share the folder `.`",
    ],
    [
      "a secret in the open, and a key that is none",
      `${AGENTS}[backends.claude]\nenv = { ANTHROPIC_API_KEY = "sk-1", KEYBOARD = "us" }\n`,
      "warning FL0600 9:9-26 `ANTHROPIC_API_KEY` looks like a secret, and this file is no place for one",
    ],
    [
      "a variable that no shell takes",
      `${AGENTS}[backends.claude]\nenv = { "A-B" = "c" }\n`,
      "FL0229 9:9-14 `A-B` is not the name of an environment variable",
    ],
    [
      "a service that is neither a program nor a server",
      `${AGENTS}[services.s]\nworkdir = "."\n`,
      "FL0211 8:1-13 missing key `command` in `services.s`",
    ],
    [
      "a service that is both",
      `${AGENTS}${SERVER}[services.s]\nserves = "opencode"\ncommand = ["a"]\n`,
      "FL0305 11:1-7 a service has a command or serves, not both",
    ],
    [
      "a second server for one backend",
      `${AGENTS}${SERVER}[services.s]\nserves = "opencode"\n[services.t]\nserves = "opencode"\n`,
      "FL0300 13:10-20 `s` serves opencode already",
    ],
    [
      "a server for a backend that names no place for it",
      `${AGENTS}[services.s]\nserves = "opencode"\n`,
      "FL0303 9:10-20 [backends.opencode] does not say where its server is to be",
    ],
    [
      "a server of ours that is to speak https",
      `${AGENTS}${SERVER.replace("http:", "https:")}[services.s]\nserves = "opencode"\n`,
      "FL0303 11:10-20 the server that we run speaks plain http, on this machine",
    ],
    [
      "a server that nobody runs",
      `${AGENTS}${SERVER}`,
      "warning FL0305 9:10-33 no service runs this server: the agents of opencode will be held",
    ],
    [
      "a server that everyone reaches",
      `${AGENTS}[backends.opencode]\nserver = "http://0.0.0.0:4096"\n`,
      "FL0227 9:10-31 `0.0.0.0:4096` is not this machine",
    ],
    [
      "a server that is none",
      `${AGENTS}[backends.opencode]\nserver = "javascript:alert(1)"\n`,
      "FL0227 9:10-31 `javascript:alert(1)` is not an http or https URL",
    ],
  ]);
});

describe("supervision", () => {
  const supervision = (line: string) => `${AGENTS}[supervision]\n${line}\n`;
  check([
    [
      "no grace at all",
      supervision('stall_grace = "0s"'),
      "FL0222 9:15-19 the duration must be longer than zero",
    ],
    [
      "a number for a duration",
      supervision("stall_grace = 180"),
      "FL0224 9:15-18 a duration is a text with a unit",
    ],
    [
      "a negative duration",
      supervision('stall_grace = "-5s"'),
      "FL0222 9:15-20 a duration cannot be negative",
    ],
    ["no duration", supervision('stall_grace = "soon"'), "FL0224 9:15-21 `soon` is not a duration"],
    [
      "a look rarer than what it looks for",
      supervision('signal_tick = "4m"\nstall_idle = "3m"'),
      "FL0222 9:15-19 `signal_tick` (4m) must not be longer than `stall_idle` (3m)",
    ],
    ["takes equals", supervision('signal_tick = "3m"\nstall_idle = "3m"\nmax_wait = "3m"')],
    [
      "a wait shorter than its grace",
      supervision('max_wait = "1m"'),
      "FL0222 9:12-16 `stall_grace` (3m) must not be longer than `max_wait` (1m)",
    ],
    [
      "a backoff that shrinks",
      supervision('backoff = ["0s", "10s", "5s"]'),
      "FL0222 9:25-29 each wait must be as long as the one before it",
    ],
    [
      "a limit that is never reached",
      supervision('start_limit_window = "2m"'),
      "warning FL0307 9:22-26 the start limit is never reached: 5 starts take 450s of waiting, the window is 2m",
    ],
    [
      "half a start",
      supervision("start_limit = 2.5"),
      "FL0220 9:15-18 `supervision.start_limit` must be a whole number, not a float",
    ],
    [
      "a number that is none",
      supervision("start_limit = nan"),
      "FL0220 9:15-18 `supervision.start_limit` must be a number, not NaN",
    ],
  ]);
});
