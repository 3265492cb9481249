import { readAgentsFile, readToml } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { settle } from "../adopt/settle.ts";
import { convert } from "./convert.ts";

const AGENT = '[agents.z]\nkind = "persistent"\n';
const HEAD = '[defaults]\nsession_prefix = "x-"\nlog_dir = "/srv/x/logs"\n';
const LOOP = '[agents.builder]\nkind = "loop"\n[loop]\n';

async function converted(toml: string) {
  const read = readToml("agents.toml", new TextEncoder().encode(toml));
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const old = convert(read.value.value, "/srv/x/plan");
  const settled = await settle([], old.tables);
  return { old, ...settled, remarks: [...old.remarks, ...settled.remarks] };
}

/** The lines that a key of the old file comes to, and what is told of it. */
const ROWS: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  [
    "seconds are durations",
    `${HEAD}stall_idle = 240\n[agents.a]\nkind = "persistent"\n`,
    ['stall_idle = "240s"'],
    [],
  ],
  [
    "the watchdog's table is [supervision]",
    `${HEAD}[watchdog]\nsignal_interval = 15\nheavy_interval = "2m"\n[agents.a]\nkind = "persistent"\n`,
    ['signal_tick = "15s"', 'heavy_tick = "2m"'],
    [],
  ],
  [
    "a list of agents is a table of them",
    `${HEAD}[[agent]]\nname = "ada"\nkind = "oneshot"\nheal = false\n`,
    ["[agents.ada]", 'kind = "task"', 'watch = "none"'],
    [],
  ],
  [
    "a name with other letters is made one",
    `${HEAD}[agents.Build_Bot]\nkind = "persistent"\n`,
    ["[agents.build-bot]"],
    ["agents.Build_Bot"],
  ],
  [
    "an agent that is a service is one",
    `${HEAD}${AGENT}[agents.web]\nkind = "service"\ncommand = "python3 -m http.server 80"\n`,
    ["[services.web]", 'command = ["python3", "-m", "http.server", "80"]'],
    [],
  ],
  [
    "a line for a shell stays one",
    `${HEAD}${AGENT}[services.web]\ncommand = "cd x && ./serve"\n`,
    ['command = ["sh", "-c", "cd x && ./serve"]'],
    [],
  ],
  [
    "a session is said without the prefix, and not at all when it is the agent's name",
    `${HEAD}[agents.a]\nkind = "persistent"\nsession = "x-a"\n[agents.b]\nkind = "persistent"\nsession = "x-bee"\n`,
    ['session = "bee"'],
    [],
  ],
  [
    "disabled is enabled = false",
    `${HEAD}[agents.a]\nkind = "persistent"\ndisabled = true\n`,
    ["enabled = false"],
    [],
  ],
  [
    "a folder inside stays, one outside becomes a clone",
    `${HEAD}[agents.a]\nkind = "persistent"\ncwd = "/srv/x/plan/clones/a"\n[agents.b]\nkind = "persistent"\ncwd = "../b"\n`,
    ['workdir = "clones/a"', 'workdir = "clones/b"'],
    ["agents.b.cwd"],
  ],
  [
    "words in the place of a prompt become a file",
    `${HEAD}[agents.a]\nkind = "persistent"\nstartup_prompt = "Read it all."\n`,
    ['prompt = "prompts/a-startup.md"'],
    [],
  ],
  [
    "phases may be mere names",
    `${HEAD}${LOOP}phases = ["1c", "1b"]\n`,
    ['{ id = "1c", plan = "plan-phase-1c.md" }', 'done_by = "builder"'],
    ["loop.phases.0", "loop.phases.1"],
  ],
  [
    "the prefixes of commits name who hears of them",
    `${HEAD}${LOOP}phases = [{ id = "1", plan = "p" }]\nhandoff = { "claim(" = "builder", "review(" = "builder" }\n`,
    ['claim = "builder"', 'review = "builder"'],
    [],
  ],
  [
    "a shell line after the last phase is not run",
    `${HEAD}${LOOP}phases = [{ id = "1", plan = "p" }]\non_complete = "mail me"\n`,
    [],
    ["loop.on_complete"],
  ],
  [
    "what our rules refuse is left out and told of, at its place",
    `${HEAD}[agents.a]\nkind = "persistent"\nmodel = "gtp"\nwatch = "always"\n`,
    ['kind = "persistent"'],
    ["agents.a.model", "agents.a.watch"],
  ],
  [
    "keys that nobody knows are told of, wherever they stand",
    `top = 1\n${HEAD}colour = "red"\n[agents.a]\nkind = "persistent"\n[agents.a.limits]\nday = 3\n[notify]\nmail = "x"\n`,
    [],
    ["top", "defaults.colour", "agents.a.limits", "notify"],
  ],
  [
    "a secret in a variable stays out",
    `${HEAD}${AGENT}[backends.claude]\nenv = { API_TOKEN = "s3cret", LEVEL = 3 }\n`,
    ['env = { LEVEL = "3" }'],
    ["backends.claude.env.API_TOKEN"],
  ],
  [
    "a file in the place of git's or the engine's own goes elsewhere",
    `${HEAD}[agents.a]\nkind = "persistent"\nprompt = ".git/hooks/pre-commit"\n[agents.b]\nkind = "persistent"\nprompt = "engine/agents"\n`,
    ['prompt = "prompts/pre-commit"', 'prompt = "prompts/agents"'],
    [],
  ],
  [
    "two files of one name from two folders stay two",
    `${HEAD}[agents.a]\nkind = "persistent"\nprompt = "/x/p.md"\n[agents.b]\nkind = "persistent"\nprompt = "/y/p.md"\n`,
    ['prompt = "prompts/p.md"', 'prompt = "prompts/p-2.md"'],
    [],
  ],
  [
    "a program in a clone is left to the clone",
    `${HEAD}${AGENT}[services.web]\ncommand = "clones/web/serve --now"\n`,
    ['command = ["clones/web/serve", "--now"]'],
    [],
  ],
  [
    "without a prefix the folder's name is taken",
    '[defaults]\nlog_dir = "x"\n[agents.a]\nkind = "persistent"\n',
    ['session_prefix = "plan-"'],
    ["defaults"],
  ],
  [
    "of two words for one thing the second is told of",
    `${HEAD}[agents.a]\nkind = "persistent"\nworkdir = "."\ncwd = "."\n`,
    ['workdir = "."'],
    ["agents.a.cwd"],
  ],
];

