import { FAILURES, Failure, renderFailure, type World } from "@fleet/engine";
import {
  type FleetProject,
  type FoundFleet,
  inOrder,
  pickProjects,
  projectsTagged,
  runEngine,
} from "@fleet/fleet";
import { openProgress } from "../progress.ts";
import { type Ends, jsonList, renderEnd } from "../render.ts";

/** How a command that is about projects may be told which. */
export interface Choice {
  readonly all?: boolean | undefined;
  /** Several with commas between them. */
  readonly tag?: string | undefined;
}

/** Named or tagged projects, or all of them when the user says so: a word that is forgotten must not stop a whole fleet. */
export function chooseProjects(
  found: FoundFleet,
  names: readonly string[],
  { all = false, tag }: Choice,
  verb: string,
): readonly FleetProject[] {
  if (Number(names.length > 0) + Number(all) + Number(tag !== undefined) > 1)
    throw new Failure(
      "WRONG_USAGE",
      `${verb} takes names or --all${tag === undefined ? "" : " or --tag"}, not both`,
      {
        hint: `fleet ${verb} ${all ? "--all" : `--tag ${tag}`}`,
      },
    );
  if (all) return found.fleet.projects;
  if (tag !== undefined) return projectsTagged(found, tag.split(","));
  if (names.length > 0) return pickProjects(found, names);
  const known = found.fleet.projects.map(({ name }) => name).join(", ");
  throw new Failure("WRONG_USAGE", `${verb} needs the name of a project, or --all`, {
    hint: known === "" ? "there is none yet: fleet create-project NAME" : `projects: ${known}`,
  });
}

/** What is done with each of several projects. */
export interface Work {
  readonly argv: readonly string[];
  /** The last come first, and nobody is left out for another one's sake. */
  readonly reverse?: boolean;
  /** Nobody waits for anybody: it is the same whoever comes first. */
  readonly together?: boolean;
  /** What speaks against it. @throws Failure */
  check?(project: FleetProject): Promise<void>;
}

/** So many at the same time: most of it is waiting. */
const AT_ONCE = 4;
const TOGETHER = 16;

/** Those side by side that do not wait for each other. For one that fails only what comes after it is left out; the worst exit code counts. */
export async function runOnEach(
  found: FoundFleet,
  projects: readonly FleetProject[],
  work: Work,
  world: World,
): Promise<number> {
  const [only] = projects;
  if (only !== undefined && projects.length === 1) {
    await work.check?.(only);
    return runEngine(found, only, work.argv, world);
  }
  const json = work.argv.includes("--json");
  const progress = openProgress(world, work.argv[0] ?? "", projects.length);
  const answers = new Map<FleetProject, unknown>();
  const ends = new Map<FleetProject, number | { readonly after: FleetProject }>();
  const { together = false } = work;
  await inOrder(together ? [] : found.fleet.projects, projects, {
    atOnce: together ? TOGETHER : AT_ONCE,
    reverse: work.reverse ?? false,
    signal: world.signal,
    async take(project) {
      progress.begin(project.name);
      const said = await listen(found, project, work, world);
      progress.end(project.name);
      ends.set(project, said.exit);
      if (json) answers.set(project, answerOf(project, said));
      else world.out(`${project.name}:\n${said.out}`);
      world.err(said.err);
      return said.exit === 0 ? "done" : "failed";
    },
    ...(work.reverse || together ? {} : { skip: (project, after) => ends.set(project, { after }) }),
  });
  progress.close();
  if (world.signal.aborted) return 130;
  if (json) world.out(jsonList(projects.map((one) => answers.get(one) ?? leftOut(one, ends))));
  const note = renderEnd(work.argv[0] ?? "", ends);
  if (note !== null) world.err(note);
  return Math.max(
    0,
    ...[...ends.values()].map((end) => (typeof end === "number" ? end : FAILURES.AGENT_FAILED)),
  );
}

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
  readonly failure: Failure | null;
}

/** What one project says is kept together. */
async function listen(found: FoundFleet, project: FleetProject, work: Work, world: World): Promise<Said> {
  let out = "";
  let err = "";
  const own: World = {
    ...world,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  try {
    await work.check?.(project);
    return { exit: await runEngine(found, project, work.argv, own), out, err, failure: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { exit: FAILURES[error.code], out, err: err + renderFailure("fleet", error), failure: error };
  }
}

/** The engine's answer, with the name that this fleet knows its project by where it has none. */
function answerOf({ name }: FleetProject, { out, exit, failure }: Said): unknown {
  if (failure !== null) return sayFailure(name, failure.code, failure.message, failure.hint ?? null);
  try {
    return { project: name, ...JSON.parse(out) };
  } catch {
    return sayFailure(name, "ENGINE_FAILED", `it exited ${exit} without an answer`, null);
  }
}

const sayFailure = (project: string, code: string, message: string, hint: string | null) => ({
  project,
  error: { code, message, hint },
});

function leftOut(project: FleetProject, ends: Ends): unknown {
  const end = ends.get(project);
  const after = typeof end === "object" ? end.after.name : "another one";
  return sayFailure(project.name, "SKIPPED", `left out: it comes after ${after}, which failed`, null);
}
