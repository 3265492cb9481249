import { closest } from "../diagnostics/suggest.ts";
import type { Site } from "../host/site.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { chosen } from "./common.ts";
import type { Survey } from "./survey.ts";

/** Whom a message is for: one agent, those of a role ("@reviewer"), or all that can be told anything (null). @throws Failure */
export function recipientsOf(site: Site, who: string | null): readonly Agent[] {
  const listeners = site.project.agents.filter(({ backend }) => backend !== null);
  if (who === null) return listeners;
  if (who === "")
    throw new Failure("WRONG_USAGE", "send needs an agent, a role as @builder, or --all", {
      hint: `agents: ${listeners.map(({ name }) => name).join(", ")}`,
    });
  if (!who.startsWith("@")) return chosen(site, [who]).map(listener);
  const role = who.slice(1);
  const those = listeners.filter((agent) => agent.role === role);
  if (those.length > 0) return those;
  const roles = [...new Set(listeners.map((agent) => agent.role))];
  const meant = closest(role, roles);
  throw new Failure("UNKNOWN_NAME", `no agent of ${site.name} has the role "${role}"`, {
    hint: meant === null ? `roles: ${roles.join(", ")}` : `did you mean @${meant}?`,
  });
}

function listener(agent: Agent): Agent {
  if (agent.backend === null)
    throw new Failure("WRONG_USAGE", `${agent.name} is a service: it has no input box for messages`);
  return agent;
}

const STOPPED: ReadonlySet<string> = new Set(["down", "failed", "finished", "foreign", "leftover"]);

/** Is it there to be told something, now or soon? A finished task that is still there may be asked about its work. */
export function isThere({ name }: Agent, survey: Pick<Survey, "agents"> | null): boolean {
  const seen = survey?.agents.find((agent) => agent.name === name);
  if (seen === undefined || (!seen.enabled && seen.state !== "RUNNING")) return false;
  return (seen.is === "finished" && seen.state === "RUNNING") || !STOPPED.has(seen.is);
}
