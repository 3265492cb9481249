import { keep } from "../host/kept.ts";
import { Failure } from "../problem.ts";
import { projectIn, receive, release, runsOf } from "../watch/in-force.ts";
import type { Records } from "../watch/records.ts";
import type { Host } from "./host.ts";

/** What the next tick goes by. */
export interface Reloaded {
  readonly records: Records;
  readonly host: Host;
}

/** Brings what the watchdog goes by up to date with agents.toml, and with who has ended since. */
export async function reload(records: Records, host: Host): Promise<Reloaded> {
  const { config, store, clock, site } = host;
  if (config === null) return { records, host };
  const before = site.inForce;
  await config.look(before.hash, clock.read().steady, before.project.supervision.heavy_tick);
  const runs = runsOf(records);
  const news = config.take();
  const { inForce, happenings } =
    news === null ? { inForce: before, happenings: [] } : receive(before, news, runs, clock.now());
  const next = release(inForce, runs);
  if (next === before) return { records, host };
  const changed = { ...site, inForce: next, project: projectIn(next) };
  await keep(host.disk, site.state, site.file, next);
  await store.journal(happenings.map((happening) => ({ ...happening, agent: null })));
  await closeLeft(
    host,
    changed.project.agents.map(({ session }) => session),
  );
  return rewire(records, { ...host, site: changed }, host);
}

/** Of an agent that is gone, or has another session now, the dead one would stay for ever. */
async function closeLeft({ site, terminal }: Host, sessions: readonly string[]): Promise<void> {
  const left = site.project.agents.map(({ session }) => session).filter((one) => !sessions.includes(one));
  if (left.length === 0) return;
  try {
    const panes = (await terminal.panes()).sessions;
    const dead = left.filter((one) => panes.get(one)?.dead && panes.get(one)?.project === site.id);
    if (dead.length > 0) await terminal.close(dead);
  } catch (error) {
    // It is only tidiness: what could not be closed is shown as it is.
    if (!(error instanceof Failure)) throw error;
  }
}

/** Other handoffs want another relay; another branch is read from where it is. */
function rewire(records: Records, host: Host, { site }: Host): Reloaded {
  const old = site.project.loop?.handoff ?? null;
  const handoff = host.site.project.loop?.handoff ?? null;
  if (JSON.stringify(old) === JSON.stringify(handoff)) return { records, host };
  const same = old?.repo === handoff?.repo && old?.branch === handoff?.branch;
  return {
    records: same ? records : { ...records, handoff: null, rewritten: null },
    host: { ...host, relay: handoff === null ? null : host.relayTo(handoff) },
  };
}
