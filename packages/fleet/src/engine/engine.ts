import { existsSync } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import {
  createSurveyor,
  engineCommands,
  Failure,
  readText,
  runCommands,
  VERSION,
  type World,
} from "@fleet/engine";
import { readPin } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { isOwnEngine } from "./own.ts";
import { type EngineStatus, readStatus } from "./status.ts";

/*
 * The one door to a project's engine. A project runs the engine it is pinned
 * to, whatever this fleet would do itself: what is known of it is the command
 * line and the versioned JSON. Only a project of this repository that says
 * `engine = "workspace"` runs the engine's own source, without a process; and
 * so does one whose pinned engine is, byte for byte, made of that very source.
 */

/** Runs one verb of the project's engine as if the user had typed it in the project's folder. */
export async function runEngine(
  found: FoundFleet,
  project: FleetProject,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const folder = await projectFolder(found, project);
  if (project.engine === "workspace") {
    // Where this code runs as one file, the launcher is not beside it.
    const FLEET_AGENTS = path.join(found.root, "packages/engine/agents");
    return runInProcess(folder, argv, { ...world, env: { FLEET_AGENTS, ...world.env } });
  }
  const launcher = await findLauncher(found, project, world.cwd);
  // What this very code would answer needs no process. What it starts is started by the project's own launcher.
  if (isOwnEngine(path.dirname(launcher)))
    return runInProcess(folder, argv, { ...world, env: { ...world.env, FLEET_AGENTS: launcher } });
  // Only where it is needed: it takes longer to load than `status` to run.
  const { execa } = await import("execa");
  const child = execa(launcher, argv, {
    cwd: folder,
    env: { ...world.env, ...(world.color ? { FORCE_COLOR: "1" } : {}) },
    extendEnv: false,
    stdin: "inherit",
    buffer: false,
    reject: false,
    cancelSignal: world.signal,
  });
  child.stdout.setEncoding("utf8").on("data", world.out);
  child.stderr.setEncoding("utf8").on("data", world.err);
  const ended = await child;
  if (ended.isCanceled) return 130;
  if (ended.exitCode !== undefined) return ended.exitCode;
  throw new Failure("ENGINE_FAILED", `the engine of ${project.name} did not run to its end`, {
    cause: ended.cause,
    hint: ended.shortMessage ?? `try it yourself: ${launcher} ${argv.join(" ")}`,
  });
}

/** The same by this fleet's own engine, whatever the project is pinned to: for when that one fails, and it must be done. */
export async function runOwnEngine(
  found: Pick<FoundFleet, "root">,
  project: Pick<FleetProject, "name" | "path">,
  argv: readonly string[],
  world: World,
): Promise<number> {
  const folder = path.resolve(found.root, project.path);
  return runInProcess(folder, argv, {
    ...world,
    env: { FLEET_AGENTS: path.join(folder, "engine/agents"), ...world.env },
  });
}

const runInProcess = (cwd: string, argv: readonly string[], world: World): Promise<number> =>
  runCommands({ program: "fleet", about: "", version: VERSION, commands: engineCommands }, argv, {
    ...world,
    cwd,
  });

/** So many engines that need a process of their own are asked at the same time. */
const AT_ONCE = 8;
/** So many of the others are looked at in one process. */
const TOGETHER = 50;

/** Asks many engines how they are; each fails for itself. Those that are this very code are asked all at once, without a process. */
export async function askEach(
  found: FoundFleet,
  projects: readonly FleetProject[],
  world: World,
): Promise<readonly (EngineStatus | Failure)[]> {
  const survey = createSurveyor(world.env);
  const others: (() => Promise<void>)[] = [];
  const answers: (EngineStatus | Failure)[] = [];
  const own: Promise<void>[] = [];
  const begin = async (project: FleetProject, index: number): Promise<void> => {
    if (isInProcess(found, project)) answers[index] = await askHere(found, project, survey);
    else
      others.push(async () => {
        answers[index] = await askStatus(found, project, world).catch((error: unknown) => {
          if (error instanceof Failure) return error;
          throw error;
        });
      });
  };
  for (const [index, project] of projects.entries()) {
    own.push(begin(project, index));
    // While tmux looks at these, the next ones are read.
    if (index % TOGETHER === TOGETHER - 1) await new Promise(setImmediate);
  }
  const queue = others.values();
  const worker = async () => {
    for (const work of queue) await work();
  };
  await Promise.all([...own, ...Array.from({ length: AT_ONCE }, worker)]);
  return answers;
}

