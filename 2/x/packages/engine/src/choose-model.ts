import type { Agent, Loop, Project } from "./project.ts";

/** Aliases that need no [models] table. A table may name them anew. */
export const BUILT_IN_MODELS: Readonly<Record<string, string>> = {
  opus: "claude-opus-4-8",
  sonnet: "claude-sonnet-4-6",
  haiku: "claude-haiku-4-5",
};

/** What besides agents.toml may name a model or a backend. Nothing named is null; an empty variable counts as nothing. */
export interface Overrides {
  readonly model: string | null;
  readonly backend: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const NO_OVERRIDES: Overrides = { model: null, backend: null, env: {} };

/**
 * The full id of the model an agent runs, or null when nothing names one.
 *
 * The flag, then LOOP_MODEL, then a task's own variable, then the phase, then
 * the agent or [defaults]. LOOP_MODEL is for loop and task agents only.
 */
export function chooseModel(
  project: Pick<Project, "models" | "loop">,
  agent: Agent,
  phase: string | null,
  overrides: Overrides = NO_OVERRIDES,
): string | null {
  if (agent.kind === "service") return null;
  const named =
    set(overrides.model) ??
    fromEnvironment(agent, overrides, "MODEL") ??
    phaseModel(project.loop, agent, phase) ??
    agent.model;
  return named === null ? null : resolveModel(project.models, named);
}

/** The backend an agent runs on, by the same rule without the phase. */
export function chooseBackend(agent: Agent, overrides: Overrides = NO_OVERRIDES): string | null {
  if (agent.kind === "service") return null;
  return set(overrides.backend) ?? fromEnvironment(agent, overrides, "BACKEND") ?? agent.backend;
}

export const resolveModel = (models: Readonly<Record<string, string>>, name: string): string =>
  Object.hasOwn(models, name) ? (models[name] ?? name) : name;

const set = (text: string | null | undefined): string | null => (text == null || text === "" ? null : text);

function fromEnvironment(agent: Agent, { env }: Overrides, what: "MODEL" | "BACKEND"): string | null {
  const loop = agent.kind === "loop" || agent.kind === "task" ? set(env[`LOOP_${what}`]) : null;
  const own = agent.kind === "task" ? set(env[`${variablePrefix(agent.name)}_${what}`]) : null;
  return loop ?? own;
}

/** UPGRADER of upgrader, NIGHTLY_BUILD of nightly-build. */
export const variablePrefix = (name: string): string => name.toUpperCase().replaceAll("-", "_");

function phaseModel(loop: Loop | null, agent: Agent, phase: string | null): string | null {
  if (agent.kind !== "loop") return null;
  const models = loop?.phases.find(({ id }) => id === phase)?.models;
  return models !== undefined && Object.hasOwn(models, agent.name) ? (models[agent.name] ?? null) : null;
}
