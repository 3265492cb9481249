import { existsSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import {
  createGit,
  digest,
  type Git,
  isLocal,
  originOf,
  pick,
  readText,
  run,
  type World,
} from "@fleet/engine";
import type { EngineStatus } from "../engine/status.ts";
import type { ProjectSnapshot } from "../facts/snapshot.ts";
import { inParallel } from "../in-parallel.ts";
import type { ProjectFacts, RemoteFact, ServerFacts, StateFacts } from "./facts.ts";
import { type Known, unfoundIn } from "./look-programs.ts";

/** A remote that takes longer is no help to an agent. */
const PATIENCE = 5_000;

/** What is seen once for all projects. */
export interface Seen {
  /** The paths on which somebody listens. */
  readonly listening: ReadonlySet<string>;
  readonly processes: readonly OurProcess[];
}

/** A process of some run. */
interface OurProcess {
  readonly pid: number;
  /** The id of its project. */
  readonly project: string;
  readonly agent: string;
  readonly instance: string;
}

/** Looks at one project that can be read. */
export async function lookAtProject(
  known: Known,
  { files }: ProjectSnapshot,
  status: EngineStatus | null,
  seen: Seen,
  { env }: World,
): Promise<ProjectFacts> {
  const { name, folder, project } = known;
  const state = path.resolve(folder, project.log_dir);
  const socket = path.join(state, "tmux.sock");
  const listens = seen.listening.has(socket);
  const agents = project.agents.filter(({ enabled, schedule }) => enabled && schedule === null);
  const watchdog = status?.watchdog?.pid ?? null;
  const [stateFacts, server, nameless, remotes, wished, runs, PATH] = await Promise.all([
    lookAtState(state, socket, listens),
    listens ? askServer(socket, env) : null,
    namelessIn(known, env),
    lookAtRemotes(known, env),
    isWished(state),
    instancesIn(state),
    watchdog === null ? null : pathOf(watchdog),
  ]);
  const ours = seen.processes.filter((one) => one.project === digest(state));
  return {
    ...{ name, folder, agents: agents.length, wished, server, remotes, nameless },
    state: stateFacts,
    watched: watchdog !== null,
    unit: existsSync(path.join(state, "service.json")),
    running: status?.agents.filter((agent) => agent.state === "RUNNING").length ?? 0,
    unfound: PATH === null ? [] : unfoundIn(PATH, known),
    // Where the records can't be read nobody knows whose runs are over.
    leftovers: runs === null ? [] : ours.filter(({ instance }) => !runs.has(instance)),
    orphans: orphansIn(status),
    unignored: await unignoredIn(folder, files, env),
  };
}

/** Two lists of the kernel's. */
export const lookAround = async (): Promise<Seen> => ({
  listening: await listeningPaths(),
  processes: await ourProcesses(),
});

async function listeningPaths(): Promise<ReadonlySet<string>> {
  const list = await readFile("/proc/net/unix", "utf8").catch(() => "");
  return new Set([...list.matchAll(/ 00010000 \S+ \S+ +\d+ (\/.*)$/gm)].map(([, at = ""]) => at));
}

/** By the marks in their environment. The kernel shows us only our own. */
async function ourProcesses(): Promise<readonly OurProcess[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await inParallel(pids, 16, async (pid): Promise<readonly OurProcess[]> => {
    const environ = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
    const [project, agent, instance] = ["PROJECT", "AGENT", "INSTANCE"].map((name) =>
      variableIn(environ, `FLEET_${name}`),
    );
    if (project == null || agent == null || instance == null) return [];
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    const isOver = stat === "" || /^\d+ \(.*\) Z/s.test(stat);
    return isOver ? [] : [{ pid: Number(pid), project, agent, instance }];
  });
  return found.flat();
}

const variableIn = (environ: string, name: string): string | null =>
  new RegExp(`(?:^|\0)${name}=([^\0]*)`).exec(environ)?.[1] ?? null;

/** What a process was started with. */
const pathOf = async (pid: number): Promise<string | null> =>
  variableIn(await readFile(`/proc/${pid}/environ`, "latin1").catch(() => ""), "PATH");

async function lookAtState(state: string, socket: string, listens: boolean): Promise<StateFacts | null> {
  const socketLength = Buffer.byteLength(socket);
  const entry = await stat(state).catch(() => null);
  if (entry === null) return { path: state, own: true, mode: 0o700, socketLength, deadSocket: null };
  const lies = (await stat(socket).catch(() => null))?.isSocket() ?? false;
  return {
    path: state,
    own: entry.uid === process.getuid?.(),
    mode: entry.mode & 0o777,
    socketLength,
    deadSocket: lies && !listens ? socket : null,
  };
}

const ASKED = "#{version} #{remain-on-exit} #{destroy-unattached}";

/** A server that does not answer in time says nothing. */
async function askServer(socket: string, env: World["env"]): Promise<ServerFacts> {
  const words = ["-S", socket, "-f", "/dev/null", "display-message", "-p", ASKED];
  const ran = await run("tmux", words, { env: pick(env), timeout: PATIENCE }).catch(() => null);
  const [version = null, remain, destroy] = ran?.code === 0 ? ran.stdout.trim().split(" ") : [];
  return { socket, version, remainOnExit: yesNo(remain), destroyUnattached: yesNo(destroy) };
}

const yesNo = (word: string | undefined): boolean | null =>
  word === "on" || word === "1" ? true : word === "off" || word === "0" ? false : null;

/** Read as tolerantly as can be: an engine of any version wrote it. */
async function isWished(state: string): Promise<boolean> {
  const wishes = await readJson(path.join(state, "wishes.json"));
  if (wishes?.off === true) return false;
  return Object.values(asRecord(wishes?.agents)).some((wish) => asRecord(wish).state === "up");
}

/** Of the runs that are not over; null where that is not known. */
async function instancesIn(state: string): Promise<ReadonlySet<string> | null> {
  if (!existsSync(state)) return new Set();
  const records = await readJson(path.join(state, "records.json"));
  if (records === null) return null;
  const runs = Object.values(asRecord(records.agents)).map((record) => asRecord(asRecord(record).run));
  return new Set(runs.flatMap(({ instance }) => (typeof instance === "string" ? [instance] : [])));
}

async function readJson(file: string): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const text = await readText(file);
    return text === null ? null : asRecord(JSON.parse(text));
  } catch {
    return null;
  }
}

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

