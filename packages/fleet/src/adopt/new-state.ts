import type { OldProject } from "./old-project.ts";

/** In the state directory: whence the project came. `up` looks there which watchdog must be gone. */
export const ADOPTED_FILE = "adopted.json";

/** What the engine is to remember when it first starts: what it is not told gets its default. */
export function recordsText(
  { phase, state }: Pick<OldProject, "phase" | "state">,
  conversations: Readonly<Record<string, string>>,
  now: number,
): string {
  const isOver = state.complete || (phase !== null && state.index !== null && state.index >= phase.total);
  const course =
    phase === null
      ? null
      : {
          ...{ phase: phase.id, turn: phase.index + 1, since: now, obeyed: 0 },
          complete: isOver ? now : null,
        };
  const agents = Object.fromEntries(
    Object.entries(conversations).map(([name, id]) => [name, { conversation: { id } }]),
  );
  return `${JSON.stringify({ schema: 1, epoch: 0, course, completed: isOver, agents }, null, 2)}\n`;
}

/** The same, where there is such a state already: what it says of anything else stays. */
export function recordsAgain(
  before: string | null,
  old: Pick<OldProject, "phase" | "state">,
  conversations: Readonly<Record<string, string>>,
  now: number,
): string {
  const fresh: State = JSON.parse(recordsText(old, conversations, now));
  if (before === null) return `${JSON.stringify(fresh, null, 2)}\n`;
  const known: State = JSON.parse(before);
  // The same phase, entered again, is another turn: what was said in the one before is over.
  const turn = (known.course?.turn ?? 0) + 1;
  const agents = { ...known.agents };
  for (const [name, { conversation }] of Object.entries(fresh.agents))
    agents[name] = { ...agents[name], conversation };
  const course = fresh.course === null ? known.course : { ...fresh.course, turn };
  // In no engine's name: it is read closely, and what is not said here gets its default.
  const next = { ...known, version: "", completed: fresh.completed, course, agents };
  return `${JSON.stringify(next, null, 2)}\n`;
}

/** As much of records.json as is written here. */
interface State {
  readonly completed: boolean;
  readonly course: { readonly turn: number } | null;
  readonly agents: Readonly<Record<string, { readonly conversation: unknown }>>;
}

/** What is on disk about where a project came from. */
export interface Origin {
  readonly schema: 1;
  /** The old project's folder, absolute. */
  readonly from: string;
  readonly log_dir: string | null;
  /** The session of the old watchdog on the tmux server that everyone has by default. */
  readonly watchdog_session: string;
}

export const adoptedText = ({ root, logDir, converted }: OldProject): string => {
  const origin: Origin = {
    schema: 1,
    from: root,
    log_dir: logDir,
    watchdog_session: `${converted.prefix}watchdog`,
  };
  return `${JSON.stringify(origin, null, 2)}\n`;
};
