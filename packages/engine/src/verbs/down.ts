import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import type { Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import { orphansOf } from "../watch/orphans.ts";
import type { Wish } from "../watch/scene.ts";
import type { Instant } from "../watch/time.ts";
import { ensureWatchdog } from "./bring-up.ts";
import {
  ANSWER_VERSION,
  asOnlyCommand,
  changeWishes,
  chosen,
  configFlag,
  jsonFlag,
  openRunning,
} from "./common.ts";
import { readDuration } from "./duration.ts";
import { examine } from "./examine.ts";
import { columns } from "./render.ts";
import { toIso } from "./say.ts";
import { survey } from "./survey.ts";
import { surveyKeeper } from "./survey-watchdog.ts";
import { sayUnpushed, unpushedSince } from "./unpushed.ts";

interface Stopped {
  readonly agent: string;
  readonly outcome: "stopped" | "unchanged";
}

export const down = defineCommand({
  name: "down",
  about: "stop agents, all of them and the watchdog when none is named, and wait until every process is gone",
  operands: "[agent..]",
  flags: {
    ...configFlag,
    ...jsonFlag,
    drain: {
      type: "string",
      about: "let who is at work end its turn, for so long at the most",
      value: "TIME",
    },
  },
  examples: [
    ["agents down", "stop everything of this project"],
    ["agents down builder", "stop one; the watchdog goes on with the others"],
    ["agents down --drain 10m", "stop each at the end of its turn, and all after ten minutes"],
  ],
  async run(names, { config, json, drain }, world) {
    const patience = drain === undefined ? null : readDuration("--drain", drain);
    const site = await openRunning(config, world);
    const agents = chosen(site, names);
    const before = existsSync(site.state) ? await survey(site, world.env) : null;
    const running = new Set(
      before?.agents.filter(({ state }) => state === "RUNNING").map(({ name }) => name),
    );
    const at = Date.now();
    if (before !== null)
      await asOnlyCommand(site, "down", async (store) => {
        const until = patience === null ? null : at + patience;
        await wishDown(store, agents, names.length === 0, { at, until });
        const wished = Date.now();
        if (!(await isAnythingThere(site, world))) return;
        await ensureWatchdog(site, world);
        await awaitEnd(site, { agents, all: names.length === 0, until, wished }, world);
      });
    const outcomes = agents.map(
      ({ name }): Stopped => ({ agent: name, outcome: running.has(name) ? "stopped" : "unchanged" }),
    );
    const journal = before === null ? [] : await createStore(site.state).recent();
    const asked = agents.map(({ name }) => name);
    const unpushed = unpushedSince(journal, at, asked);
    const answer = { schema_version: ANSWER_VERSION, project: site.name, agents: outcomes, unpushed };
    const rows = columns(outcomes.map(({ agent, outcome }) => [agent, outcome]));
    if (json) world.out(`${JSON.stringify(answer)}\n`);
    else {
      world.out(rows.map((line) => `${line}\n`).join(""));
      for (const one of unpushed) world.out(sayUnpushed(one, site));
    }
    return 0;
  },
});

async function wishDown(
  store: Store,
  agents: readonly Agent[],
  all: boolean,
  { at, until }: { readonly at: Instant; readonly until: Instant | null },
): Promise<void> {
  const wish: Wish = { state: "down", at, anew: false, ...(until === null ? {} : { drain: until }) };
  await changeWishes(store, (before) => {
    const wishes: Record<string, Wish> = { ...before.agents };
    // The whole project is more than its agents.toml says by now.
    const names = all ? Object.keys(before.agents) : [];
    for (const name of [...names, ...agents.map((agent) => agent.name)]) wishes[name] = wish;
    return { ...before, agents: wishes, off: all };
  });
}

export async function isAnythingThere(site: Site, { env }: World): Promise<boolean> {
  // Processes may have outlived their tmux server.
  const { agents } = (await createStore(site.state).glance()).records;
  if (Object.values(agents).some(({ run }) => run !== null)) return true;
  if (existsSync(site.socket) || (await isHeld(site.state, "watchdog"))) return true;
  return (await createTmux(site.socket, env, 0).panes()).server !== null;
}

const POLL = 25;
/** Who is waited for can be told at leisure. */
const DRAIN_POLL = 250;
/** After the graces: the kill, its verification, and a slow machine. */
const SLACK = 30_000;
/** Services, persistent agents, tasks and loops are stopped one after the other. */
const KINDS = 4;

interface Ending {
  readonly agents: readonly Agent[];
  readonly all: boolean;
  /** Until then who is at work may end its turn. */
  readonly until: Instant | null;
  readonly wished: Instant;
}

/** What is asked is seen to its end, whatever becomes of the watchdog meanwhile. */
export async function awaitEnd(site: Site, ending: Ending, world: World): Promise<void> {
  const { quit_grace, stop_grace } = site.project.supervision;
  const limit = KINDS * (quit_grace + stop_grace) + SLACK;
  const deadline = Math.max(Date.now(), ending.until ?? 0) + limit;
  const tellWaits = createTeller(site, ending, world);
  const isAbandoned = lookForWatchdog(site);
  for (;;) {
    const left = await stillThere(site, ending, world);
    if (left.length === 0) return;
    if (world.signal.aborted)
      throw new Failure("TIMED_OUT", "interrupted; what was asked for goes on stopping");
    if (Date.now() > deadline) {
      const hint = "ask again, or look: agents status -o wide";
      throw new Failure("TIMED_OUT", `not down after ${Math.round(limit / 1000)} s: ${left.join(", ")}`, {
        hint,
      });
    }
    await tellWaits();
    if (await isAbandoned()) await ensureWatchdog(site, world);
    await wait(Date.now() < (ending.until ?? 0) ? DRAIN_POLL : POLL);
  }
}

/** Says who is waited for, each time that it is somebody else. */
function createTeller(site: Site, { agents, until }: Ending, { env, err }: World): () => Promise<void> {
  let told = "";
  return async () => {
    if (until === null || Date.now() > until) return;
    const seen = await survey(site, env);
    const waits = seen.agents.filter(
      ({ name, is }) => is === "draining" && agents.some((one) => one.name === name),
    );
    const names = waits.map(({ name }) => name).join(", ");
    if (names !== told && names !== "")
      err(`waiting for ${names}, until ${toIso(until)} at the latest; what is asked stands when you leave\n`);
    told = names;
  };
}

/** Who keeps the watchdog, ourselves included, starts another within this time. */
const KEPT_WITHIN = 3_000;

/** Whether nobody ends what is left: the watchdog died some time ago, and no keeper is about to start another. */
function lookForWatchdog(site: Site): () => Promise<boolean> {
  let seen = performance.now();
  return async () => {
    if (await isHeld(site.state, "watchdog")) seen = performance.now();
    return performance.now() - seen > KEPT_WITHIN && (await surveyKeeper(site)) === null;
  };
}

/** That the watchdog of a whole project has ended says nothing by itself: it may have been killed. */
async function stillThere(
  site: Site,
  { agents, all, wished }: Ending,
  { env }: World,
): Promise<readonly string[]> {
  if (all && (await isHeld(site.state, "watchdog"))) return ["the watchdog"];
  const { panes, records, agents: examined } = await examine(site, env);
  // A tick that began before the wish may be about to start what is down by now.
  if (!all && records.heartbeat <= wished) return ["the watchdog has not heard of it"];
  const left = examined.filter(
    ({ agent, assessment: { is } }) =>
      agents.some(({ name }) => name === agent.name) && is !== "down" && is !== "foreign",
  );
  const named = left.map(({ agent }) => agent.name);
  if (!all) return named;
  const sessions = [...(panes?.sessions.values() ?? [])];
  const orphans = orphansOf(site.project, records, sessions, site.id);
  const isServerIdle = panes !== null && panes.server !== null && sessions.length === 0;
  return [...named, ...orphans.map(({ name }) => name), ...(isServerIdle ? ["its tmux server"] : [])];
}
