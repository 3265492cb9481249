import type { Facts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { judgeMachine } from "./judge-machine.ts";
import { judgeProgram } from "./judge-programs.ts";
import { judgeProject } from "./judge-projects.ts";
import { judgeFleet } from "./judge-repositories.ts";

/** The machine first, for all else stands on it. */
export const judge = (facts: Facts): readonly Finding[] => [
  ...judgeMachine(facts),
  ...facts.programs.flatMap(judgeProgram),
  ...(facts.fleet === null ? [] : judgeFleet(facts.fleet)),
  ...(facts.fleet?.projects ?? []).flatMap((project) => judgeProject(project, facts.machine)),
];
