import path from "node:path";
import process from "node:process";
import { systemClock } from "../host/clock.ts";
import { systemDisk } from "../host/disk.ts";
import { createEffort } from "../host/effort.ts";
import type { Environment } from "../host/environment.ts";
import { createGit } from "../host/git.ts";
import { take } from "../host/lock.ts";
import { createEyes } from "../host/look.ts";
import { remoteOf } from "../host/mirror.ts";
import { processesByInstance, signalAll } from "../host/processes.ts";
import { createRelay } from "../host/relay.ts";
import { run } from "../host/run.ts";
import { checkSocket, type Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { createTmux, remind } from "../host/tmux.ts";
import { createWakes } from "../host/wakes.ts";
import { Failure } from "../problem.ts";
import type { Host } from "./host.ts";
import { type Ended, enter, live, type Outcry } from "./life.ts";

/**
 * Watches over a project, from its birth to its end, and holds the project's
 * lock all the while.
 * @throws Failure BUSY when another watchdog holds the project.
 */
export async function watch(site: Site, environment: Environment, signal: AbortSignal): Promise<Ended> {
  checkSocket(site);
  const store = createStore(site.state);
  await store.make();
  const lock = await take(site.state, "watchdog");
  if (lock === null) throw new Failure("BUSY", `another watchdog holds ${site.name}`);
  const outcry: Outcry = () => (signal.aborted ? "interrupted" : isOrphaned(environment) ? "orphaned" : null);
  let host: Host | null = null;
  try {
    const records = await enter(store, systemClock);
    host = createHost(site, environment, records.epoch);
    return await live(records, host, outcry, signal);
  } finally {
    host?.wakes.close();
    await lock.release();
  }
}

const isOrphaned = ({ FLEET_KEEPER_PID: keeper }: Environment): boolean =>
  keeper !== undefined && keeper !== String(process.ppid);

function createHost(site: Site, environment: Environment, epoch: number): Host {
  const store = createStore(site.state);
  const terminal = createTmux(site.socket, environment, epoch);
  const wakes = createWakes();
  let server: number | null = null;
  // A pane that ends gives its terminal back; tmux may need to be told that its child has died.
  wakes.on("/dev/pts", () => {
    remind(server);
    return true;
  });
  const eyes = createEyes(terminal, site.id);
  const handoff = site.project.loop?.handoff ?? null;
  const relay =
    handoff === null
      ? null
      : createRelay({
          remote: remoteOf(
            createGit(environment),
            path.resolve(site.root, handoff.repo),
            store.at("mirror.git"),
            handoff.branch,
          ),
          handoff,
          wake: wakes.ring,
        });
  wakes.on(site.state, (file) => {
    if (file === "wake") relay?.hurry();
    return file === "wishes.json" || file === "wake";
  });
  return {
    site,
    clock: systemClock,
    terminal,
    eyes: {
      look: async (project, before, now) => {
        const look = await eyes.look(project, before, now);
        server = look.panes?.server ?? server;
        return look;
      },
    },
    disk: systemDisk,
    effort: createEffort(),
    store,
    wakes,
    relay,
    environment,
    newInstance: () => crypto.randomUUID(),
    run,
    processes: processesByInstance,
    signal: signalAll,
  };
}
