import type { Happened } from "@fleet/engine";
import { attentionsOf, byAttention, type Concern, type EngineStatus } from "@fleet/fleet";
import { inUrgency, type ProjectLine } from "../project-line.ts";

export type AgentStatus = EngineStatus["agents"][number];

/** Something that happened in a project of the fleet. */
export interface Told extends Happened {
  readonly project: string;
}

/** Everything that was seen of the fleet. */
export interface Board {
  /** False until the first look is over. */
  readonly looked: boolean;
  /** In the order of fleet.toml. */
  readonly projects: readonly ProjectLine[];
  /** Oldest first. */
  readonly happened: readonly Told[];
}

export interface ProjectRow {
  readonly is: "project";
  readonly key: string;
  readonly line: ProjectLine;
  readonly concern: Concern | null;
  readonly open: boolean;
}

export interface AgentRow {
  readonly is: "agent";
  readonly key: string;
  readonly line: ProjectLine;
  readonly agent: AgentStatus;
  readonly concern: Concern | null;
}

/** What can be selected. */
export type Row = ProjectRow | AgentRow;

export interface Choice {
  readonly filter: string;
  /** What the person opened and closed; all else is open as far as it fits. */
  readonly folds: ReadonlyMap<string, boolean>;
}

/** The list as it is shown: who needs a person first, among the projects and in each. */
export function rowsOf({ projects }: Board, { filter, folds }: Choice, room: number): readonly Row[] {
  const words = filter.toLowerCase().split(" ").filter(Boolean);
  const parts = inUrgency(projects).flatMap((line) => {
    const agents = agentRows(line);
    if (matches(words, line.project.name, line.status?.phase?.id)) return [{ line, agents }];
    const those = agents.filter((row) => matches(words, ...wordsOf(row)));
    return those.length > 0 ? [{ line, agents: those }] : [];
  });
  const all = parts.reduce((sum, { agents }) => sum + 1 + agents.length, 0);
  const usual = words.length > 0 || all <= room || parts.length === 1;
  return parts.flatMap(({ line, agents }): readonly Row[] => {
    const { name } = line.project;
    const open = folds.get(name) ?? (usual || line.attention !== null);
    const concern = line.attention?.agent === null ? line.attention : null;
    return [{ is: "project", key: name, line, concern, open }, ...(open ? agents : [])];
  });
}

function agentRows(line: ProjectLine): readonly AgentRow[] {
  const { project, status } = line;
  if (status === null) return [];
  const concerns = attentionsOf(project.name, status);
  return status.agents
    .map((agent): AgentRow => {
      const concern = concerns.find((one) => one.agent === agent.name) ?? null;
      return { is: "agent", key: `${project.name}/${agent.name}`, line, agent, concern };
    })
    .sort((a, b) => byAttention(a.concern, b.concern));
}

const wordsOf = ({ key, agent: { is, why, state, kind, backend, model } }: AgentRow) => [
  ...[key, is, why, state, kind, backend, model],
];

const matches = (words: readonly string[], ...texts: readonly (string | null | undefined)[]): boolean => {
  const text = texts.join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
};

/** How many things want a person, and how many the engines deal with. */
export function countConcerns(projects: readonly ProjectLine[]): {
  readonly needsYou: number;
  readonly ailing: number;
} {
  let [needsYou, ailing] = [0, 0];
  for (const { project, status, attention } of projects) {
    const concerns =
      status !== null ? attentionsOf(project.name, status) : attention === null ? [] : [attention];
    for (const { level } of concerns)
      if (level === "needs-you") needsYou += 1;
      else ailing += 1;
  }
  return { needsYou, ailing };
}
