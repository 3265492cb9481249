import type { Agent, Project } from "../project.ts";
import type { Records } from "./records.ts";

/*
 * Agents of one backend may share a server, which a service runs. An agent that
 * is attached to it is no more than a window: what it does, the server does.
 */

/** Where it attaches to a server, and the service that runs that; null for who runs on its own. */
export function serverOf(
  { backend }: Agent,
  { agents, backends }: Project,
): { readonly url: string; readonly service: Agent | null } | null {
  const url = backend === null ? null : (backends[backend]?.server ?? null);
  return url === null ? null : { url, service: agents.find(({ serves }) => serves === backend) ?? null };
}

/** The run of its server, as it is now. */
export function servedBy(agent: Agent, project: Project, { agents }: Pick<Records, "agents">): string | null {
  const service = serverOf(agent, project)?.service ?? null;
  return service === null ? null : (agents[service.name]?.run?.instance ?? null);
}

/**
 * The window stays, and shows what was last, also when its server has ended; and the next server has another password.
 * By the name of the server's run, not by the time: clocks may be set back.
 */
export function severedFrom(agent: Agent, project: Project, records: Pick<Records, "agents">): string | null {
  const before = records.agents[agent.name]?.run?.server ?? null;
  const service = serverOf(agent, project)?.service ?? null;
  if (before === null || service === null) return null;
  const now = servedBy(agent, project, records);
  if (now === before) return null;
  return now === null
    ? `its server ${service.name} has ended`
    : `its server ${service.name} was started anew`;
}
