import { isDeepStrictEqual } from "node:util";
import type { Disk } from "../../src/host/disk.ts";
import { createStore } from "../../src/host/store.ts";
import { Failure } from "../../src/problem.ts";
import { parseRecords } from "../../src/watch/stored.ts";
import type { Invariant } from "../judge.ts";

/** One at a time, the newest alone, nothing that is not ours, and never too much of it. */

const oneTree: Invariant = {
  id: "I1",
  says: "a run never starts while a process of an older run of its agent lives",
  watch(world, _, fail) {
    world.hear((event) => {
      if (event.what === "opened" && event.alive > 0)
        fail(`${event.body.agent.name} was started over ${event.alive} living processes`);
    });
  },
};

const oneConversation: Invariant = {
  id: "I2",
  says: "only a conversation that there is, is gone on with, and by one run alone",
  watch(world, _, fail) {
    const began = new Set<string>();
    world.hear((event) => {
      if (event.what === "became" && (event.state === "busy" || event.state === "idle"))
        began.add(event.body.agent.name);
      if (event.what !== "opened" || !event.body.resumed) return;
      const { name } = event.body.agent;
      if (!began.has(name) || event.alive > 0) fail(`${name} was resumed`);
    });
  },
};

const oneEpoch: Invariant = {
  id: "I3",
  says: "from the moment that a newer watchdog has told tmux of itself, an older one does nothing there",
  watch(world, _, fail) {
    let newest = 0;
    let server: number | null = null;
    world.hear((event) => {
      if (event.what !== "acted") return;
      const { pid } = world.machine.server() ?? { pid: null };
      // A new server has heard of nobody yet.
      if (pid !== server) newest = 0;
      server = pid;
      newest = Math.max(newest, event.epoch);
      // A claim that comes too late is no harm: the server keeps the newer epoch.
      if (event.epoch < newest && event.effect !== "tmux.claim")
        fail(
          `${event.effect} on ${event.sessions.join(" ")} by epoch ${event.epoch}, the newest is ${newest}`,
        );
    });
  },
};

const startBudget: Invariant = {
  id: "I11",
  says: "no window holds more starts than the limit, but for those with a reason of their own",
  watch(world, _, fail) {
    const { start_limit, start_limit_window } = world.site.project.supervision;
    const starts = new Map<string, number[]>();
    const reasons: number[] = [];
    let turn = 0;
    world.hear((event) => {
      const now = world.hours.now();
      const recent = (times: readonly number[]) => times.filter((at) => now - at < start_limit_window);
      if (event.what === "wished" || event.what === "unwatched") reasons.push(now);
      if (event.what === "fault" && /reboot|server/.test(event.kind)) reasons.push(now);
      if (event.what === "saved" && event.records.course !== null && event.records.course.turn !== turn) {
        turn = event.records.course.turn;
        reasons.push(now);
      }
      if (event.what !== "opened") return;
      const { name } = event.body.agent;
      const times = recent([...(starts.get(name) ?? []), now]);
      starts.set(name, times);
      // The first start of all was asked for, and a reason may come just before the window.
      const allowed = start_limit + 2 + reasons.filter((at) => now - at < 2 * start_limit_window).length;
      if (times.length > allowed) fail(`${name} was started ${times.length} times, ${allowed} are allowed`);
    });
  },
};

const notOurs: Invariant = {
  id: "I12",
  says: "sessions that are not ours, and agents that nobody asked for, are never touched",
  watch(world, _, fail) {
    const asked = new Set<string>();
    world.hear((event) => {
      if (event.what === "wished") for (const name of event.agents) asked.add(name);
      if (event.what === "acted" && event.foreign) fail(`${event.effect} on ${event.sessions.join(" ")}`);
      if (event.what === "opened" && !asked.has(event.body.agent.name))
        fail(`${event.body.agent.name} was started, and nobody asked for it`);
    });
  },
};

const neverBreaks: Invariant = {
  id: "I13",
  says: "the watchdog never breaks by itself",
  watch(world, _, fail) {
    let rival = false;
    world.hear((event) => {
      if (event.what === "fault" && event.kind === "second-watchdog") rival = true;
      if (event.what !== "unwatched" || event.error === null) return;
      const code = event.error instanceof Failure ? event.error.code : null;
      if (code === "NOT_WRITABLE" && world.files.refused() !== null) return;
      if (code === "FENCED" && rival) return;
      fail(event.error instanceof Error ? (event.error.stack ?? event.error.message) : String(event.error));
    });
  },
};

const readingWritesNothing: Invariant = {
  id: "I14",
  says: "who only looks writes nothing",
  watch(world, _, fail) {
    const refuse = (what: string) => async () => fail(`${what} while only looking`);
    const disk: Disk = {
      ...world.files,
      ...{ write: refuse("write"), append: refuse("append"), copy: refuse("copy"), move: refuse("move") },
      ...{ remove: refuse("remove"), makeFolder: refuse("makeFolder") },
    };
    const store = createStore(world.site.state, disk);
    let faults = 0;
    world.hear((event) => {
      if (event.what !== "calm" && (event.what !== "fault" || faults++ % 4 !== 0)) return;
      world.hours.release(
        () =>
          void store.glance().then(
            () => (event.what === "calm" ? store.recent() : null),
            () => {},
          ),
      );
    });
  },
};

const roundTrip: Invariant = {
  id: "I15",
  says: "what is saved is read back as it was, and a torn file is not an empty one",
  watch(world, _, fail) {
    let saves = 0;
    let epoch = 0;
    world.hear((event) => {
      if (event.what === "watching") {
        if (event.epoch < epoch) fail(`epoch ${event.epoch} came after ${epoch}`);
        epoch = event.epoch;
      }
      if (event.what !== "saved" || saves++ % 64 !== 0) return;
      const read = parseRecords(JSON.stringify(event.records));
      if (!isDeepStrictEqual(read, event.records)) fail(JSON.stringify(event.records));
    });
  },
};

const bounded: Invariant = {
  id: "I19",
  says: "it never acts or thinks without end",
  watch(world, _, fail) {
    let minute = 0;
    let acted = 0;
    let saved = 0;
    world.hear((event) => {
      const now = Math.floor(world.hours.now() / 60_000);
      if (now !== minute) {
        minute = now;
        acted = 0;
        saved = 0;
      }
      if (event.what === "acted" && ++acted > 300) fail(`${acted} effects in a minute, last ${event.effect}`);
      if (event.what === "saved" && ++saved > 2_500) fail(`${saved} ticks in a minute`);
    });
  },
};

export const ORDER: readonly Invariant[] = [
  ...[oneTree, oneConversation, oneEpoch, startBudget, notOurs],
  ...[neverBreaks, readingWritesNothing, roundTrip, bounded],
];
