import process from "node:process";
import type { Clock } from "../host/clock.ts";
import { keep } from "../host/kept.ts";
import type { Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import { VERSION } from "../version.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Records } from "../watch/records.ts";
import type { Duration } from "../watch/time.ts";
import { receiptsOf } from "./act.ts";
import type { Host } from "./host.ts";
import { journalOf, note } from "./note.ts";
import { type Reloaded, reload } from "./reload.ts";
import { pauseAfter, type Stumble, stumble, withPatientJournal } from "./steady.ts";
import { type Ticked, tick } from "./tick.ts";

/** "orphaned": its keeper has gone, so that nobody would start it again. */
export type Ended = "off" | "complete" | "interrupted" | "orphaned";

/** What may end a watchdog that has still something to watch. */
export interface Alarm {
  /** Null while it is to go on. */
  look(): "interrupted" | "orphaned" | null;
  /** How often to look, at rest. */
  readonly every: Duration;
}

/** The epoch is raised and on disk before anything is done under it. Above the one that the tmux server obeys, too: records may be lost. */
export async function enter(store: Store, clock: Clock, obeyed: number): Promise<Records> {
  const before = await store.records();
  const epoch = Math.max(before.epoch, obeyed) + 1;
  const records: Records = { ...before, epoch, pid: process.pid, version: VERSION, heartbeat: clock.now() };
  await store.save(records);
  return records;
}

/**
 * Looks, thinks, acts and records, again and again, until there is nothing left to watch or it is to end. What goes
 * wrong with a tick is reported, and tried again ever later: nothing but a newer watchdog ends this one.
 */
export async function live(
  entered: Records,
  given: Host,
  alarm: Alarm,
  signal: AbortSignal,
  report: (trouble: string | null) => void = () => {},
): Promise<Ended> {
  const store = withPatientJournal(given.store);
  const { epoch, pid, version, heartbeat } = entered;
  await store.journal([{ at: heartbeat, agent: null, what: "watchdog-started", epoch, pid, version }]);
  let { records, host } = await catchUpConfig(entered, { ...given, store });
  records = await catchUp(records, host);
  let stumbled: Stumble | null = null;
  for (;;) {
    let ticked: Ticked | null = null;
    try {
      // Nothing is done while it could not be written down.
      if (stumbled !== null) await store.save(records);
      ({ records, host } = await reload(records, host));
      ticked = await tick(records, host);
      records = ticked.records;
      await store.save(records);
      if (stumbled !== null) await recover(stumbled, host);
      stumbled = null;
    } catch (error) {
      stumbled = await tell(stumbled, stumble(stumbled, error, host.clock.now()), host);
    }
    report(stumbled?.because ?? store.unwritten());
    const done = stillOver(ticked?.over ?? null, host);
    if (done !== null && (await leave(done, host))) return done;
    const told = alarm.look();
    if (told !== null && (await leave(told, host))) return told;
    if (stumbled !== null) await pause(pauseAfter(stumbled), host, alarm, signal);
    else if (done !== null) await pause(UNTIL_ASKED_AGAIN, host, alarm, signal);
    else await rest(ticked?.next ?? 0, host, alarm, signal);
  }
}

/** An edit that was made while nobody watched counts from the first tick on. */
async function catchUpConfig(records: Records, host: Host): Promise<Reloaded> {
  const { config, disk } = host;
  if (config === null) return { records, host };
  const asked = await reload(records, host);
  await config.idle();
  const read = await reload(asked.records, asked.host);
  const { site } = read.host;
  await keep(disk, site.state, site.file, site.inForce);
  return read;
}

/** A phase may just have been added. */
const stillOver = (over: Ticked["over"], { config }: Host): Ticked["over"] =>
  over === "complete" && config?.isReading() ? null : over;

/** Once for each change of its cause. */
async function tell(before: Stumble | null, now: Stumble, { store, clock }: Host): Promise<Stumble> {
  if (before?.because !== now.because)
    await store.journal([{ at: clock.now(), agent: null, what: "stumbled", because: now.because }]);
  return now;
}

async function recover({ since, because }: Stumble, { store, clock }: Host): Promise<void> {
  const at = clock.now();
  await store.journal([{ at, agent: null, what: "recovered", after: at - since, because }]);
}

/** A message was settled, and the crash came before that was written down, or in the middle of it. */
async function catchUp(records: Records, { site, store, clock }: Host): Promise<Records> {
  let caught = records;
  let told: ReadonlySet<string> | null = null;
  for (const agent of site.project.agents) {
    const record = records.agents[agent.name];
    const settled = record?.mail == null ? null : await store.settled(agent.name, record.mail.id);
    if (record === undefined || settled === null) continue;
    const receipts = receiptsOf(settled.message, settled.end, clock.now());
    const known: ReadonlySet<string> = told ?? new Set((await store.recent()).map(keyOf));
    told = known;
    await store.journal(journalOf(agent, receipts).filter((receipt) => !known.has(keyOf(receipt))));
    caught = receipts.reduce((sofar, receipt) => note(sofar, agent, receipt), caught);
  }
  return caught;
}

/** What makes a receipt another one. */
const keyOf = ({ what, message, id, sha }: JournalEntry): string =>
  [what, id ?? message, sha ?? ""].join(" ");

/** False: a tmux that does not answer is to be ended first, and nobody else would. */
async function leave(over: Ended, { store, terminal, clock, relay, rescuer }: Host): Promise<boolean> {
  await relay?.idle();
  await rescuer.idle();
  if (over === "off" && !(await endServer(terminal))) return false;
  await store.journal([{ at: clock.now(), agent: null, what: "watchdog-ended", because: over }]);
  return true;
}

const UNTIL_ASKED_AGAIN: Duration = 1_000;

async function endServer(terminal: Host["terminal"]): Promise<boolean> {
  try {
    const { sessions } = await terminal.panes();
    // A foreign session is somebody's work: its server stays.
    if (sessions.size === 0) await terminal.end();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === "TMUX_FAILED") return false;
    throw error;
  }
}

/** Sleeps until it is time or something happened, with half an eye on the alarm. */
async function rest(next: number, { clock, wakes }: Host, alarm: Alarm, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const end = () => done.abort(RESTED);
  // By hand: signals that AbortSignal.any made of one that lives for ever pile up until the collector finds them.
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const woken = wakes.next(done.signal).then(end);
  // By the clock that nobody sets: set back an hour, the other one would let it sleep for an hour.
  const until = clock.read().steady + Math.max(next - clock.now(), SHORTEST_REST);
  let left = until - clock.read().steady;
  do {
    await clock.sleep(Math.min(left, alarm.every), done.signal);
    left = until - clock.read().steady;
  } while (!done.signal.aborted && left > 0 && alarm.look() === null);
  end();
  signal.removeEventListener("abort", end);
  await woken;
}

/** Without a reason of its own every abort would make an error, with its stack. */
const RESTED = "rested";

/** Whatever happens meanwhile, a tick that failed is not tried again at once. */
async function pause(duration: Duration, { clock }: Host, alarm: Alarm, signal: AbortSignal): Promise<void> {
  const end = clock.read().steady + duration;
  for (let left = duration; left > 0 && !signal.aborted && alarm.look() === null; ) {
    await clock.sleep(Math.min(left, alarm.every), signal);
    left = end - clock.read().steady;
  }
}

/** A bug that wants to look all the time must not burn a core. */
const SHORTEST_REST = 10;
