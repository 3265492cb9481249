import type { Disk } from "../src/host/disk.ts";
import { createEffort } from "../src/host/effort.ts";
import { createEyes } from "../src/host/look.ts";
import type { Remote } from "../src/host/mirror.ts";
import { createRelay, type Relay } from "../src/host/relay.ts";
import { createStore, type Store } from "../src/host/store.ts";
import type { Terminal } from "../src/host/tmux.ts";
import type { Wakes } from "../src/host/wakes.ts";
import type { Handoff } from "../src/project.ts";
import type { Duration } from "../src/watch/time.ts";
import type { Host } from "../src/watchdog/host.ts";
import { type Ended, enter, live } from "../src/watchdog/life.ts";
import { createRescuer } from "./rescuer.ts";
import type { World } from "./world.ts";

/** Where a watchdog may be struck: before and after everything that it does to the world. */
export interface Point {
  readonly effect: string;
  readonly when: "before" | "after";
}

/** What strikes at a point: "die" ends the process there, a duration holds it up. */
export type Strike = (point: Point, dog: Dog) => "die" | Duration;

/** One watchdog process: the real one's code over ports that are not. */
export interface Dog {
  /** False when it was killed; nothing of it happens any more. */
  readonly alive: boolean;
  readonly epoch: number;
  kill(): void;
  ring(): void;
  /** An event of the file system. */
  notice(folder: string, file: string): void;
}

export interface Birth {
  readonly strike: Strike;
  /** It has ended by itself, and how; an error when it broke. */
  readonly ended: (how: Ended | null, error: unknown) => void;
  readonly instance: () => string;
  /** It alone holds the lock. */
  readonly alone: () => boolean;
}

const NEVER = new Promise<never>(() => {});

/** Both points of an effect, made once. */
const points = new Map<string, { readonly before: Point; readonly after: Point }>();

function pointsOf(effect: string): { readonly before: Point; readonly after: Point } {
  const found = points.get(effect) ?? {
    before: { effect, when: "before" },
    after: { effect, when: "after" },
  };
  points.set(effect, found);
  return found;
}

export function startDog(world: World, birth: Birth): Dog {
  let alive = true;
  let epoch = 0;
  const wakes = createWakes(world);
  const stop = new AbortController();
  const dog: Dog = {
    get alive() {
      return alive;
    },
    get epoch() {
      return epoch;
    },
    kill() {
      alive = false;
    },
    ring: wakes.ring,
    notice: wakes.notice,
  };
  /** Everything that a watchdog does goes through here. */
  const touch: Touch = async (effect, what) => {
    const { before, after } = pointsOf(effect);
    await passing(before);
    let value: Awaited<ReturnType<typeof what>>;
    try {
      value = await what();
    } catch (error) {
      if (!alive) await NEVER;
      throw error;
    }
    await passing(after);
    return value;
  };
  /** Whoever is killed goes no further: what it waits for never comes. Null: nothing holds it up. */
  const passing = (point: Point): Promise<void> | null => {
    if (!alive) return NEVER;
    const struck = birth.strike(point, dog);
    if (struck === "die") return NEVER;
    return struck > 0 ? held(struck) : null;
  };
  const held = async (duration: Duration): Promise<void> => {
    await world.hours.wait(duration);
    if (!alive) await NEVER;
  };
  const life = async () => {
    const disk = diskOf(world.files, touch);
    const store = watched(createStore(world.site.state, disk), world, birth.alone);
    const clock = { now: world.hours.wall, read: world.hours.read, sleep: sleeping(world) };
    const records = await enter(store, clock, world.machine.server()?.epoch ?? 0);
    epoch = records.epoch;
    world.tell({ what: "watching", epoch });
    const { site } = world;
    const terminal = terminalOf(world, epoch, touch);
    const handoff = site.project.loop?.handoff ?? null;
    const relayTo = (to: Handoff): Relay =>
      createRelay({ remote: remoteOf(world, touch), handoff: to, wake: wakes.ring });
    const relay = handoff === null ? null : relayTo(handoff);
    wakes.on(site.state, (file) => {
      if (file === "wake") relay?.hurry();
      return file === "wishes.json" || file === "wake";
    });
    const host: Host = {
      ...{ site, clock, terminal, disk, store, wakes, relay, relayTo, config: null },
      eyes: createEyes(terminal, site.id),
      effort: createEffort(async (pid) => usedBy(world, pid)),
      environment: {},
      informer: { take: async () => new Map() },
      rescuer: createRescuer(world, wakes.ring),
      newInstance: birth.instance,
      run: () => touch("run", async () => ({ code: 0, stdout: "", stderr: "", timedOut: false })),
      processes: () => touch("processes", async () => processesOf(world)),
      signal(pids, signal) {
        // The kernel does this at once: there is no time between its beginning and its end.
        if (!alive || birth.strike(pointsOf("signal").before, dog) === "die") return;
        sendSignal(world, pids, signal);
        birth.strike(pointsOf("signal").after, dog);
      },
    };
    return live(records, host, { look: () => null, every: 3_600_000 }, stop.signal);
  };
  world.hours.release(() => {
    life().then(
      (how) => {
        if (alive) birth.ended(how, null);
      },
      (error: unknown) => {
        if (alive) birth.ended(null, error);
      },
    );
  });
  return dog;
}

