import { setTimeout as wait } from "node:timers/promises";
import { BACKENDS } from "../backends/index.ts";
import type { World } from "../command/command.ts";
import { readText } from "../host/files.ts";
import { startKeeper } from "../host/keeper.ts";
import { isHeld } from "../host/lock.ts";
import { readRunning, type Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import type { Duration, Instant } from "../watch/time.ts";
import { refuseStandstill } from "./common.ts";
import { judge, type Outcome } from "./outcome.ts";
import { survey } from "./survey.ts";

export async function ensureWatchdog(site: Site, { env, signal }: World): Promise<void> {
  if (await isHeld(site.state, "watchdog")) return;
  const before = await readLog(site);
  await startKeeper(
    site,
    env,
    Object.values(BACKENDS).flatMap(({ passes }) => passes),
  );
  const began = performance.now();
  while (!(await isHeld(site.state, "watchdog"))) {
    const news = (await readLog(site)).slice(before.length).trim();
    if (signal.aborted || isHopeless(performance.now() - began, news))
      throw new Failure("ENGINE_FAILED", "the watchdog does not start", {
        hint: `its last words: ${news.split("\n").slice(-3).join(" | ") || "none"}`,
      });
    await wait(POLL);
  }
}

const readLog = async ({ state }: Site): Promise<string> => (await readText(`${state}/watchdog.log`)) ?? "";

/** Who said why it did not start won't start; who said nothing may not have come to it, on a machine that is so busy. */
export const isHopeless = (waited: Duration, news: string): boolean =>
  waited > (news === "" ? 120_000 : 15_000);

const POLL = 25;
/** Who is held by something that does not change is reported as held. */
const PATIENCE = 20_000;

export async function awaitOutcomes(
  site: Site,
  asked: readonly Agent[],
  began: Instant,
  world: World,
  sofar: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const store = createStore(site.state);
  const known = new Map<string, Outcome>();
  const { agents: wished } = await store.wishes();
  const { start_timeout } = site.project.supervision;
  for (;;) {
    const looked = performance.now();
    const [seen, records] = await Promise.all([
      survey(await readRunning(site.file), world.env),
      store.records(),
    ]);
    // It came meanwhile, and waits for nobody.
    if (seen.standstill !== null) refuseStandstill(site, await store.wishes());
    const now: Instant = Date.now();
    for (const agent of asked.filter(({ name }) => !known.has(name))) {
      const one = seen.agents.find(({ name }) => name === agent.name);
      const wish = wished[agent.name];
      const patient = now - began < PATIENCE;
      const verdict = judge(agent, records.agents[agent.name], one, { now, began, wish, patient });
      const late = now - began > start_timeout;
      const outcome = verdict ?? (late ? notThere(agent, one?.why ?? "unknown", start_timeout) : null);
      if (outcome === null) continue;
      known.set(agent.name, outcome);
      sofar(outcome);
    }
    if (known.size === asked.length) return asked.flatMap(({ name }) => known.get(name) ?? []);
    if (world.signal.aborted)
      throw new Failure("TIMED_OUT", "interrupted; what was asked for goes on starting");
    await wait(pauseAfter(performance.now() - looked));
  }
}

/** Where many wait on a busy machine, their looks must not be what it is busy with. */
export const pauseAfter = (look: Duration): Duration => Math.min(1_000, Math.max(2 * POLL, 4 * look));

const notThere = (agent: Agent, why: string, limit: number): Outcome => ({
  agent: agent.name,
  outcome: "failed",
  because: `not there after ${Math.round(limit / 1000)} s: ${why}`,
});
