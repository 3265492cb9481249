import path from "node:path";
import { parseEnv } from "node:util";
import type { Attachment, Launch, LaunchRequest } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import { refusalOf } from "../choose-args.ts";
import { Failure } from "../problem.ts";
import type { Agent, BackendSettings } from "../project.ts";
import { type Course, phaseOf, statusFile } from "../watch/course.ts";
import { renderKickoff } from "../watch/kickoff.ts";
import { serverOf } from "../watch/server.ts";
import { assetText } from "./assets.ts";
import type { Disk } from "./disk.ts";
import { doorFolder } from "./door.ts";
import { type Environment, pick } from "./environment.ts";
import { eventsFolder } from "./informer.ts";
import type { Seat } from "./opencode-seats.ts";
import { furnish, openConversation, passwordOf, takeSeat, tmpOf } from "./opencode-server.ts";
import type { Site } from "./site.ts";
import { isTaped, tapeOf, tapesFolder } from "./tape.ts";
import type { Opening } from "./tmux-script.ts";

export interface Start {
  readonly agent: Agent;
  readonly instance: string;
  readonly model: string | null;
  readonly resume: LaunchRequest["resume"];
  readonly course: Course | null;
}

/** Puts on disk what the agent will read, and says how to open its session. */
export async function prepare(
  site: Site,
  start: Start,
  environment: Environment,
  disk: Disk,
): Promise<Opening> {
  const { agent, instance } = start;
  const launch = await launchOf(site, start, disk);
  for (const [file, asset] of Object.entries(launch.assets)) await writeProgram(file, assetText(asset), disk);
  for (const [file, text] of Object.entries(launch.files)) await writeIfNew(file, text, 0o600, disk);
  const settings = settingsOf(site, agent);
  const passes = BACKENDS[programOf(agent)]?.passes ?? [];
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
  const tape = isTaped(agent) ? tapeOf(site.state, agent.name) : null;
  if (tape !== null) await disk.makeFolder(tapesFolder(site.state));
  return {
    session: agent.session,
    argv: launch.argv,
    cwd: launch.cwd,
    env,
    project: site.id,
    instance,
    tape,
  };
}

const launchOf = async (site: Site, start: Start, disk: Disk): Promise<Launch> => {
  const { agent } = start;
  if (agent.serves !== null) return launchServer(site, agent, agent.serves, disk);
  return agent.command === null ? launchAgent(site, start, disk) : launchService(site, agent.command, agent);
};

async function launchAgent(
  site: Site,
  { agent, instance, model, resume, course }: Start,
  disk: Disk,
): Promise<Launch> {
  const backend = BACKENDS[agent.backend ?? ""];
  const settings = settingsOf(site, agent);
  const refusal = refusalOf(agent, settings);
  if (refusal !== null) throw new Failure("DENIED", refusal);
  if (backend === undefined) throw new Failure("ENGINE_FAILED", `no backend is called ${agent.backend}`);
  const hook = path.join(site.state, "hook.sh");
  if (backend.hears !== undefined) {
    await writeProgram(hook, assetText("hook"), disk);
    await disk.makeFolder(eventsFolder(site.state));
  }
  if (backend.door) await disk.makeFolder(doorFolder(site.state, agent.name));
  const isShared = serverOf(agent, site.project) !== null;
  // A conversation at a server is begun by us: one that nobody has told of yet is none to go on with.
  const isFresh = resume === null || (isShared && resume.id === null);
  const text = isFresh ? await kickoffText(site, agent, course, disk) : null;
  // Nothing else lies there: an agent may be allowed to read all of it.
  const kickoffs = path.join(site.state, "kickoffs");
  const kickoff = path.join(kickoffs, `${agent.session}.txt`);
  await disk.makeFolder(kickoffs);
  if (text !== null) await disk.write(kickoff, text);
  const workdir = path.resolve(site.root, agent.workdir);
  const first = text === null ? null : `Read ${kickoff} and do what it says.`;
  const seat: Omit<Seat, "session"> = {
    ...{ agent: agent.name, instance, model, directory: workdir },
    door: doorFolder(site.state, agent.name),
  };
  return backend.launch({
    ...{ agent: agent.name, workdir, state: site.state, instance, model },
    ...{ args: agent.args, settings, first, kickoffs, resume, hook },
    server: isShared ? await attach(site, agent, seat, first, resume?.id ?? null, disk) : null,
  });
}

/** Its conversation is there, it has a seat in it, and is told there what it is told first. */
async function attach(
  { project, state }: Site,
  agent: Agent,
  seat: Omit<Seat, "session">,
  first: string | null,
  conversation: string | null,
  disk: Disk,
): Promise<Attachment> {
  const { url, service } = serverOf(agent, project) ?? {};
  const password = service == null ? null : await passwordOf(state, service.name, disk);
  if (url === undefined || service == null || password === null)
    throw new Failure("ENGINE_FAILED", "its server is not there");
  const session = conversation ?? (await openConversation(url, password, seat.directory, agent.session));
  await takeSeat(state, service.name, { ...seat, session }, first, disk);
  return { url, password, conversation: session, tmp: tmpOf(state, service.name) };
}

/** The server that agents of this backend share. */
async function launchServer(site: Site, agent: Agent, backend: string, disk: Disk): Promise<Launch> {
  const settings = settingsOf(site, agent);
  const serve = BACKENDS[backend]?.serve;
  if (serve === undefined || settings?.server == null)
    throw new Failure("ENGINE_FAILED", `${backend} has no server to share`);
  await disk.makeFolder(eventsFolder(site.state));
  const { secret, seats, tmp } = await furnish(site.state, agent.name, disk);
  return serve({
    ...{ url: settings.server, password: secret, state: site.state, seats, tmp, settings },
    cwd: path.resolve(site.root, agent.workdir),
  });
}

/** The program that it runs, and how that is set. */
const programOf = ({ backend, serves }: Agent): string => backend ?? serves ?? "";
const settingsOf = ({ project }: Site, agent: Agent): BackendSettings | null =>
  project.backends[programOf(agent)] ?? null;

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

export async function readEnvFile(
  site: Site,
  file: string | null,
  disk: Disk,
): Promise<Record<string, string>> {
  if (file === null) return {};
  const values = parseEnv(await read(site, file, disk));
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const hasDoor = ({ backend }: Agent): boolean => BACKENDS[backend ?? ""]?.door === true;

const hearsOf = (agent: Agent): boolean => BACKENDS[programOf(agent)]?.hears !== undefined;

const only = (env: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => names.includes(name)));
