import type { Policy } from "../project.ts";
import { sayMinute } from "./calendar.ts";
import { digest } from "./digest.ts";
import { overAt } from "./go-on.ts";
import type { AgentRecord } from "./record.ts";
import type { Restraint } from "./restraint.ts";
import type { Duration, Instant } from "./time.ts";

/*
 * A usage limit is the login's, and not the agent's that met it: all who share
 * the login, in all projects of a user, are spared the same wall. Each project
 * tells the others what it knows in a bulletin, a file of its own.
 */

/** What agents share a usage limit by: an account at a vendor, or a key of it. */
export interface Login {
  /** "claude:3f9a0c2b1d4e": a digest, which tells nothing of the key. */
  readonly id: string;
  /** For people: "claude in ~/.claude". */
  readonly says: string;
}

/** A login is at its limit, as an agent has seen. */
export interface LoginLimit {
  readonly login: string;
  readonly says: string;
  /** "shop/builder". */
  readonly by: string;
  readonly since: Instant;
  readonly until: Instant | null;
}

/** A turn that was begun then came to its good end, or a person says that it would: a limit from before is over. */
export interface Answered {
  readonly login: string;
  readonly at: Instant;
  /** A person who says so waits for nobody. */
  readonly cleared: boolean;
}

/** A limit, and from when on its agents are let go. */
export interface LimitInForce extends LoginLimit {
  readonly over: Instant;
}

/** What one project has to tell the others. */
export interface Bulletin {
  readonly limits: readonly LoginLimit[];
  readonly answered: readonly Answered[];
}

export const NO_BULLETIN: Bulletin = { limits: [], answered: [] };

const MINUTE: Duration = 60_000;
/** The longest limit that there is lasts a week. */
const LONGEST: Duration = 9 * 24 * 60 * MINUTE;

/** Of each login the limit that is in force, and of several the one that lasts longest. What can't be is passed over. */
export function limitsInForce(
  bulletins: readonly Bulletin[],
  policy: Policy,
  now: Instant,
): ReadonlyMap<string, LimitInForce> {
  const answered = bulletins.flatMap((bulletin) => bulletin.answered);
  const limits = new Map<string, LimitInForce>();
  for (const limit of bulletins.flatMap((bulletin) => bulletin.limits)) {
    const { login, since, until } = limit;
    if (since > now + MINUTE || (until !== null && until - since > LONGEST)) continue;
    const later = answered.filter((one) => one.login === login && one.at > since);
    const over = Math.min(overAt(limit, policy), ...later.map(({ at }) => at));
    if (later.some(({ cleared }) => cleared) || now >= over + policy.stall_grace) continue;
    if (over > (limits.get(login)?.over ?? Number.NEGATIVE_INFINITY)) limits.set(login, { ...limit, over });
  }
  return limits;
}

/**
 * Of one agent: it is let go when the limit is over and has been for a grace, or when another has been answered, and
 * then not all at the same moment, but each at one of its own within another grace.
 */
export function restraintAt(
  limit: LimitInForce | undefined,
  name: string,
  { stall_grace }: Policy,
  now: Instant,
): Restraint | null {
  if (limit === undefined) return null;
  const until = limit.over + (Number.parseInt(digest(name).slice(0, 8), 16) % (stall_grace + 1));
  if (now >= until) return null;
  const because = `its login (${limit.says}) is at its usage limit, as ${limit.by} met it; let go at ${sayMinute(until)}`;
  return { by: "limit", because, until };
}

/** An agent of a login, before this look and after it. */
export interface Watched {
  /** "shop/builder". */
  readonly name: string;
  readonly login: Login;
  readonly before: AgentRecord;
  readonly after: AgentRecord;
}

/** What is to be told now. The same object when there is nothing new. */
export function tell(
  own: Bulletin,
  agents: readonly Watched[],
  limits: ReadonlyMap<string, LimitInForce>,
  policy: Policy,
  now: Instant,
): Bulletin {
  const met = agents
    .flatMap(metBy)
    .filter((limit) => !isPast(limit, policy, now))
    .map((limit) => own.limits.find((one) => isAsGood(one, limit)) ?? limit);
  const isNew = (one: LoginLimit) =>
    !met.some((other) => other.login === one.login && other.by === one.by) && !isPast(one, policy, now);
  const answered = agents.flatMap(({ login: { id: login }, before, after }) => {
    const at = answeredBy(before, after);
    // Where nobody is at a limit it is no news.
    return at !== null && at > (limits.get(login)?.since ?? at) ? [{ login, at, cleared: false }] : [];
  });
  const known = own.answered.filter(
    ({ login, at }) => now - at < LONGEST && !answered.some((other) => other.login === login),
  );
  const next: Bulletin = { limits: [...own.limits.filter(isNew), ...met], answered: [...known, ...answered] };
  return JSON.stringify(next) === JSON.stringify(own) ? own : next;
}

/** Some screens count down, and come to another moment at each look. */
const isAsGood = (one: LoginLimit, other: LoginLimit): boolean =>
  one.login === other.login &&
  one.by === other.by &&
  Math.abs(one.since - other.since) < MINUTE &&
  Math.abs((one.until ?? 0) - (other.until ?? 0)) < MINUTE;

/** Nobody is held by it any more. */
const isPast = (limit: LoginLimit, policy: Policy, now: Instant): boolean =>
  now >= overAt(limit, policy) + policy.stall_grace;

/** By the rule that knew it: a server that fails, or asks for a little patience, is nobody's account. */
function metBy({
  name: by,
  login: { id: login, says },
  after: { run, seen },
}: Watched): readonly LoginLimit[] {
  if (run === null || seen?.mood.mood !== "limited" || !/usage limit/.test(seen.rule)) return [];
  return [{ login, says, by, since: seen.since, until: seen.mood.until }];
}

/** A screen may flicker. */
const TURN: Duration = 2_000;

/** When a turn began that has just come to its good end. */
function answeredBy(before: AgentRecord, after: AgentRecord): Instant | null {
  if (before.run === null || before.run.instance !== after.run?.instance) return null;
  const isOver = before.seen?.mood.mood === "busy" && after.seen?.mood.mood === "ready";
  if (!isOver || before.seen === null || after.seen === null) return null;
  return after.seen.since - before.seen.since >= TURN ? before.seen.since : null;
}
