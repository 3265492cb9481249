import { defineCommand, Failure, type World } from "@fleet/engine";
import {
  askStatus,
  type FleetProject,
  type FoundFleet,
  findFleet,
  pickProjects,
  runEngine,
} from "@fleet/fleet";
import { type ProjectLine, renderSummary, summaryJson } from "../render.ts";
import { jsonFlag, toWords } from "./flags.ts";

/** So many engines are asked at the same time. */
const AT_ONCE = 8;

export const statusCommand = defineCommand({
  name: "status",
  about: "show how the projects are, or with a name how its agents are; changes nothing",
  operands: "[project..]",
  flags: {
    ...jsonFlag,
    output: {
      type: "string",
      short: "o",
      about: "wide: since when, and why",
      choices: ["wide"],
      value: "FORMAT",
    },
  },
  examples: [
    ["fleet status", "a line for each project"],
    ["fleet status demo", "the phase, and a line for each agent"],
    ["fleet status --json", "everything, for scripts"],
  ],
  async run(names, flags, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const [only] = pickProjects(found, names);
    if (only !== undefined && names.length === 1)
      return runEngine(found, only, ["status", ...toWords(flags)], world);
    const projects = names.length === 0 ? found.fleet.projects : pickProjects(found, names);
    const lines = await askAll(found, projects, world);
    world.out(flags.json ? summaryJson(lines) : renderSummary(lines));
    return lines.some(({ status }) => status === null) ? 1 : 0;
  },
});

async function askAll(
  found: FoundFleet,
  projects: readonly FleetProject[],
  world: World,
): Promise<readonly ProjectLine[]> {
  const lines: ProjectLine[] = [];
  const waiting = projects.entries();
  const work = async () => {
    for (const [index, project] of waiting) lines[index] = await ask(found, project, world);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return lines;
}

/** What can't be asked has a line too, which says why. */
async function ask(found: FoundFleet, project: FleetProject, world: World): Promise<ProjectLine> {
  try {
    return { project, status: await askStatus(found, project, world), because: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { project, status: null, because: error.message };
  }
}
