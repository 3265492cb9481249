import type { Agent, Project } from "../project.ts";
import type { Records } from "./records.ts";

/** A session that tmux has, with its marks. */
interface Marked {
  readonly session: string;
  readonly project: string | null;
  readonly instance: string | null;
}

/**
 * Runs of ours that no agent of the project owns, as agents of no known
 * program: when the whole project goes down they go the same way as all others.
 * Known by a record of the run, or by nothing but the marks of the session.
 */
export function orphansOf(
  { agents }: Project,
  records: Records,
  marked: readonly Marked[],
  projectId: string,
): readonly Agent[] {
  const owned = new Set(agents.map(({ session }) => session));
  const known = new Set(agents.map(({ name }) => name));
  const sessions = new Map<string, string>();
  for (const { session, project, instance } of marked)
    if (project === projectId && instance !== null && !owned.has(session)) sessions.set(instance, session);
  const recorded = Object.entries(records.agents).flatMap(([name, { run }]) => {
    if (run === null || known.has(name)) return [];
    const session = sessions.get(run.instance);
    sessions.delete(run.instance);
    // Its session has gone; what is left of it are processes.
    return [orphan(name, session ?? "")];
  });
  return [...recorded, ...[...sessions.values()].map((session) => orphan(`${NAMELESS}${session}`, session))];
}

/** No agent can have such a name. */
const NAMELESS = "session ";

/** Once an orphan has ended there is nothing to remember of it. */
export const withoutOrphans = (records: Records): Records => ({
  ...records,
  agents: Object.fromEntries(
    Object.entries(records.agents).filter(([name, { run }]) => run !== null || !name.startsWith(NAMELESS)),
  ),
});

const orphan = (name: string, session: string): Agent => ({
  name,
  kind: "service",
  enabled: false,
  session,
  workdir: ".",
  backend: null,
  model: null,
  watch: "none",
  role: name,
  prompt: null,
  command: null,
  serves: null,
  args: [],
  deny_args: [],
  schedule: null,
  start: "fresh",
});
