import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { BACKENDS } from "../backends/index.ts";
import { defineCommand, type World } from "../command/command.ts";
import { startKeeper } from "../host/keeper.ts";
import { isHeld, isHeldBy } from "../host/lock.ts";
import { keeperOf, signalAll } from "../host/processes.ts";
import { readLastGood, type Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Records } from "../watch/records.ts";
import { sayStandstill } from "../watch/standstill.ts";
import { watch } from "../watchdog/watch.ts";
import { ensureWatchdog } from "./bring-up.ts";
import { ANSWER_VERSION, configFlag, fileOf, jsonFlag, openRunning } from "./common.ts";

export const watchdog = defineCommand({
  name: "watchdog",
  about:
    "watch over the project in the foreground, as the keeper has it done; or restart the one that runs; or start one where nobody watches",
  operands: "[run | restart | start]",
  flags: { ...configFlag, ...jsonFlag },
  examples: [
    ["agents watchdog", "what the keeper runs; for systemd and for the curious"],
    ["agents watchdog restart", "let the watchdog run the code that is on disk; agents are not touched"],
    [
      "agents watchdog start",
      "after a restart of the machine: who was asked for is brought back, and nobody else",
    ],
  ],
  async run([verb = "run", ...more], { config, json }, world) {
    if (more.length > 0 || !["run", "restart", "start"].includes(verb))
      throw new Failure("WRONG_USAGE", `watchdog knows no "${[verb, ...more].join(" ")}"`, {
        hint: "agents watchdog run, restart or start",
      });
    if (verb === "run") return runHere(await readLastGood(fileOf(config, world)), world);
    const site = await openRunning(config, world);
    if (verb === "start" && !(await isWanted(site))) {
      world.out(
        json
          ? `${JSON.stringify({ schema_version: ANSWER_VERSION, project: site.name, pid: null })}\n`
          : `${site.name}: nobody is asked for\n`,
      );
      return 0;
    }
    const { epoch, pid, version } = await (verb === "start" ? start : restart)(site, world);
    const answer = { schema_version: ANSWER_VERSION, project: site.name, epoch, pid, version };
    world.out(
      json
        ? `${JSON.stringify(answer)}\n`
        : `${site.name}: the watchdog runs ${version}, epoch ${epoch}, pid ${pid}\n`,
    );
    return 0;
  },
});

/** A project that was taken down, or never asked for, stays as it is; one with nothing but schedules has no wishes and is asked for. */
const isWanted = async (site: Site): Promise<boolean> =>
  existsSync(`${site.state}/wishes.json`) && !(await createStore(site.state).wishes()).off;

/** Idempotent: one that watches goes on. */
async function start(site: Site, world: World): Promise<Records> {
  await ensureWatchdog(site, world);
  return holderOf(site, world);
}

const INTERRUPTED = 130;

async function runHere(site: Site, { env, signal, err }: World): Promise<number> {
  const { standstill } = (await createStore(site.state).glance()).wishes;
  // It ends what is left, and then itself.
  if (standstill !== null)
    err(`${site.name} was ${sayStandstill(standstill)}; nobody is started until: stop-everything --lift\n`);
  const ended = await watch(site, env, signal);
  const passes = Object.values(BACKENDS).flatMap((backend) => backend.passes);
  if (ended === "orphaned") await startKeeper(site, env, passes);
  // The keeper starts another: only it was asked to end, and not its keeper.
  return ended === "interrupted" ? INTERRUPTED : 0;
}

/** At any time: what it was doing is on disk, and the next one goes on with it. */
async function restart(site: Site, world: World): Promise<Records> {
  const { signal } = world;
  const store = createStore(site.state);
  const before = await holderOf(site, world);
  if ((await keeperOf(before.pid)) === null)
    throw new Failure("AGENT_FAILED", `the watchdog of ${site.name} (pid ${before.pid}) has no keeper`, {
      hint: "nobody would start it again: end it where it was started by hand, then: up",
    });
  const began = Date.now();
  let asked = false;
  for (;;) {
    const now = await store.records();
    if (now.epoch > before.epoch && (await isHeldBy(site.state, "watchdog", now.pid))) return now;
    const late = Date.now() - began;
    // Whoever the records name, only the holder of the lock is signalled.
    const holds = now.epoch === before.epoch && (await isHeldBy(site.state, "watchdog", before.pid));
    if (holds && !asked) signalAll([before.pid], "SIGTERM");
    else if (holds && late > PATIENCE) signalAll([before.pid], "SIGKILL");
    asked = true;
    if (late > LIMIT || signal.aborted)
      throw new Failure(
        "TIMED_OUT",
        `no new watchdog holds ${site.name} after ${Math.round(late / 1000)} s`,
        {
          hint: "see why: logs watchdog",
        },
      );
    await wait(POLL);
  }
}

/** What the watchdog has written that runs now: one that has just begun may hold the lock, and the records still name another. */
async function holderOf(site: Site, { signal }: World): Promise<Records> {
  const began = Date.now();
  for (;;) {
    const records = await createStore(site.state).records();
    if (await isHeldBy(site.state, "watchdog", records.pid)) return records;
    if (!(await isHeld(site.state, "watchdog")))
      throw new Failure("AGENT_FAILED", `nobody watches ${site.name}`, { hint: "start it: up" });
    if (Date.now() - began > LIMIT || signal.aborted)
      throw new Failure("TIMED_OUT", `the watchdog of ${site.name} does not write down who it is`, {
        hint: "see why: logs watchdog",
      });
    await wait(POLL);
  }
}

/** One that hangs does not hear TERM; it is made to be killed. */
const PATIENCE = 10_000;
const LIMIT = 40_000;
const POLL = 25;
