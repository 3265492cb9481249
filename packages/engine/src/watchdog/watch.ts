import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { BACKENDS } from "../backends/index.ts";
import { createBulletins, limitsFolder } from "../host/bulletins.ts";
import { systemClock } from "../host/clock.ts";
import { createConfig } from "../host/config.ts";
import { systemDisk } from "../host/disk.ts";
import { createEffort } from "../host/effort.ts";
import { type Environment, pick } from "../host/environment.ts";
import { sweepDrafts } from "../host/files.ts";
import { createGit } from "../host/git.ts";
import { createInformer } from "../host/informer.ts";
import { keep } from "../host/kept.ts";
import { take } from "../host/lock.ts";
import { loginsOf } from "../host/logins.ts";
import { createEyes } from "../host/look.ts";
import { remoteOf } from "../host/mirror.ts";
import { healthOf } from "../host/opencode-server.ts";
import { ownerOf } from "../host/owner.ts";
import { processesByInstance, signalAll } from "../host/processes.ts";
import { createRelay, type Relay } from "../host/relay.ts";
import { createRescuer } from "../host/rescuer.ts";
import { run } from "../host/run.ts";
import { checkSocket, type Site } from "../host/site.ts";
import { createStore } from "../host/store.ts";
import { createMarker } from "../host/tape.ts";
import { createTmux, remind } from "../host/tmux.ts";
import { createWakes } from "../host/wakes.ts";
import { Failure } from "../problem.ts";
import type { Handoff } from "../project.ts";
import { digest } from "../watch/digest.ts";
import type { Login } from "../watch/logins.ts";
import type { Duration } from "../watch/time.ts";
import type { Accounts, Host } from "./host.ts";
import { type Alarm, type Ended, enter, live } from "./life.ts";

/**
 * Watches over a project, from its birth to its end, and holds the project's
 * lock all the while.
 * @throws Failure BUSY when another watchdog holds the project.
 */
export async function watch(site: Site, environment: Environment, signal: AbortSignal): Promise<Ended> {
  checkSocket(site);
  const store = createStore(site.state);
  await store.make();
  let trouble: string | null = null;
  const lock = await take(site.state, "watchdog", () => trouble);
  if (lock === null) throw new Failure("BUSY", `another watchdog holds ${site.name}`);
  await sweepDrafts(site.state).catch(() => {});
  const alarm: Alarm = {
    look: () => (signal.aborted ? "interrupted" : isOrphaned(environment) ? "orphaned" : null),
    every: KEEPER_LOOK,
  };
  let host: Host | null = null;
  try {
    // Whether the file is refused, this watchdog says when it has looked itself.
    await keep(systemDisk, site.state, site.file, { ...site.inForce, refused: null });
    const records = await enter(store, systemClock, await obeyedEpoch(site, environment));
    host = createHost(site, environment, records.epoch);
    return await live(records, host, alarm, signal, (now) => {
      if (now !== null && now !== trouble) log(now);
      trouble = now;
    });
  } finally {
    host?.wakes.close();
    await lock.release();
  }
}

/** Which epoch the tmux server obeys; 0 when there is none, or when it does not say. */
async function obeyedEpoch({ socket }: Site, environment: Environment): Promise<number> {
  if (!existsSync(socket)) return 0;
  return createTmux(socket, environment, 0)
    .panes()
    .then(
      ({ epoch }) => epoch,
      () => 0,
    );
}

const KEEPER_LOOK = 2_000;

/** Its output is the keeper's log. */
const log = (text: string): void => {
  process.stderr.write(`${new Date().toISOString()} the watchdog could not go on: ${text}\n`);
};

const isOrphaned = ({ FLEET_KEEPER_PID: keeper }: Environment): boolean =>
  keeper !== undefined && keeper !== String(process.ppid);

export function createHost(site: Site, environment: Environment, epoch: number): Host {
  const store = createStore(site.state);
  const terminal = createTmux(site.socket, environment, epoch);
  const wakes = createWakes();
  let server: number | null = null;
  // A pane that ends gives its terminal back; tmux may need to be told that its child has died.
  wakes.on("/dev/pts", () => {
    remind(server);
    return true;
  });
  const environmentOf = (backend: string): Environment => ({
    ...pick(environment, BACKENDS[backend]?.passes ?? []),
    ...site.project.backends[backend]?.env,
  });
  const eyes = createEyes(terminal, site.id);
  const marker = createMarker(site.state);
  let relay: Relay | null = null;
  const relayTo = (handoff: Handoff): Relay => {
    const clone = path.resolve(site.root, handoff.repo);
    const remote = remoteOf(createGit(environment), clone, store.at("mirror.git"), handoff.branch);
    relay = createRelay({ remote, handoff, wake: wakes.ring });
    return relay;
  };
  wakes.on(site.state, (file) => {
    if (file === "wake") relay?.hurry();
    return file === "wishes.json" || file === "wake";
  });
  wakes.on(site.root, (file) => file === path.basename(site.file) || file.startsWith("STATUS-"));
  const handoff = site.project.loop?.handoff ?? null;
  const { file, root: cwd } = site;
  return {
    site,
    clock: systemClock,
    terminal,
    eyes: {
      look: async (project, before, now) => {
        const look = await eyes.look(project, before, now);
        server = look.panes?.server ?? server;
        if (look.panes !== null) marker.mark(project.agents, look.panes);
        return look;
      },
    },
    disk: systemDisk,
    effort: createEffort(),
    informer: createInformer({
      state: site.state,
      disk: systemDisk,
      environmentOf,
    }),
    store,
    wakes,
    relay: handoff === null ? null : relayTo(handoff),
    relayTo,
    config: createConfig({ file, cwd, disk: systemDisk, run, environment, wake: wakes.ring }),
    rescuer: createRescuer(site, createGit(environment), systemClock, wakes.ring),
    accounts: accountsOf(site, environment),
    environment,
    newInstance: () => crypto.randomUUID(),
    run,
    healthOf,
    ownerOf: async (conversation, backend) =>
      ownerOf(conversation, BACKENDS[backend] ?? {}, environmentOf(backend)),
    processes: processesByInstance,
    signal: signalAll,
  };
}

/** A file of secrets may be another than a while ago. */
const LOGINS_HOLD: Duration = 60_000;

function accountsOf({ state }: Site, environment: Environment): Accounts | null {
  const folder = limitsFolder(environment);
  if (folder === null) return null;
  let last: { readonly hash: string; readonly at: number; readonly of: ReadonlyMap<string, Login> } | null =
    null;
  return {
    bulletins: createBulletins(folder, digest(state)),
    async of(site) {
      const { hash } = site.inForce;
      const at = performance.now();
      if (last?.hash !== hash || at - last.at > LOGINS_HOLD)
        last = { hash, at, of: await loginsOf(site, environment, systemDisk) };
      return last.of;
    },
  };
}
