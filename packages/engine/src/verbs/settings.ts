import { chooseBackend, chooseModel, NO_OVERRIDES } from "../choose-model.ts";
import type { Site } from "../host/site.ts";
import { pendingIn } from "../watch/in-force.ts";
import type { Examined, Seen } from "./examine.ts";

interface Settings {
  /** Of its run; of the next one, where none is known. */
  readonly backend: string | null;
  readonly model: string | null;
  /** The next run would get others. */
  readonly pending: boolean;
}

/** agents.toml, the phase and the environment name them; a run keeps what it was started with. */
export function settingsOf(
  { inForce, project }: Pick<Site, "inForce" | "project">,
  { agent, scene: { record, turn } }: Pick<Examined, "agent" | "scene">,
  { records: { course }, wishes: { env } }: Pick<Seen, "records" | "wishes">,
): Settings {
  const overrides = { ...NO_OVERRIDES, env };
  const phase = course?.phase ?? project.loop?.phases[0]?.id ?? null;
  const backend = chooseBackend(agent, overrides);
  const model = chooseModel(project, agent, phase, overrides);
  // A run of an earlier phase is on its way out: nothing waits for it.
  const run = record.run?.turn === turn ? record.run : null;
  const is = { backend: run?.backend ?? backend, model: run?.model ?? model };
  const differs = is.backend !== backend || is.model !== model;
  return { ...is, pending: differs || pendingIn(inForce).includes(agent.name) };
}
