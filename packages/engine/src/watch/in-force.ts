import { chooseBackend, NO_OVERRIDES } from "../choose-model.ts";
import type { Project } from "../project.ts";
import { FRESH_RECORD } from "./record.ts";
import type { Records } from "./records.ts";

/** The project with each agent on the backend that it runs on, or would be started on now: LOOP_BACKEND counts from the next start. */
export function onBackends(
  project: Project,
  { agents: records }: Pick<Records, "agents">,
  env: Readonly<Record<string, string>>,
): Project {
  const overrides = { ...NO_OVERRIDES, env };
  const agents = project.agents.map((agent) => {
    const { run } = records[agent.name] ?? FRESH_RECORD;
    const backend = run?.backend ?? chooseBackend(agent, overrides);
    return backend === agent.backend || agent.backend === null ? agent : { ...agent, backend };
  });
  return { ...project, agents };
}
