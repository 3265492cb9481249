import { Delay, Duration, FileVersion } from "../diagnostics/checked.ts";
import { z } from "../zod.ts";
import {
  AgentName,
  Alias,
  Branch,
  ModelName,
  Name,
  PhaseId,
  ProjectPath,
  ServerUrl,
  SessionPrefix,
  StatePath,
  TimeZone,
  TopFile,
  VariableName,
} from "./texts.ts";

const Text = z.string().min(1);
const Command = z.tuple([Text], z.string());

const backendSettings = {
  command: Command.optional().describe("The program and its first arguments."),
  args: z.array(z.string()).default([]).describe("More arguments, for every agent."),
  env: z
    .record(VariableName, z.string())
    .default({})
    .describe("Environment variables. Secrets belong into env_file."),
  env_file: ProjectPath.optional().describe("A file of NAME=value lines, for secrets."),
};
const Settings = z.strictObject(backendSettings);
const OpencodeSettings = z.strictObject({
  ...backendSettings,
  server: ServerUrl.optional().describe(
    "opencode only: where the server is that its agents share, on this machine; a service with serves runs it. Without it each agent runs its own.",
  ),
});
const TrustingSettings = z.strictObject({
  ...backendSettings,
  trust_workdirs: z
    .boolean()
    .default(false)
    .describe(
      "codex and gemini only: its agents' workdirs are trusted, for their runs alone and in no file, so that no dialog asks. What lies in them may then configure the program.",
    ),
});

/** A table each, under their names; what each can do is in backends/. */
const Backends = z.strictObject({
  claude: Settings.optional().describe("Claude Code."),
  opencode: OpencodeSettings.optional().describe("opencode."),
  codex: TrustingSettings.optional().describe("Codex."),
  gemini: TrustingSettings.optional().describe("Gemini CLI."),
  demo: Settings.optional().describe("The demo agent: a small program that needs no account."),
});
const Backend = z.enum(Object.keys(Backends.shape) as (keyof typeof Backends.shape)[]);

const Defaults = z.strictObject({
  session_prefix: SessionPrefix.describe(
    "Begins the name of every tmux session of the project. No two projects may share it.",
  ),
  log_dir: StatePath.describe("The state directory. Nothing is written outside it."),
  backend: Backend.default("claude").describe("The agent program of agents that name none."),
  model: ModelName.optional().describe(
    "The model of agents that name none: an alias of [models], or a full id.",
  ),
  workdir: ProjectPath.default(".").describe("Where agents that name no folder work."),
});

const Agent = z.strictObject({
  kind: z
    .enum(["persistent", "loop", "task"])
    .describe(
      "persistent: the conversation is kept. loop: a fresh conversation at every start. task: one run, then left for review.",
    ),
  watch: z
    .enum(["none", "heal", "heal+stall"])
    .optional()
    .describe(
      'What the watchdog does. Default: "heal" for persistent, "heal+stall" for loop, "none" for task.',
    ),
  enabled: z
    .boolean()
    .default(true)
    .describe("false: shown in status, skipped by up, may be started by hand."),
  backend: Backend.optional().describe("The agent program. Default: [defaults]."),
  model: ModelName.optional().describe("An alias of [models], or a full id. Default: [defaults]."),
  workdir: ProjectPath.optional().describe("Where it works. Default: [defaults]."),
  role: Name.optional().describe("Picks roles_dir/<role>.md. Default: the agent's name."),
  session: AgentName.optional().describe(
    "The session is <session_prefix><session>. Default: the agent's name.",
  ),
  prompt: ProjectPath.optional().describe("A file that is sent when a fresh conversation starts."),
  args: z.array(z.string()).default([]).describe("More arguments for the agent program."),
  deny_args: z.array(Text).default([]).describe("Arguments that it must never get."),
  schedule: Text.optional().describe("Tasks only: when to run, as five cron fields."),
  tz: TimeZone.optional().describe('Tasks only: the time zone of the schedule. Default: "UTC".'),
  start: z
    .enum(["use-or-create", "fresh"])
    .optional()
    .describe(
      'Tasks only. "use-or-create", the default: a busy run is left alone, any other is cleared. "fresh": always restart.',
    ),
});

const Service = z.strictObject({
  command: Command.optional().describe("The program and its arguments. This or serves."),
  serves: z
    .enum(["opencode"])
    .optional()
    .describe("The backend whose shared server it is: it is run where that backend's server says."),
  workdir: ProjectPath.optional().describe("Where it runs. Default: [defaults]."),
  enabled: z.boolean().default(true).describe("false: shown in status, skipped by up."),
  session: AgentName.optional().describe(
    "The session is <session_prefix><session>. Default: the service's name.",
  ),
});

