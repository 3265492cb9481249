import path from "node:path";
import { createConfig } from "../src/host/config.ts";
import { createEffort } from "../src/host/effort.ts";
import { keep } from "../src/host/kept.ts";
import { createEyes } from "../src/host/look.ts";
import { createRelay, type Relay } from "../src/host/relay.ts";
import { createStore } from "../src/host/store.ts";
import type { Handoff } from "../src/project.ts";
import { type Bulletin, NO_BULLETIN } from "../src/watch/logins.ts";
import type { Duration } from "../src/watch/time.ts";
import type { Host } from "../src/watchdog/host.ts";
import { type Ended, enter, live } from "../src/watchdog/life.ts";
import { type Point, pointsOf } from "./points.ts";
import {
  createWakes,
  diskOf,
  processesOf,
  remoteOf,
  sendSignal,
  type Touch,
  terminalOf,
  usedBy,
  watched,
} from "./ports.ts";
import { createRescuer } from "./rescuer.ts";
import type { World } from "./world.ts";

/** What strikes at a point: "die" ends the process there, a duration holds it up. */
export type Strike = (point: Point, dog: Dog) => "die" | Duration;

/** One watchdog process: the real one's code over ports that are not. */
export interface Dog {
  /** False when it was killed; nothing of it happens any more. */
  readonly alive: boolean;
  readonly epoch: number;
  kill(): void;
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

/** So long takes the program that reads agents.toml. */
const READING: Duration = 300;

const NEVER = new Promise<never>(() => {});

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
    // It is known to those who bore it before it does anything.
    await null;
    const site = world.config.site();
    const disk = diskOf(world.files, touch);
    await keep(disk, site.state, site.file, { ...site.inForce, refused: null });
    const store = watched(createStore(world.site.state, disk), world, birth.alone);
    const clock = { now: world.hours.wall, read: world.hours.read, sleep: sleeping(world) };
    const records = await enter(store, clock, world.machine.server()?.epoch ?? 0);
    epoch = records.epoch;
    world.tell({ what: "watching", epoch });
    const terminal = terminalOf(world, epoch, touch);
    const handoff = site.project.loop?.handoff ?? null;
    const relayTo = (to: Handoff): Relay =>
      createRelay({ remote: remoteOf(world, touch), handoff: to, wake: wakes.ring });
    const relay = handoff === null ? null : relayTo(handoff);
    wakes.on(site.state, (file) => {
      if (file === "wake") relay?.hurry();
      return file === "wishes.json" || file === "wake";
    });
    wakes.on(site.root, (file) => file === path.basename(site.file));
    const run: Host["run"] = (_, [program]) =>
      touch("run", async () => {
        if (program !== undefined) await world.hours.wait(READING);
        const stdout = program === undefined ? "" : await world.config.read();
        return { code: stdout.startsWith('{"error"') ? 3 : 0, stdout, stderr: "", timedOut: false };
      });
    const host: Host = {
      ...{ site, clock, terminal, disk, store, wakes, relay, relayTo, run },
      config: createConfig({
        ...{ file: site.file, cwd: site.root, disk, run, environment: {}, wake: wakes.ring },
      }),
      eyes: createEyes(terminal, site.id),
      effort: createEffort(async (pid) => usedBy(world, pid)),
      environment: {},
      accounts: accountsIn(world),
      informer: { take: async () => new Map() },
      rescuer: createRescuer(world, wakes.ring),
      newInstance: birth.instance,
      ownerOf: async () => null,
      healthOf: async () => "ready",
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

const LOGIN = { id: "demo:0123456789ab", says: "demo as acme" };

/** Its own limits nobody hears of: what all who share a login meet, they meet together. */
function accountsIn(world: World): Host["accounts"] {
  let own = NO_BULLETIN;
  const told = (): Bulletin =>
    world.limit === null
      ? NO_BULLETIN
      : { limits: [{ ...world.limit, login: LOGIN.id, says: LOGIN.says }], answered: [] };
  return {
    of: async () => new Map([["demo", LOGIN]]),
    bulletins: {
      ...{ folder: "/user/limits", file: "own.json" },
      read: async () => [told()],
      own: async () => own,
      write: async (bulletin) => {
        own = bulletin;
      },
    },
  };
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
