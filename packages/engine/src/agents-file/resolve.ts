import { BUILT_IN_MODELS } from "../choose-model.ts";
import type { Agent, BackendSettings, Handoff, Kind, Loop, Project, Watch } from "../project.ts";
import type { AgentsToml } from "./schema.ts";

const WATCH: Readonly<Record<Exclude<Kind, "service">, Watch>> = {
  persistent: "heal",
  loop: "heal+stall",
  task: "none",
};

/** The file with its defaults filled in and its short forms written out. */
export function resolveProject(file: AgentsToml): Project {
  const { defaults } = file;
  const agents = [
    ...Object.entries(file.agents).map(([name, agent]) => resolveAgent(name, agent, defaults)),
    ...Object.entries(file.services).map(([name, service]) => resolveService(name, service, defaults)),
  ];
  return {
    session_prefix: defaults.session_prefix,
    log_dir: defaults.log_dir,
    models: { ...BUILT_IN_MODELS, ...file.models },
    backends: Object.fromEntries(
      Object.entries(file.backends).flatMap(([name, settings]) =>
        settings === undefined ? [] : [[name, resolveSettings(settings)]],
      ),
    ),
    agents,
    loop: file.loop === undefined ? null : resolveLoop(file.loop, agents),
    supervision: file.supervision,
  };
}

type Defaults = AgentsToml["defaults"];

const resolveAgent = (name: string, agent: AgentsToml["agents"][string], defaults: Defaults): Agent => ({
  name,
  kind: agent.kind,
  enabled: agent.enabled,
  session: defaults.session_prefix + (agent.session ?? name),
  workdir: agent.workdir ?? defaults.workdir,
  backend: agent.backend ?? defaults.backend,
  model: agent.model ?? defaults.model ?? null,
  watch: agent.watch ?? WATCH[agent.kind],
  role: agent.role ?? name,
  prompt: agent.prompt ?? null,
  command: null,
  serves: null,
  args: agent.args,
  deny_args: agent.deny_args,
  schedule: agent.schedule === undefined ? null : { cron: agent.schedule, tz: agent.tz ?? "UTC" },
  start: agent.start ?? "use-or-create",
});

const resolveService = (
  name: string,
  service: AgentsToml["services"][string],
  defaults: Defaults,
): Agent => ({
  name,
  kind: "service",
  enabled: service.enabled,
  session: defaults.session_prefix + (service.session ?? name),
  workdir: service.workdir ?? defaults.workdir,
  backend: null,
  model: null,
  watch: "heal",
  role: name,
  prompt: null,
  command: service.command ?? null,
  serves: service.serves ?? null,
  args: [],
  deny_args: [],
  schedule: null,
  start: "use-or-create",
});

type FileSettings = NonNullable<AgentsToml["backends"]["opencode" | "codex"]>;

const resolveSettings = (settings: FileSettings): BackendSettings => ({
  command: settings.command ?? null,
  args: settings.args,
  env: settings.env,
  env_file: settings.env_file ?? null,
  server: ("server" in settings ? settings.server : null) ?? null,
  trust_workdirs: "trust_workdirs" in settings && settings.trust_workdirs,
});

type FileLoop = NonNullable<AgentsToml["loop"]>;

function resolveLoop(loop: FileLoop, agents: readonly Agent[]): Loop {
  const loops = agents.filter(({ kind }) => kind === "loop").map(({ name }) => name);
  return {
    kickoff_template: loop.kickoff_template ?? null,
    roles_dir: loop.roles_dir ?? null,
    docs_dir: loop.docs_dir,
    done_by: loop.done_by,
    done_source: loop.done_source,
    phases: loop.phases.map(({ id, plan, models }) => ({
      id,
      plan,
      models: typeof models === "string" ? Object.fromEntries(loops.map((name) => [name, models])) : models,
    })),
    on_complete: resolveOnComplete(loop.on_complete),
    handoff: (loop.handoff ?? null) satisfies Handoff | null,
  };
}

/** The rules have seen to it that one of the two forms is whole. */
function resolveOnComplete(action: FileLoop["on_complete"]): Loop["on_complete"] {
  if (action?.command !== undefined) return { command: action.command };
  if (action?.agent === undefined || action.message === undefined) return null;
  return { agent: action.agent, message: action.message };
}