function orphansIn(status: EngineStatus | null): readonly string[] {
  const { orphans } = asRecord(status);
  return (Array.isArray(orphans) ? orphans : []).flatMap((one) => {
    const { session } = asRecord(one);
    return typeof session === "string" ? [session] : [];
  });
}

/** What `validate` found git not to ignore; and whether git has taken it. */
async function unignoredIn(
  folder: string,
  files: ProjectSnapshot["files"],
  env: World["env"],
): Promise<ProjectFacts["unignored"]> {
  const git = createGit(env, PATIENCE);
  const open = [...files].filter(([, fact]) => fact.tracked === true).map(([file]) => file);
  return Promise.all(
    open.map(async (file) => {
      const taken = await git(["-C", folder, "ls-files", "--", file]).catch(() => null);
      return { path: file, tracked: (taken?.stdout ?? "") !== "" };
    }),
  );
}

/** The folders in which agents of the real programs work, as far as they are there. */
const workdirsOf = ({ folder, project }: Known): readonly string[] => [
  ...new Set(
    project.agents
      .filter(({ enabled, backend }) => enabled && backend !== null && backend !== "demo")
      .map(({ workdir }) => path.resolve(folder, workdir))
      .filter((workdir) => existsSync(path.join(workdir, ".git"))),
  ),
];

/** As the agents' own git would know it: by the machine's settings, too, and by nothing of our environment. */
async function namelessIn(known: Known, env: World["env"]): Promise<readonly string[]> {
  const asked = await Promise.all(
    workdirsOf(known).map(async (workdir) => {
      const words = ["-C", workdir, "config", "--get", "user.email"];
      const ran = await run("git", words, { env: pick(env), timeout: PATIENCE }).catch(() => null);
      return ran?.code === 1 ? [path.relative(known.folder, workdir) || "."] : [];
    }),
  );
  return asked.flat();
}

/** Where agents push, and where handoffs are read: each once. */
async function lookAtRemotes(known: Known, env: World["env"]): Promise<readonly RemoteFact[]> {
  const git = createGit(env, PATIENCE);
  const handoff = known.project.loop?.handoff?.repo;
  const clones = [
    ...workdirsOf(known),
    ...(handoff === undefined ? [] : [path.resolve(known.folder, handoff)]),
  ];
  const urls = await Promise.all(clones.map((clone) => originOf(git, clone)));
  const distinct = [...new Set(urls.flatMap((url) => url ?? []))];
  return Promise.all(distinct.map((url) => lookAtRemote(url, git, env)));
}

async function lookAtRemote(url: string, git: Git, env: World["env"]): Promise<RemoteFact> {
  const byAgent = !isLocal(url) && !/^https?:/.test(url) && env.SSH_AUTH_SOCK !== undefined;
  const words = ["ls-remote", "--quiet", "--", url, "HEAD"];
  const [ran, without] = await Promise.all([
    git(words).catch(() => null),
    byAgent ? createGit({ ...env, SSH_AUTH_SOCK: undefined }, PATIENCE)(words).catch(() => null) : null,
  ]);
  const answers = ran?.code === 0;
  const said = ran?.stderr.trim().split("\n").at(-1) ?? "git is not installed";
  const because = ran?.timedOut ? `not within ${PATIENCE / 1000} s` : said;
  return { url, answers, because, byAgentOnly: answers && byAgent && without?.code !== 0 };
}
