import path from "node:path";
import { BACKENDS } from "../backends/index.ts";
import type { Agent } from "../project.ts";
import { serverOf } from "../watch/server.ts";
import type { Disk } from "./disk.ts";
import { type Health, passwordOf } from "./opencode-server.ts";
import type { Site } from "./site.ts";

/** How the server at this URL answers who comes with this password; and, with a folder, whether it has opened that. */
export type AskHealth = (url: string, password: string, directory: string | null) => Promise<Health>;

/** The same, asked once of each: many agents may depend on one server. */
export function askOnce(ask: AskHealth): AskHealth {
  const asked = new Map<string, Promise<Health>>();
  return (...of) => {
    const key = JSON.stringify(of);
    const answer = asked.get(key) ?? ask(...of);
    asked.set(key, answer);
    return answer;
  };
}

/** What is not there that an agent needs; null when nothing. Asked at each tick while it does not run, so it is one look at the disk, and at its server where it has one. */
export async function lackOf(site: Site, agent: Agent, disk: Disk, ask: AskHealth): Promise<string | null> {
  if (agent.backend !== null && BACKENDS[agent.backend] === undefined)
    return `this engine can't run the backend "${agent.backend}" yet`;
  const workdir = path.resolve(site.root, agent.workdir);
  if (!disk.exists(workdir)) return `its workdir ${agent.workdir} is not there yet`;
  if (agent.serves !== null) return lackOfServer(site, agent, agent.serves, ask);
  const server = serverOf(agent, site.project);
  if (server === null) return null;
  const { url, service } = server;
  if (service === null)
    return `no service runs its server ${url}: add one with serves = "${agent.backend}", or take \`server\` out`;
  const password = await passwordOf(site.state, service.name, disk);
  if (password === null) return `its server ${service.name} was not started yet`;
  // All that agents share is asked first: an answer for each folder costs a moment each.
  const health = await ask(url, password, null);
  const opened = health === "ready" ? await ask(url, password, workdir) : health;
  return opened === "ready" ? null : SAYS[opened](url, agent.workdir);
}

const SAYS: Readonly<Record<Exclude<Health, "ready">, (url: string, workdir: string) => string>> = {
  away: (url) => `its server ${url} does not answer`,
  mute: (url) => `its server ${url} takes connections, and does not answer`,
  stranger: (url) => `what answers at ${url} is not its server: it does not take our password`,
  opening: (url, workdir) => `its server ${url} is opening ${workdir}`,
};

/** A server that is not run by us now must not be where ours is to be: its agents would talk to a stranger. */
async function lackOfServer(
  { project }: Site,
  { serves }: Agent,
  backend: string,
  ask: AskHealth,
): Promise<string | null> {
  const url = project.backends[backend]?.server ?? null;
  if (url === null) return `[backends.${serves}] does not say where its server is to be`;
  return (await ask(url, "", null)) === "away" ? null : `another program answers at ${url}`;
}
