import { FAILURES, Failure, renderFailure, type World } from "@fleet/engine";
import { type FleetProject, type FoundFleet, pickProjects, runEngine } from "@fleet/fleet";
import { jsonList } from "../render.ts";

/** Named projects, or all of them when the user says so: a word that is forgotten must not stop a whole fleet. */
export function chooseProjects(
  found: FoundFleet,
  names: readonly string[],
  all: boolean,
  verb: string,
): readonly FleetProject[] {
  if (all && names.length > 0)
    throw new Failure("WRONG_USAGE", `${verb} takes names or --all, not both`, {
      hint: `fleet ${verb} --all`,
    });
  if (all) return found.fleet.projects;
  if (names.length > 0) return pickProjects(found, names);
  const known = found.fleet.projects.map(({ name }) => name).join(", ");
  throw new Failure("WRONG_USAGE", `${verb} needs the name of a project, or --all`, {
    hint: known === "" ? "there is none yet: fleet create-project NAME" : `projects: ${known}`,
  });
}

/** One after the other. One that fails does not keep the others from their turn; the worst exit code counts. */
export async function runOnEach(
  found: FoundFleet,
  projects: readonly FleetProject[],
  argv: readonly string[],
  world: World,
): Promise<number> {
  const [only] = projects;
  if (only !== undefined && projects.length === 1) return runEngine(found, only, argv, world);
  const json = argv.includes("--json");
  const answers: string[] = [];
  let worst = 0;
  for (const project of projects) {
    if (world.signal.aborted) return 130;
    if (!json) world.out(`${project.name}:\n`);
    let answer = "";
    const out = json
      ? (text: string) => {
          answer += text;
        }
      : world.out;
    worst = Math.max(worst, await runOrSay(found, project, argv, { ...world, out }));
    if (answer.trim() !== "") answers.push(answer);
  }
  if (json) world.out(jsonList(answers));
  return worst;
}

async function runOrSay(
  found: FoundFleet,
  project: FleetProject,
  argv: readonly string[],
  world: World,
): Promise<number> {
  try {
    return await runEngine(found, project, argv, world);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.err(renderFailure("fleet", error));
    return FAILURES[error.code];
  }
}
