import { columns, oneLine } from "@fleet/engine";
import type { Created, EngineStatus, FleetProject } from "@fleet/fleet";

/** The version of the JSON that this command makes itself. */
export const ANSWER_VERSION = 1;

/** One project in `fleet status`: what its engine says, or why it says nothing. */
export interface ProjectLine {
  readonly project: FleetProject;
  readonly status: EngineStatus | null;
  readonly because: string | null;
}

/** A line for each project. */
export const renderSummary = (lines: readonly ProjectLine[]): string =>
  lines.length === 0
    ? "no projects yet: fleet create-project NAME\n"
    : columns(lines.map(summaryRow)).join("\n").concat("\n");

function summaryRow({ project: { name, enabled }, status, because }: ProjectLine): readonly string[] {
  const label = enabled ? name : `${name} (disabled)`;
  if (status === null) return [label, "unknown", "-", oneLine(because ?? "")];
  const { phase, agents, watchdog } = status;
  const where =
    phase === null
      ? "-"
      : `${oneLine(phase.id)} [${phase.index < 0 ? "-" : phase.index + 1}/${phase.total}] (${oneLine(phase.state)})`;
  return [label, watchdog === null ? "stopped" : "RUNNING", where, countStates(agents)];
}

/** "4 RUNNING, 1 stopped", in the order in which the states come. */
function countStates(agents: EngineStatus["agents"]): string {
  const counts = Map.groupBy(agents, ({ state }) => state);
  return [...counts].map(([state, those]) => `${those.length} ${oneLine(state)}`).join(", ") || "no agents";
}

export const summaryJson = (lines: readonly ProjectLine[]): string =>
  `${JSON.stringify({
    schema_version: ANSWER_VERSION,
    projects: lines.map(({ project: { name, path, enabled }, status, because }) => ({
      name,
      path,
      enabled,
      status,
      error: because,
    })),
  })}\n`;

/** The answers of several engines as one. */
export const jsonList = (answers: readonly string[]): string =>
  `{"schema_version":${ANSWER_VERSION},"projects":[${answers.map((answer) => answer.trim()).join(",")}]}\n`;

/** What there is now, and what to do with it. */
export const renderCreated = ({ name, path, engine }: Created, file: string): string => `created ${path}
  a git repository of its own, with the engine at ${engine.slice(0, 7)}, registered in ${file} with enabled = false

next:
  1. set enabled = true under name = "${name}" in ${file}
  2. fleet validate
  3. fleet up ${name}          start it: one demo agent, which costs nothing
     fleet status ${name}
     fleet down ${name}
  then say in ${path}/agents.toml which agents it has
`;
