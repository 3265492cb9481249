import type { EngineStatus } from "./status.ts";

/** What a person should look at in a project: the worst of it. */
export interface Attention {
  /** "needs-you": it stands still until a person does something. "ailing": the engine deals with it. */
  readonly level: "needs-you" | "ailing";
  /** Null when it is the project as a whole. */
  readonly agent: string | null;
  readonly reason: string;
  /** ISO 8601, UTC; null when nobody knows. */
  readonly since: string | null;
  /** What to type. */
  readonly command: string;
  /** How many of its agents have something too. */
  readonly others: number;
}

type AgentStatus = EngineStatus["agents"][number];

const NEEDS_YOU: ReadonlySet<string | undefined> = new Set([
  "asking",
  "crash-looping",
  "failed",
  "foreign",
  "outlived",
  "unread",
]);
const AILING: ReadonlySet<string | undefined> = new Set([
  "held",
  "limited",
  "overdue",
  "resting",
  "unseen",
  "unwell",
]);

/** Null when all is well, or as a person wished it. */
export function attentionOf(name: string, status: EngineStatus): Attention | null {
  const [worst, ...others] = attentionsOf(name, status);
  return worst === undefined ? null : { ...worst, others: others.length };
}

/** Everything in a project that a person should look at, the worst first. */
export const attentionsOf = (name: string, status: EngineStatus): readonly Concern[] =>
  [...ofProject(name, status), ...status.agents.flatMap((agent) => ofAgent(name, status, agent))].sort(
    byUrgency,
  );

/** One thing that a person should look at. */
export type Concern = Omit<Attention, "others">;

/** For sorting: who needs a person first, and for longest. Equal ones stay as they are. */
export const byAttention = (a: Concern | null, b: Concern | null): number =>
  a === null || b === null ? Number(a === null) - Number(b === null) : byUrgency(a, b);

function byUrgency(a: Concern, b: Concern): number {
  if (a.level !== b.level) return a.level === "needs-you" ? -1 : 1;
  const [since, other] = [a.since ?? LAST, b.since ?? LAST];
  return since < other ? -1 : since > other ? 1 : 0;
}

/** After every time in ISO 8601. */
const LAST = "~";

function ofProject(name: string, { watchdog, keeper, agents, phase }: EngineStatus): readonly Concern[] {
  const of = { level: "needs-you", agent: null } as const;
  if (watchdog === null) {
    if (keeper != null)
      return [
        {
          ...of,
          reason: `the watchdog died ${keeper.deaths === 1 ? "once" : `${keeper.deaths} times`}, and is started again`,
          since: null,
          command: `fleet logs ${name} watchdog -n 20`,
        },
      ];
    // All phases are done: then the watchdog ends by itself, and who is left rests.
    if (phase?.state === "complete") return [];
    const alone = agents.some(({ state, is }) => state === "RUNNING" || is === "missing");
    return alone ? [{ ...of, reason: "nobody watches it", since: null, command: `fleet up ${name}` }] : [];
  }
  const { stale = false, trouble, heartbeat } = watchdog;
  if (trouble != null)
    return [
      {
        ...of,
        reason: `the watchdog can't go on: ${trouble}`,
        since: null,
        command: `fleet logs ${name} watchdog -n 20`,
      },
    ];
  return stale
    ? [{ ...of, reason: "the watchdog hangs", since: heartbeat, command: `fleet watchdog ${name} restart` }]
    : [];
}

function ofAgent(name: string, { socket, hold }: EngineStatus, agent: AgentStatus): readonly Concern[] {
  const { is, why = "", is_since: since = null } = agent;
  // As a person wished it.
  if (is === "held" && hold != null) return [];
  const level = NEEDS_YOU.has(is) ? "needs-you" : AILING.has(is) ? "ailing" : null;
  if (level === null) return [];
  const verb =
    (is === "asking" || is === "foreign") && socket !== undefined
      ? "attach"
      : is === "unread"
        ? "record"
        : "why";
  // It may be another project's agent that met the limit of the login.
  const command = agent.restraint?.by === "limit" ? "fleet limits" : `fleet ${verb} ${name} ${agent.name}`;
  return [{ level, agent: agent.name, reason: why, since, command }];
}