const Phase = z.strictObject({
  id: PhaseId.describe("Names the phase, and the files of it in docs_dir."),
  plan: Text.describe("The plan, as the template puts it. It is not resolved."),
  models: z
    .union([ModelName, z.record(Name, ModelName)])
    .default({})
    .describe("The model of each loop agent in this phase, or one for all of them."),
});

const OnComplete = z.strictObject({
  agent: Name.optional().describe("Who hears that all phases are done."),
  message: Text.optional().describe("What they hear."),
  command: Command.optional().describe("A program to run instead."),
});

const Handoff = z.strictObject({
  repo: ProjectPath.describe("A clone whose remote is watched. The watchdog keeps a mirror of its own."),
  branch: Branch.default("main").describe("The branch on the remote."),
  claim: Name.default("adversary").describe('Who hears of a commit whose subject starts with "claim(".'),
  review: Name.default("builder").describe('Who hears of a commit whose subject starts with "review(".'),
  inbox: z
    .record(TopFile, Name)
    .default({})
    .describe("Files at the top of the branch, and who hears when one changes."),
});

const Loop = z.strictObject({
  kickoff_template: ProjectPath.optional().describe(
    "The first message of a loop agent, with the slots {phase_id} {plan} {status} {role}; {{ and }} for braces.",
  ),
  roles_dir: ProjectPath.optional().describe("Its <role>.md follows the template."),
  docs_dir: ProjectPath.default("machine-docs").describe(
    "In the workdir of done_by: STATUS-<id>.md and the others.",
  ),
  done_by: Name.describe("The agent whose workdir tells that a phase is done."),
  done_source: z
    .enum(["local", "pushed"])
    .default("local")
    .describe(
      'Which STATUS file counts. "local": the one in that workdir. "pushed": the one at the head of the branch of [loop.handoff].',
    ),
  phases: z.array(Phase).meta({ minItems: 1 }).describe("The steps, in order. At least one."),
  on_complete: OnComplete.optional().describe("What follows the last phase. Default: nothing."),
  handoff: Handoff.optional().describe("Wakes agents by commits on a remote."),
});

const Supervision = z.strictObject({
  signal_tick: Duration.prefault("30s").describe("How often to look at agents and handoffs."),
  heavy_tick: Duration.prefault("300s").describe("How often to look at what changes rarely."),
  stall_idle: Duration.prefault("300s").describe(
    "Silence of this length, while an agent should work, is a stall.",
  ),
  stall_grace: Duration.prefault("180s").describe(
    "Given on top of a declared wait before it counts as missed.",
  ),
  max_wait: Duration.prefault("600s").describe("A declared wait further ahead than this does not count."),
  start_timeout: Duration.prefault("120s").describe(
    "An agent that is not ready by then has failed to start.",
  ),
  catch_up: Delay.prefault("24h").describe(
    "A scheduled slot that passed while no watchdog ran is run late if it is not older than this.",
  ),
  healthy_after: Duration.prefault("10m").describe(
    "Uptime after which a death is the first again: the backoff begins anew.",
  ),
  backoff: z
    .array(Delay)
    .min(1)
    .prefault(["0s", "30s", "60s", "120s", "240s", "480s"])
    .describe("The wait before each automatic restart; the last goes on."),
  start_limit: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe("Automatic starts within the window before giving up."),
  start_limit_window: Duration.prefault("30m").describe("The window of start_limit."),
  restart_gap: Delay.prefault("10s").describe("At most one automatic restart in the project in this time."),
  turn_grace: Delay.prefault("120s").describe(
    'Given to a loop agent to end its turn when its phase is done. "0s": its run is ended at once.',
  ),
  quit_grace: Delay.prefault("3s").describe(
    'From the polite quit to the signal. "0s": no agent is asked to quit by itself.',
  ),
  stop_signal: z.enum(["TERM", "INT", "HUP"]).default("TERM").describe("Sent after the polite quit."),
  stop_grace: Duration.prefault("10s").describe("From the signal to the kill."),
  clock_jump: Duration.prefault("30s").describe("A step of the clock larger than this is a jump."),
});

/** agents.toml, key by key. The descriptions are the documentation. */
export const AgentsToml = z.strictObject({
  schema: FileVersion.optional().describe("The shape of this file. 1 is the only one, and the default."),
  defaults: Defaults.describe("What holds for the whole project."),
  models: z
    .record(Alias, ModelName)
    .default({})
    .describe("Aliases of models. opus, sonnet and haiku are built in."),
  backends: Backends.default({}).describe("How to start each agent program. All of it is optional."),
  agents: z
    .record(AgentName, Agent)
    .default({})
    .describe("The agents, by name. The order is that of status."),
  services: z.record(AgentName, Service).default({}).describe("Plain programs beside the agents, by name."),
  loop: Loop.optional().describe("The phases of a loop project."),
  supervision: Supervision.prefault({}).describe("When to look, when to worry, and how patient to be."),
});
export type AgentsToml = z.output<typeof AgentsToml>;
