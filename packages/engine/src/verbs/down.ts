import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { defineCommand, type World } from "../command/command.ts";
import { isHeld } from "../host/lock.ts";
import type { Site } from "../host/site.ts";
import type { Store } from "../host/store.ts";
import { createTmux } from "../host/tmux.ts";
import { Failure } from "../problem.ts";
import type { Agent } from "../project.ts";
import type { Wish } from "../watch/scene.ts";
import { ensureWatchdog } from "./bring-up.ts";
import { ANSWER_VERSION, asOnlyCommand, chosen, configFlag, jsonFlag, openRunning } from "./common.ts";
import { columns } from "./render.ts";
import { survey } from "./survey.ts";

interface Stopped {
  readonly agent: string;
  readonly outcome: "stopped" | "unchanged";
}

export const down = defineCommand({
  name: "down",
  about: "stop agents, all of them and the watchdog when none is named, and wait until every process is gone",
  operands: "[agent..]",
  flags: { ...configFlag, ...jsonFlag },
  examples: [
    ["agents down", "stop everything of this project"],
    ["agents down builder", "stop one; the watchdog goes on with the others"],
  ],
  async run(names, { config, json }, world) {
    const site = await openRunning(config, world);
    const agents = chosen(site, names);
    const before = existsSync(site.state) ? await survey(site, world.env) : null;
    const running = new Set(
      before?.agents.filter(({ state }) => state === "RUNNING").map(({ name }) => name),
    );
    if (before !== null)
      await asOnlyCommand(site, "down", async (store) => {
        await wishDown(store, agents, names.length === 0);
        if (!(await isAnythingThere(site, world))) return;
        await ensureWatchdog(site, world);
        await awaitEnd(site, agents, names.length === 0, world);
      });
    const outcomes = agents.map(
      ({ name }): Stopped => ({ agent: name, outcome: running.has(name) ? "stopped" : "unchanged" }),
    );
    if (json)
      world.out(
        `${JSON.stringify({ schema_version: ANSWER_VERSION, project: site.name, agents: outcomes })}\n`,
      );
    else
      world.out(
        columns(outcomes.map(({ agent, outcome }) => [agent, outcome]))
          .map((line) => `${line}\n`)
          .join(""),
      );
    return 0;
  },
});

async function wishDown(store: Store, agents: readonly Agent[], all: boolean): Promise<void> {
  const before = await store.wishes();
  const at = Date.now();
  const wishes: Record<string, Wish> = { ...before.agents };
  for (const { name } of agents) wishes[name] = { state: "down", at, anew: false };
  await store.wish({ ...before, agents: wishes, off: all });
}

async function isAnythingThere(site: Site, { env }: World): Promise<boolean> {
  if (existsSync(site.socket) || (await isHeld(site.state, "watchdog"))) return true;
  return (await createTmux(site.socket, env, 0).panes()).server !== null;
}

const POLL = 25;
/** After the graces: the kill, its verification, and a slow machine. */
const SLACK = 30_000;

/** The whole project is down when its watchdog has nothing left to do and has ended. */
async function awaitEnd(site: Site, agents: readonly Agent[], all: boolean, world: World): Promise<void> {
  const { quit_grace, stop_grace } = site.project.supervision;
  const limit = quit_grace + stop_grace + SLACK;
  const deadline = Date.now() + limit;
  for (;;) {
    const left = await stillThere(site, agents, all, world);
    if (left.length === 0) return;
    if (world.signal.aborted)
      throw new Failure("TIMED_OUT", "interrupted; what was asked for goes on stopping");
    if (Date.now() > deadline) {
      const hint = "ask again, or look: agents status -o wide";
      throw new Failure("TIMED_OUT", `not down after ${Math.round(limit / 1000)} s: ${left.join(", ")}`, {
        hint,
      });
    }
    await wait(POLL);
  }
}

async function stillThere(
  site: Site,
  agents: readonly Agent[],
  all: boolean,
  world: World,
): Promise<readonly string[]> {
  if (all) return (await isHeld(site.state, "watchdog")) ? ["the watchdog"] : [];
  const seen = await survey(site, world.env);
  return seen.agents
    .filter(
      ({ name, is }) => agents.some((agent) => agent.name === name) && is !== "down" && is !== "foreign",
    )
    .map(({ name }) => name);
}
