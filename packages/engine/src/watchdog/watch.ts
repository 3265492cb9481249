import path from "node:path";
import process from "node:process";
import { chooseBackend, NO_OVERRIDES } from "../choose-model.ts";
import { systemClock } from "../host/clock.ts";
import type { Environment } from "../host/environment.ts";
import { createGit } from "../host/git.ts";
import { take } from "../host/lock.ts";
import { createEyes } from "../host/look.ts";
import { processesByInstance, signalAll } from "../host/processes.ts";
import { createRelay } from "../host/relay.ts";
import { checkSocket, type Site } from "../host/site.ts";
import { createStore, type Store } from "../host/store.ts";
import { createTmux, remind } from "../host/tmux.ts";
import { createWakes } from "../host/wakes.ts";
import { Failure } from "../problem.ts";
import { VERSION } from "../version.ts";
import type { Records } from "../watch/records.ts";
import { receiptOf } from "./act.ts";
import type { Host } from "./host.ts";
import { journalOf, note } from "./note.ts";
import { tick } from "./tick.ts";

/** "orphaned": its keeper has gone, so that nobody would start it again. */
export type Ended = "off" | "complete" | "interrupted" | "orphaned";

/**
 * Looks, thinks, acts and records, again and again, until there is nothing left
 * to watch or the signal aborts. Holds the project's lock all the while.
 * @throws Failure BUSY when another watchdog holds the project.
 */
export async function watch(site: Site, environment: Environment, signal: AbortSignal): Promise<Ended> {
  checkSocket(site);
  const store = createStore(site.state);
  await store.make();
  const lock = await take(site.state, "watchdog");
  if (lock === null) throw new Failure("BUSY", `another watchdog holds ${site.name}`);
  let host: Host | null = null;
  try {
    let records = await enter(await store.records());
    await store.save(records);
    host = createHost(await withBackends(site, store), environment, records.epoch);
    await host.terminal.claim();
    await store.journal([
      { at: records.heartbeat, agent: null, what: "watchdog-started", ...inBrief(records) },
    ]);
    records = await catchUp(records, host);
    for (;;) {
      const ticked = await tick(records, host);
      records = ticked.records;
      const over =
        ticked.over ?? (signal.aborted ? "interrupted" : isOrphaned(environment) ? "orphaned" : null);
      if (over !== null) {
        await leave(over, host);
        return over;
      }
      await rest(ticked.next, host, signal, environment);
    }
  } finally {
    host?.wakes.close();
    await lock.release();
  }
}

/** The epoch is raised and on disk before anything is done under it. */
const enter = async (before: Records): Promise<Records> => ({
  ...before,
  epoch: before.epoch + 1,
  pid: process.pid,
  version: VERSION,
  heartbeat: systemClock.now(),
});

/** LOOP_BACKEND and its like count from the watchdog's start on. */
async function withBackends(site: Site, store: Store): Promise<Site> {
  const overrides = { ...NO_OVERRIDES, env: (await store.wishes()).env };
  const agents = site.project.agents.map((agent) => ({ ...agent, backend: chooseBackend(agent, overrides) }));
  return { ...site, project: { ...site.project, agents } };
}

/** A message was settled, and the crash came before that was written down. */
async function catchUp(records: Records, { site, store, clock }: Host): Promise<Records> {
  let caught = records;
  const receipts = (await store.recent()).filter(({ what }) => what === "submitted" || what === "pinged");
  const told = new Set(receipts.map(({ id, message }) => id ?? message));
  for (const agent of site.project.agents) {
    const record = records.agents[agent.name];
    const settled = record?.mail == null ? null : await store.settled(agent.name, record.mail.id);
    if (record === undefined || settled === null) continue;
    const receipt = receiptOf(settled.message, clock.now());
    if (settled.how === "submitted" && !told.has(settled.message.id))
      await store.journal(journalOf(agent, [receipt]));
    caught = note(caught, agent, receipt);
  }
  return caught;
}

const inBrief = ({ epoch, pid, version }: Records) => ({ epoch, pid, version });

const isOrphaned = ({ FLEET_KEEPER_PID: keeper }: Environment): boolean =>
  keeper !== undefined && keeper !== String(process.ppid);

async function leave(over: Ended, { store, terminal, clock, relay }: Host): Promise<void> {
  await relay?.idle();
  if (over === "off") {
    const { sessions } = await terminal.panes();
    // A foreign session is somebody's work: its server stays.
    if (sessions.size === 0) await terminal.end();
  }
  await store.journal([{ at: clock.now(), agent: null, what: "watchdog-ended", because: over }]);
}

/** Sleeps until it is time or something happened, with half an eye on the keeper. */
async function rest(
  next: number,
  { clock, wakes }: Host,
  signal: AbortSignal,
  environment: Environment,
): Promise<void> {
  const done = new AbortController();
  const both = AbortSignal.any([signal, done.signal]);
  const woken = wakes.next(both).then(() => done.abort());
  do {
    await clock.sleep(Math.min(Math.max(next - clock.now(), SHORTEST_REST), KEEPER_LOOK), both);
  } while (!both.aborted && clock.now() < next && !isOrphaned(environment));
  done.abort();
  await woken;
}

const KEEPER_LOOK = 2_000;

/** A bug that wants to look all the time must not burn a core. */
const SHORTEST_REST = 10;

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
          git: createGit(environment),
          handoff,
          clone: path.resolve(site.root, handoff.repo),
          mirror: store.at("mirror.git"),
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
    store,
    wakes,
    relay,
    environment,
    newInstance: () => crypto.randomUUID(),
    processes: processesByInstance,
    signal: signalAll,
  };
}
