import { Failure } from "@fleet/engine";
import { type Attention, attentionOf, byAttention, type EngineStatus, type FleetProject } from "@fleet/fleet";

/** One project of a fleet as it is: what its engine says, or why it says nothing. */
export interface ProjectLine {
  readonly project: FleetProject;
  readonly status: EngineStatus | null;
  readonly because: string | null;
  readonly attention: Attention | null;
}

/** Who needs a person first. */
export const inUrgency = (lines: readonly ProjectLine[]): readonly ProjectLine[] =>
  lines.toSorted((a, b) => byAttention(a.attention, b.attention));

/** What can't be asked has a line too, which says why. */
export function toLine(project: FleetProject, answer: EngineStatus | Failure): ProjectLine {
  if (!(answer instanceof Failure))
    return { project, status: answer, because: null, attention: attentionOf(project.name, answer) };
  const { message, hint } = answer;
  const command = /^(?:run|try it yourself): (.*)/m.exec(hint ?? "")?.[1] ?? "fleet validate";
  const of = { level: "needs-you", agent: null, reason: message, since: null, command, others: 0 } as const;
  return { project, status: null, because: message, attention: project.enabled ? of : null };
}
