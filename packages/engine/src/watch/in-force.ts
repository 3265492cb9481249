import { argsFrom } from "../choose-args.ts";
import { chooseBackend, NO_OVERRIDES, resolveModel } from "../choose-model.ts";
import type { Agent, Project } from "../project.ts";
import { digest } from "./digest.ts";
import { FRESH_RECORD } from "./record.ts";
import type { Records } from "./records.ts";
import type { Instant } from "./time.ts";

/** What the watchdog goes by: agents.toml as it was last read well, and the agents that still run as an earlier one had them. */
export interface InForce {
  /** Of the text; "" when it is not known. */
  readonly hash: string;
  readonly project: Project;
  readonly outdated: readonly Outdated[];
  /** Why what stands in the file now is not in force. */
  readonly refused: { readonly hash: string; readonly because: string } | null;
}

/** An agent as it was started. */
export interface Outdated {
  readonly agent: Agent;
  /** Of all that it got at its start. */
  readonly launch: string;
}

/** What reading the file again came to. */
export type ConfigNews =
  | { readonly is: "valid"; readonly hash: string; readonly project: Project }
  /** It says again what is in force. */
  | { readonly is: "back"; readonly hash: string }
  | { readonly is: "invalid"; readonly hash: string; readonly because: string };

export type ConfigHappening = { readonly at: Instant } & (
  | {
      readonly what: "config-changed";
      readonly hash: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** These go on as they were started, until their next start. */
      readonly pending: readonly string[];
    }
  | { readonly what: "config-refused"; readonly because: string }
  | { readonly what: "config-mended" }
);

type Runs = (name: string) => boolean;

export const inForceOf = (hash: string, project: Project): InForce => ({
  hash,
  project,
  outdated: [],
  refused: null,
});

/** Whether a run of it goes on. */
export const runsOf =
  ({ agents }: Pick<Records, "agents">): Runs =>
  (name) =>
    agents[name]?.run != null;

/** Puts what was read in force, or says why not. The same news twice is told once. */
export function receive(
  before: InForce,
  news: ConfigNews,
  runs: Runs,
  at: Instant,
): { readonly inForce: InForce; readonly happenings: readonly ConfigHappening[] } {
  const because =
    news.is === "invalid" ? news.because : news.is === "valid" ? refusal(before, news.project, runs) : null;
  if (because !== null) {
    if (before.refused?.hash === news.hash && before.refused.because === because)
      return { inForce: before, happenings: [] };
    const refused = { hash: news.hash, because };
    return { inForce: { ...before, refused }, happenings: [{ at, what: "config-refused", because }] };
  }
  const mended: ConfigHappening[] = before.refused === null ? [] : [{ at, what: "config-mended" }];
  if (news.is !== "valid") return { inForce: { ...before, refused: null }, happenings: mended };
  const { hash, project } = news;
  const inForce: InForce = { hash, project, outdated: findOutdated(before, project, runs), refused: null };
  const named = (one: Project) => one.agents.map(({ name }) => name);
  const changed: ConfigHappening = {
    at,
    what: "config-changed",
    hash,
    added: named(project).filter((name) => !named(before.project).includes(name)),
    removed: named(before.project).filter((name) => !named(project).includes(name)),
    pending: pendingIn(inForce),
  };
  return { inForce, happenings: [...mended, changed] };
}

/** What can't change while a watchdog holds the state directory and sessions stand under their names. */
function refusal({ project: old, outdated }: InForce, project: Project, runs: Runs): string | null {
  const running = [...outdated.map(({ agent }) => agent), ...old.agents].filter(({ name }) => runs(name));
  for (const key of running.length === 0 ? (["log_dir"] as const) : (["log_dir", "session_prefix"] as const))
    if (old[key] !== project[key])
      return `${key} was "${old[key]}" and is "${project[key]}" now: that needs down and up`;
  for (const { name, session } of running) {
    const other = project.agents.find((agent) => agent.session === session && agent.name !== name);
    if (other !== undefined)
      return `${other.name} wants the session ${session}, in which ${name} still runs: stop ${name} first`;
  }
  return null;
}

/** Who runs with other settings than it would be started with now. */
const findOutdated = (before: InForce, project: Project, runs: Runs): readonly Outdated[] =>
  asStarted(before).filter(({ agent, launch }) => {
    const next = project.agents.find(({ name }) => name === agent.name);
    return runs(agent.name) && (next === undefined || launchOf(project, next) !== launch);
  });

/** Every agent with what it would have got at its start. */
const asStarted = ({ project, outdated }: InForce): readonly Outdated[] => {
  const others = project.agents.filter(({ name }) => !outdated.some(({ agent }) => agent.name === name));
  return [...outdated, ...others.map((agent) => ({ agent, launch: launchOf(project, agent) }))];
};

/** Everything of the file that an agent gets at its start and not before. */
function launchOf({ backends, models, loop }: Project, agent: Agent): string {
  const { watch: _, enabled: _e, schedule: _s, start: _t, ...own } = agent;
  const settings = backends[agent.backend ?? agent.serves ?? ""] ?? null;
  const model = agent.model === null ? null : resolveModel(models, agent.model);
  const kickoff =
    agent.kind !== "loop" || loop === null ? null : [loop.kickoff_template, loop.roles_dir, loop.docs_dir];
  return digest(JSON.stringify([{ ...own, model }, settings, kickoff]));
}

/** Who has ended is outdated no longer: its next start is by the file. */
export function release(before: InForce, runs: Runs): InForce {
  const outdated = before.outdated.filter(({ agent }) => runs(agent.name));
  return outdated.length === before.outdated.length ? before : { ...before, outdated };
}

/** Agents whose new settings wait for their next start. */
export const pendingIn = ({ project, outdated }: InForce): readonly string[] =>
  outdated
    .map(({ agent }) => agent.name)
    .filter((name) => project.agents.some((agent) => agent.name === name));

/** Agents that still run and are no longer in the file. */
export const orphansIn = ({ project, outdated }: InForce): readonly string[] =>
  outdated
    .map(({ agent }) => agent.name)
    .filter((name) => !project.agents.some((agent) => agent.name === name));

/** The project to go by: who runs is as it was started, but for what concerns the watchdog alone; orphans come last. */
export function projectIn(inForce: InForce): Project {
  const { project, outdated } = inForce;
  if (outdated.length === 0) return project;
  const orphans = orphansIn(inForce);
  const agents = project.agents.map((agent): Agent => {
    const old = outdated.find((one) => one.agent.name === agent.name)?.agent;
    const { watch, enabled, schedule, start } = agent;
    return old === undefined ? agent : { ...old, watch, enabled, schedule, start };
  });
  const left = outdated.map(({ agent }) => agent).filter(({ name }) => orphans.includes(name));
  return { ...project, agents: [...agents, ...left] };
}

/** The project with each agent on the backend that it runs on, or would be started on now, and with the arguments that it would get: the environment counts from the next start. */
export function withEnvironment(
  project: Project,
  { agents: records }: Pick<Records, "agents">,
  env: Readonly<Record<string, string>>,
): Project {
  const overrides = { ...NO_OVERRIDES, env };
  const agents = project.agents.map((agent) => {
    const { run } = records[agent.name] ?? FRESH_RECORD;
    const backend = run?.backend ?? chooseBackend(agent, overrides);
    const more = argsFrom(agent, env);
    if (agent.backend === null || (backend === agent.backend && more.length === 0)) return agent;
    return { ...agent, backend, args: [...agent.args, ...more] };
  });
  return { ...project, agents };
}
