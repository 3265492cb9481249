import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import type { Phase } from "./observer/handoffs.ts";

const ENGINE = path.join(import.meta.dirname, "..");
const DEMO = path.join(ENGINE, "../../projects/demo");

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A project in a folder of its own, with programs of its own first on its PATH. */
export interface World {
  readonly home: string;
  readonly state: string;
  readonly config: string;
  readonly socket: string;
  readonly phases: readonly Phase[];
  /** Takes the phases after this one out of agents.toml, while it runs; says which are left. */
  endAfter(id: string): Promise<readonly Phase[]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The small files that the hook reads. */
  chaos(name: "plan" | "offset" | "refuse", text: string): Promise<void>;
  /** The command line, as a person would use it. */
  agents(verb: string, ...words: readonly string[]): Promise<Ran>;
  tmux(...words: readonly string[]): Promise<Ran>;
}

export const BIN = path.join(ENGINE, "src/bin.ts");

/** Durations for people who can't wait. A tick of a second or less would keep the watchdog from ending. */
const SUPERVISION: Readonly<Record<string, string>> = {
  signal_tick: '"1500ms"',
  heavy_tick: '"2s"',
  backoff: '["50ms"]',
  restart_gap: '"0s"',
  stop_grace: '"500ms"',
  start_limit: "1000",
};

export interface WorldPlan {
  readonly phases: readonly Phase[];
  /** Tables of agents.toml, for a project that is not like the demo. */
  readonly agents?: string;
  readonly supervision?: Readonly<Record<string, string>>;
  readonly pace?: string;
  readonly declared?: string;
}

export async function makeWorld(plan: WorldPlan): Promise<World> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-chaos-")));
  const state = path.join(home, "state");
  const env = {
    PATH: `${home}/bin:${process.env.PATH}`,
    HOME: process.env.HOME,
    LC_ALL: "C.UTF-8",
    FLEET_NODE: `${home}/bin/node`,
  };
  await writePrograms(home);
  await mkdir(path.join(home, "chaos"));
  await writeFile(path.join(home, "agents.toml"), tomlOf(plan));
  for (const part of ["prompts", "scripts"])
    await cp(path.join(DEMO, part), path.join(home, part), { recursive: true });
  await mkdir(path.join(home, "plans"));
  for (const { id, gates } of plan.phases)
    await writeFile(
      path.join(home, `plans/${id}.md`),
      gates.map((gate) => `- gate ${gate}: build\n`).join(""),
    );
  const socket = path.join(state, "tmux.sock");
  return {
    home,
    state,
    config: path.join(home, "agents.toml"),
    socket,
    phases: plan.phases,
    async endAfter(id) {
      const phases = plan.phases.slice(0, plan.phases.findIndex((phase) => phase.id === id) + 1);
      await writeFile(path.join(home, "agents.toml"), tomlOf({ ...plan, phases }));
      return phases;
    },
    env,
    chaos: (name, text) => writeFile(path.join(home, "chaos", name), text),
    agents: (verb, ...words) =>
      run(path.join(ENGINE, "agents"), [verb, "--config", home, ...words], env, home),
    tmux: (...words) => run("tmux", ["-S", socket, "-f", "/dev/null", ...words], env, home),
  };
}

/** A node that loads the hook first, and a date that is as wrong as the watchdog's clock. */
async function writePrograms(home: string): Promise<void> {
  await mkdir(path.join(home, "bin"));
  const hook = path.join(import.meta.dirname, "hook.ts");
  const node = `CHAOS_HOME='${home}/chaos' NODE_COMPILE_CACHE='${CACHE}' exec '${process.execPath}' --import '${hook}' "$@"`;
  const date = `offset=$(cat '${home}/chaos/offset' 2>/dev/null)
[ "\${*}" = '-u +%s' ] || [ "\${*}" = '+%s' ] || exec /bin/date "$@"
echo $(($(/bin/date +%s) + \${offset:-0} / 1000))`;
  for (const [name, text] of Object.entries({ node, date }))
    await writeFile(path.join(home, "bin", name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** What Node made of the engine's sources, for the hundreds of starts of a run. */
const CACHE = path.join(tmpdir(), "fleet-chaos-cache");

export const phasesOf = (count: number, gates = 2): readonly Phase[] =>
  Array.from({ length: count }, (_, nth) => ({
    id: `p${nth + 1}`,
    gates: Array.from({ length: gates }, (__, gate) => `p${nth + 1}.${gate + 1}`),
  }));

function tomlOf({ phases, agents, supervision, pace = "0.02", declared = "60" }: WorldPlan): string {
  const policy = Object.entries({ ...SUPERVISION, ...supervision }).map(
    ([key, value]) => `${key} = ${value}`,
  );
  return `[defaults]
session_prefix = "demo-"
log_dir = "state"
backend = "demo"
model = "sonnet"
[backends.demo]
env = { DEMO_PACE = "${pace}", DEMO_WAIT = "${declared}" }
[supervision]
${policy.join("\n")}
${agents ?? DEMO_AGENTS}
${phases.length === 0 ? "" : loopOf(phases)}`;
}

const DEMO_AGENTS = `[agents.orchestrator]
kind = "persistent"
watch = "heal"
prompt = "prompts/startup.md"
[agents.builder]
kind = "loop"
watch = "heal+stall"
workdir = "clones/builder"
[agents.adversary]
kind = "loop"
watch = "heal+stall"
workdir = "clones/adversary"
[services.forge]
command = ["scripts/forge.sh"]`;

const loopOf = (phases: readonly Phase[]): string => `[loop]
kickoff_template = "prompts/kickoff.md"
roles_dir = "prompts"
docs_dir = "machine-docs"
done_by = "builder"
phases = [${phases.map(({ id }) => `{ id = "${id}", plan = "${id}.md" }`).join(", ")}]
[loop.handoff]
repo = "clones/builder"
branch = "main"
claim = "adversary"
review = "builder"
`;

/** A program to its end, with all that it said. */
export function run(
  file: string,
  args: readonly string[],
  env: World["env"],
  cwd: string,
  input = "",
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: { ...env }, cwd });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, out }));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

export const removeWorld = ({ home }: World): Promise<void> =>
  rm(home, { recursive: true, force: true, maxRetries: 3 });

/** Asks again until it is so; the only way to wait for something here. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  seconds = 30,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(20);
  }
}
