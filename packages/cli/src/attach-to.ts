import { attachAgent, closest, Failure, type World } from "@fleet/engine";
import { askEach, type FoundFleet, pickProjects } from "@fleet/fleet";

interface Wanted {
  readonly project: string;
  readonly agent: string;
  readonly readOnly: boolean;
}

/** At an agent's own terminal until the person leaves it. The engine only says where that is, so it may be of any release. @throws Failure */
export async function attachTo(
  found: FoundFleet,
  { project: name, agent: wanted, readOnly }: Wanted,
  world: World,
): Promise<number> {
  const projects = pickProjects(found, [name]);
  const [status] = await askEach(found, projects, world);
  if (status === undefined) throw new Error(`${name} was picked, and not asked`);
  if (status instanceof Failure) throw status;
  const agent = status.agents.find((one) => one.name === wanted);
  if (agent === undefined)
    throw unknown(
      name,
      wanted,
      status.agents.map((one) => one.name),
    );
  if (status.socket === undefined)
    throw new Failure("ENGINE_FAILED", `the engine of ${name} does not say where its tmux server is`, {
      hint: `it is of an older release: fleet upgrade ${name}`,
    });
  const hint = `start it: fleet up ${name}; what happened: fleet why ${name} ${wanted}`;
  return attachAgent({ agent, socket: status.socket, readOnly, hint }, world);
}

function unknown(project: string, agent: string, known: readonly string[]): Failure {
  const meant = closest(agent, known);
  const hint =
    agent === "watchdog"
      ? `it has no terminal; its log: fleet logs ${project} watchdog`
      : meant === null
        ? `agents: ${known.join(", ")}`
        : `did you mean ${meant}?`;
  return new Failure("UNKNOWN_NAME", `${project} has no agent "${agent}"`, { hint });
}
