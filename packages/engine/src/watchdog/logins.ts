import type { Agent } from "../project.ts";
import {
  type LimitInForce,
  type Login,
  limitsInForce,
  restraintAt,
  tell,
  type Watched,
} from "../watch/logins.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import type { Records } from "../watch/records.ts";
import type { Restraint } from "../watch/restraint.ts";
import type { Host } from "./host.ts";

/** What is known of the logins that the project's agents use. */
export interface Logins {
  /** By the backend. */
  readonly of: ReadonlyMap<string, Login>;
  /** By the login. */
  readonly limits: ReadonlyMap<string, LimitInForce>;
}

const NONE: Logins = { of: new Map(), limits: new Map() };

/** What all projects of this user say. What can't be read is nobody's limit. */
export async function readLogins({ accounts, site, clock, wakes }: Host): Promise<Logins> {
  if (accounts === null) return NONE;
  try {
    const of = await accounts.of(site);
    if (of.size === 0) return NONE;
    const { bulletins } = accounts;
    const now = clock.now();
    const said = await bulletins.read(now);
    wakes.on(bulletins.folder, (file) => file !== bulletins.file);
    return { of, limits: limitsInForce(said, site.project.supervision, now) };
  } catch {
    return NONE;
  }
}

/** Why nothing may be begun with an agent, as its login is at a limit. */
export function restraintByLogin(
  agent: Agent,
  { of, limits }: Logins,
  { site, clock }: Host,
): Restraint | null {
  const login = of.get(agent.backend ?? "");
  const limit = login === undefined ? undefined : limits.get(login.id);
  return restraintAt(limit, `${site.id}/${agent.name}`, site.project.supervision, clock.now());
}

/** Tells the other projects what this look has shown of the logins. */
export async function tellLogins(before: Records, after: Records, logins: Logins, host: Host): Promise<void> {
  const { accounts, site, clock, wakes } = host;
  if (accounts === null || logins.of.size === 0) return;
  const watched = site.project.agents.flatMap((agent): readonly Watched[] => {
    const login = logins.of.get(agent.backend ?? "");
    const record = after.agents[agent.name];
    if (login === undefined || record === undefined) return [];
    const name = `${site.name}/${agent.name}`;
    return [{ name, login, before: before.agents[agent.name] ?? FRESH_RECORD, after: record }];
  });
  // It is a help, and no more: what can't be told costs the others a wall that they meet themselves.
  try {
    const own = await accounts.bulletins.own();
    const next = tell(own, watched, logins.limits, site.project.supervision, clock.now());
    if (next === own) return;
    await accounts.bulletins.write(next);
    wakes.ring();
  } catch {
    return;
  }
}
