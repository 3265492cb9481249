import path from "node:path";
import { parseEnv } from "node:util";
import type { Launch, LaunchRequest } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import { refusalOf } from "../choose-args.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { type Course, phaseOf, statusFile } from "../watch/course.ts";
import { renderKickoff } from "../watch/kickoff.ts";
import { assetText } from "./assets.ts";
import type { Disk } from "./disk.ts";
import { doorFolder } from "./door.ts";
import { type Environment, pick } from "./environment.ts";
import { eventsFolder } from "./informer.ts";
import type { Site } from "./site.ts";
import type { Opening } from "./tmux-script.ts";

export interface Start {
  readonly agent: Agent;
  readonly instance: string;
  readonly model: string | null;
  readonly resume: LaunchRequest["resume"];
  readonly course: Course | null;
}

/** What is not there that an agent needs; null when nothing. Asked at each tick while it does not run, so it is one look at the disk. */
export async function lackOf(
  site: Site,
  agent: Agent,
  disk: Disk,
  reaches: (url: string) => Promise<boolean>,
): Promise<string | null> {
  if (agent.backend !== null && BACKENDS[agent.backend] === undefined)
    return `this engine can't run the backend "${agent.backend}" yet`;
  const workdir = path.resolve(site.root, agent.workdir);
  if (!disk.exists(workdir)) return `its workdir ${agent.workdir} is not there yet`;
  const server = site.project.backends[agent.backend ?? ""]?.server ?? null;
  if (server === null) return null;
  if (!(await reaches(server))) return `its server ${server} does not answer`;
  return "this engine can't attach to a shared server yet: without `server` each agent runs its own";
}

/** Puts on disk what the agent will read, and says how to open its session. */
export async function prepare(
  site: Site,
  start: Start,
  environment: Environment,
  disk: Disk,
): Promise<Opening> {
  const { agent, instance } = start;
  const launch =
    agent.command === null ? await launchAgent(site, start, disk) : launchService(site, agent.command, agent);
  for (const [file, asset] of Object.entries(launch.assets)) await writeProgram(file, assetText(asset), disk);
  for (const [file, text] of Object.entries(launch.files)) await writeIfNew(file, text, 0o600, disk);
  const settings = agent.backend === null ? null : (site.project.backends[agent.backend] ?? null);
  const passes = agent.backend === null ? [] : (BACKENDS[agent.backend]?.passes ?? []);
  const env = {
    ...only(pick(environment, passes), passes),
    ...settings?.env,
    ...(await readEnvFile(site, settings?.env_file ?? null, disk)),
    ...launch.env,
    FLEET_PROJECT: site.id,
    FLEET_AGENT: agent.name,
    FLEET_INSTANCE: instance,
    ...(hearsOf(agent) ? { FLEET_EVENTS: eventsFolder(site.state) } : {}),
    ...(hasDoor(agent) ? { FLEET_DOOR: doorFolder(site.state, agent.name) } : {}),
  };
  return { session: agent.session, argv: launch.argv, cwd: launch.cwd, env, project: site.id, instance };
}

async function launchAgent(
  site: Site,
  { agent, instance, model, resume, course }: Start,
  disk: Disk,
): Promise<Launch> {
  const backend = BACKENDS[agent.backend ?? ""];
  const settings = site.project.backends[agent.backend ?? ""] ?? null;
  const refusal = refusalOf(agent, settings);
  if (refusal !== null) throw new Failure("DENIED", refusal);
  if (backend === undefined) throw new Failure("ENGINE_FAILED", `no backend is called ${agent.backend}`);
  const hook = path.join(site.state, "hook.sh");
  if (backend.hears !== undefined) {
    await writeProgram(hook, assetText("hook"), disk);
    await disk.makeFolder(eventsFolder(site.state));
  }
  if (backend.door) await disk.makeFolder(doorFolder(site.state, agent.name));
  const text = resume !== null ? null : await kickoffText(site, agent, course, disk);
  const kickoff = path.join(site.state, `kickoff-${agent.session}.txt`);
  if (text !== null) await disk.write(kickoff, text);
  return backend.launch({
    agent: agent.name,
    workdir: path.resolve(site.root, agent.workdir),
    state: site.state,
    instance,
    model,
    args: agent.args,
    settings,
    first: text === null ? null : `Read ${kickoff} and do what it says.`,
    resume,
    hook,
  });
}

/** A loop gets its phase's kickoff, everyone else the prompt file; null when there is neither. */
async function kickoffText(
  site: Site,
  agent: Agent,
  course: Course | null,
  disk: Disk,
): Promise<string | null> {
  const { loop } = site.project;
  const phase = loop === null ? null : phaseOf(loop, course);
  if (agent.kind !== "loop" || loop?.kickoff_template == null || phase === null)
    return agent.prompt === null ? null : read(site, agent.prompt, disk);
  const template = await read(site, loop.kickoff_template, disk);
  const role = loop.roles_dir === null ? "" : await read(site, `${loop.roles_dir}/${agent.role}.md`, disk);
  const status = statusFile(loop, phase.id);
  return renderKickoff(template, { phase_id: phase.id, plan: phase.plan, status, role: agent.role }, role);
}

async function read(site: Site, file: string, disk: Disk): Promise<string> {
  const text = await disk.read(path.resolve(site.root, file));
  if (text === null) throw new Failure("FILE_MISSING", `there is no ${file}`);
  return text;
}

/** A command with a slash is a file of the project's; one without is looked up on PATH. */
function launchService(site: Site, command: readonly [string, ...string[]], agent: Agent): Launch {
  const [program, ...args] = command;
  const file = program.includes("/") ? path.resolve(site.root, program) : program;
  return {
    argv: [file, ...args],
    cwd: path.resolve(site.root, agent.workdir),
    env: {},
    assets: {},
    files: {},
  };
}

const writeProgram = (file: string, text: string, disk: Disk): Promise<void> =>
  writeIfNew(file, text, 0o700, disk);

/** A program may be running it: what has not changed is left alone. */
async function writeIfNew(file: string, text: string, mode: number, disk: Disk): Promise<void> {
  if ((await disk.read(file)) === text) return;
  await disk.write(file, text, mode);
}

async function readEnvFile(site: Site, file: string | null, disk: Disk): Promise<Record<string, string>> {
  if (file === null) return {};
  const values = parseEnv(await read(site, file, disk));
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const hasDoor = ({ backend }: Agent): boolean => BACKENDS[backend ?? ""]?.door === true;

const hearsOf = ({ backend }: Agent): boolean => BACKENDS[backend ?? ""]?.hears !== undefined;

const only = (env: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)));