describe("an agents.toml of the engine before", () => {
  it.each(ROWS)("%s", async (_sentence, toml, lines, told) => {
    const { toml: made, project, remarks } = await converted(toml);
    for (const line of lines) expect(made).toContain(line);
    expect(remarks.map(({ path }) => path.join(".")).sort()).toEqual([...told].sort());
    expect(project).not.toBeNull();
  });

  it("names conversations by their ids alone", async () => {
    const { old } = await converted(
      `${HEAD}[agents.a]\nkind = "persistent"\nsession_id = "--model=opus"\n[agents.b]\nkind = "persistent"\nsession_id = "0f8fad5b-d9cb"\n`,
    );
    expect(old.conversations).toEqual({ b: "0f8fad5b-d9cb" });
  });

  it("never says where the old state lies: the new one is isolated", async () => {
    const { toml, old } = await converted(`${HEAD}[agents.a]\nkind = "persistent"\n`);
    expect(toml).toContain('log_dir = ".ao-state"');
    expect(toml).not.toContain("/srv/x/logs");
    expect(old.logDir).toBe("/srv/x/logs");
  });

  it("comes out as a file that reads as what was meant, whatever its texts hold", async () => {
    const text = 'a "quote", a \\\\ and \\u007f {x}';
    const { toml, project } = await converted(
      `${HEAD}[agents.a]\nkind = "persistent"\nargs = [${JSON.stringify(text)}, "\\u0020"]\n`,
    );
    const { problems } = await readAgentsFile("agents.toml", new TextEncoder().encode(toml));
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(project?.agents[0]?.args).toEqual([text, " "]);
  });
});