type Touch = <T>(effect: string, what: () => Promise<T>) => Promise<T>;

function diskOf(files: World["files"], touch: Touch): Disk {
  return {
    read: files.read,
    size: files.size,
    list: files.list,
    exists: files.exists,
    write: (file, text) => touch("disk.write", () => files.write(file, text)),
    append: (file, lines) => touch("disk.append", () => files.append(file, lines)),
    copy: (from, to) => touch("disk.copy", () => files.copy(from, to)),
    move: (from, to) => touch("disk.move", () => files.move(from, to)),
    remove: (file) => touch("disk.remove", () => files.remove(file)),
    makeFolder: files.makeFolder,
  };
}

/** The store, and what is saved and noted by it. */
function watched(store: Store, world: World, alone: () => boolean): Store {
  return {
    ...store,
    async save(records) {
      await store.save(records);
      world.tell({ what: "saved", records, alone: alone() });
    },
    async journal(entries) {
      await store.journal(entries);
      if (entries.length > 0) world.tell({ what: "journaled", entries });
    },
    async queue(message) {
      world.tell({ what: "queued", id: message.id, text: message.text, to: message.to });
      await store.queue(message);
    },
  };
}

function terminalOf(world: World, epoch: number, touch: Touch): Terminal {
  const terminal = world.machine.terminal(epoch);
  const acting = <T>(effect: string, sessions: readonly string[], what: () => Promise<T>): Promise<T> =>
    touch(effect, async () => {
      const foreign =
        effect !== "tmux.open" &&
        sessions.some((session) => world.machine.sessions.get(session)?.pane.project === null);
      const value = await what();
      if (value !== false) world.tell({ what: "acted", effect, epoch, sessions, foreign });
      return value;
    });
  return {
    panes: () => touch("tmux.panes", terminal.panes),
    screens: (ids, styled) => touch("tmux.screens", () => terminal.screens(ids, styled)),
    history: terminal.history,
    claim: () => acting("tmux.claim", [], terminal.claim),
    open: (openings) =>
      acting(
        "tmux.open",
        openings.map(({ session }) => session),
        () => terminal.open(openings),
      ),
    close: (sessions) => acting("tmux.close", sessions, () => terminal.close(sessions)),
    paste: (session, instance, name, text) =>
      acting("tmux.paste", [session], () => terminal.paste(session, instance, name, text)),
    press: (session, instance, keys) =>
      acting("tmux.press", [session], () => terminal.press(session, instance, keys)),
    end: () => acting("tmux.end", [], terminal.end),
  };
}

function remoteOf(world: World, touch: Touch): Remote {
  const remote = world.repository.remote(world.url, world.hours);
  return {
    origin: remote.origin,
    mirror(url) {
      const mirror = remote.mirror(url);
      return {
        head: () => touch("git.head", mirror.head),
        fetch: () => touch("git.fetch", mirror.fetch),
        gain: (seen, handoff) => touch("git.gain", () => mirror.gain(seen, handoff)),
        text: (file) => touch("git.text", () => mirror.text(file)),
      };
    },
  };
}

async function processesOf({ machine }: World): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  for (const { pid, instance } of machine.processes.values())
    if (instance !== "") found.set(instance, [...(found.get(instance) ?? []), pid]);
  return found;
}

/** Whoever works keeps its children busy, where it has any. */
function usedBy({ machine, bodies, hours }: World, pid: number): Duration | null {
  const process = machine.processes.get(pid);
  if (process === undefined) return null;
  const body = [...bodies.values()].find(({ instance }) => instance === process.instance);
  return body?.state === "busy" ? hours.now() / 2 : 0;
}

function sendSignal(world: World, pids: readonly number[], signal: string): void {
  const [first] = pids;
  const instance = world.machine.processes.get(first ?? 0)?.instance;
  if (instance !== undefined) {
    const body = [...world.bodies.values()].find((one) => one.instance === instance) ?? null;
    world.tell({ what: "signalled", body, instance, signal });
  }
  for (const pid of pids) world.machine.kill(pid, signal);
}

const sleeping =
  ({ hours }: World) =>
  (duration: Duration, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        hours.release(resolve);
      };
      hours.after(duration, done);
      signal.addEventListener("abort", done, { once: true });
    });

/** As inotify would, but no event comes that the world has not told of. */
function createWakes(world: World): Wakes & { notice(folder: string, file: string): void } {
  const folders = new Map<string, (file: string) => boolean>();
  let rung = false;
  let answer: (() => void) | null = null;
  const ring = () => {
    rung = true;
    if (answer !== null) world.hours.release(answer);
  };
  return {
    ring,
    on(folder, wanted = () => true) {
      if (!folders.has(folder)) folders.set(folder, wanted);
    },
    notice(folder, file) {
      if (folders.get(folder)?.(file)) ring();
    },
    next: (signal) =>
      new Promise((resolve) => {
        const done = () => {
          rung = false;
          answer = null;
          signal.removeEventListener("abort", done);
          resolve();
        };
        answer = done;
        signal.addEventListener("abort", done, { once: true });
        if (rung || signal.aborted) done();
      }),
    close: () => folders.clear(),
  };
}