/** Is it asked without a process of its own? */
export const isInProcess = (found: FoundFleet, project: FleetProject): boolean =>
  existsSync(folderOf(found, project)) &&
  (project.engine === "workspace" || isOwnEngine(path.join(folderOf(found, project), "engine")));

/** What goes wrong with one project is that project's; it must not take the others' answers. */
async function askHere(
  found: FoundFleet,
  project: FleetProject,
  survey: ReturnType<typeof createSurveyor>,
): Promise<EngineStatus | Failure> {
  try {
    return await survey(path.join(folderOf(found, project), "agents.toml"));
  } catch (error) {
    const { message, ...more } = error instanceof Error ? error : new Error(String(error));
    const hint = "hint" in more && typeof more.hint === "string" ? { hint: more.hint } : {};
    return new Failure("ENGINE_FAILED", `the engine of ${project.name}: ${message}`, {
      cause: error,
      ...hint,
    });
  }
}

/** Asks the project's engine how it is. @throws Failure ENGINE_MISSING, ENGINE_FAILED, or what the engine says */
const askStatus = (found: FoundFleet, project: FleetProject, world: World): Promise<EngineStatus> =>
  askEngine(found, project, ["status", "--json"], readStatus, world);

/** What the project's engine answers to a question; `read` gives null for what it does not understand. */
export async function askEngine<T>(
  found: FoundFleet,
  project: FleetProject,
  argv: readonly string[],
  read: (text: string) => T | null,
  world: World,
): Promise<T> {
  let out = "";
  let err = "";
  const exit = await runEngine(found, project, argv, {
    ...world,
    color: false,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  if (exit !== 0) {
    const [said = "", ...more] = err.trim().split("\n");
    const message = said.replace(/^\w+: /, "") || `it exited ${exit} and said nothing`;
    const hint = more.map((line) => line.trim()).join("\n");
    throw new Failure(
      "ENGINE_FAILED",
      `the engine of ${project.name}: ${message}`,
      hint === "" ? {} : { hint },
    );
  }
  const answer = read(out);
  if (answer !== null) return answer;
  throw new Failure(
    "ENGINE_FAILED",
    `this fleet does not understand the answer of ${project.name}'s engine`,
    {
      hint: "one of the two is too old for the other: update the fleet, or the project's engine: fleet upgrade",
    },
  );
}

async function projectFolder(found: FoundFleet, project: FleetProject): Promise<string> {
  const folder = folderOf(found, project);
  const there = await stat(folder).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  if (there) return folder;
  throw new Failure(
    "FILE_MISSING",
    `${project.name} should be in ${project.path}, and there is no such folder`,
    {
      hint: `clone the project there, or correct its path in ${found.file}`,
    },
  );
}

async function findLauncher(found: FoundFleet, project: FleetProject, cwd: string): Promise<string> {
  const folder = folderOf(found, project);
  const launcher = path.join(folder, "engine/agents");
  if (await exists(launcher)) return launcher;
  const here = path.relative(cwd, folder) || ".";
  const modules = await readText(path.join(folder, ".gitmodules"));
  if (modules === null)
    throw new Failure("ENGINE_MISSING", `${project.name} has no engine: ${here}/engine is missing`, {
      hint: "add the engine as a submodule named engine; fleet create-project shows how a project looks",
    });
  // git takes a path on this machine for a submodule only when it is told that this is meant.
  const allow = /^\s*url\s*=\s*(\/|\.|file:)/m.test(modules) ? "-c protocol.file.allow=always " : "";
  throw new Failure("ENGINE_MISSING", `the engine of ${project.name} is not checked out yet`, {
    hint: `run: git -C ${quoted(here)} ${allow}submodule update --init engine`,
  });
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** Refuses a project whose engine is not the one that fleet.toml expects. @throws Failure DRIFTED */
export async function checkPin(found: FoundFleet, project: FleetProject): Promise<void> {
  if (project.engine === null || project.engine === "workspace") return;
  const pin = await readPin(await projectFolder(found, project));
  const actual = pin.is === "pinned" ? pin.checkedOut : null;
  if (actual === project.engine) return;
  throw new Failure(
    "DRIFTED",
    `${project.name} runs ${actual === null ? "no engine that it is pinned to" : `the engine ${actual}`}`,
    {
      hint: `${found.file} expects ${project.engine}: check that out in ${project.path}/engine, or correct fleet.toml (see: fleet pin)`,
    },
  );
}
