import { isDeepStrictEqual } from "node:util";
import type { Disk } from "../../src/host/disk.ts";
import { createStore } from "../../src/host/store.ts";
import { Failure } from "../../src/problem.ts";
import { parseRecords } from "../../src/watch/stored.ts";
import type { Duration } from "../../src/watch/time.ts";
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
      if (pid !== server || pid === null) newest = 0;
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
    const { start_limit, start_limit_window, max_wait, stall_grace } = world.site.project.supervision;
    /** What ends after a jump of the clock is the host's doing, and does not count. */
    let grace = 0;
    const starts = new Map<string, number[]>();
    const reasons: number[] = [];
    let turn = 0;
    world.hear((event) => {
      const now = world.hours.now();
      const recent = (times: readonly number[]) => times.filter((at) => now - at < start_limit_window);
      if (event.what === "wished" || event.what === "unwatched") reasons.push(now);
      // Who is asked for by a person begins with nothing against it.
      if (event.what === "wished" && event.how !== "down")
        for (const name of event.agents) starts.delete(name);
      if (event.what === "fault" && /reboot|server/.test(event.kind)) reasons.push(now);
      if (event.what === "fault" && /reboot|clock/.test(event.kind)) grace = now + max_wait + 2 * stall_grace;
      if (event.what === "saved" && event.records.course !== null && event.records.course.turn !== turn) {
        turn = event.records.course.turn;
        reasons.push(now);
      }
      if (event.what !== "opened" || now < grace) return;
      const { name, kind } = event.body.agent;
      // Each of its starts was asked for, by a person or by a slot.
      if (kind === "task") return;
      const times = recent([...(starts.get(name) ?? []), now]);
      starts.set(name, times);
      // The first start of all was asked for, and a reason may come just before the window.
      const allowed = start_limit + 2 + reasons.filter((at) => now - at < 2 * start_limit_window).length;
      if (times.length > allowed) fail(`${name} was started ${times.length} times, ${allowed} are allowed`);
    });
  },
};

const SLOWEST_TICK: Duration = 120_000;

const notOurs: Invariant = {
  id: "I12",
  says: "sessions that are not ours, and agents that nobody asked for, are never touched",
  watch(world, _, fail) {
    const asked = new Set<string>();
    const down = new Map<string, Duration>();
    world.hear((event) => {
      const now = world.hours.now();
      if (event.what === "wished")
        for (const name of event.agents) {
          asked.add(name);
          down.set(name, event.how === "down" ? (down.get(name) ?? now) : Number.POSITIVE_INFINITY);
        }
      // A tick that has read the wishes before may be slow.
      if (event.what === "opened" && now - (down.get(event.body.agent.name) ?? now) > SLOWEST_TICK)
        fail(`${event.body.agent.name} was started, and is wished down`);
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
      if (event.what === "fault" && /rival|second/.test(event.kind)) rival = true;
      if (event.what === "journaled")
        for (const { what, agent, because, check } of event.entries) {
          const failed =
            what === "check-failed" || what === "stumbled" || /check failed/.test(String(because));
          if (failed && !/can't be written|tmux|git /.test(String(because)))
            fail(`${what} ${agent ?? check ?? ""}: ${String(because)}`);
        }
      if (event.what !== "unwatched" || event.error === null) return;
      const code = event.error instanceof Failure ? event.error.code : null;
      if (code === "NOT_WRITABLE" && world.files.refused() !== null) return;
      if (code === "FENCED" && rival) return;
      fail(event.error instanceof Error ? (event.error.stack ?? event.error.message) : String(event.error));
    });
  },
};

const downIsDown: Invariant = {
  id: "I21",
  says: "when the whole project was taken down, nothing of it is left, and in time",
  watch(world, stage, fail) {
    const { quit_grace, stop_grace, signal_tick } = world.site.project.supervision;
    const bound = 4 * (quit_grace + stop_grace) + 2 * signal_tick + 30_000;
    world.hear((event) => {
      if (event.what !== "unwatched" || event.because !== "off") return;
      for (const { instance, session } of world.machine.processes.values())
        if (instance !== "") fail(`a process of ${session} is left`);
    });
    world.hear((event) => {
      if (event.what !== "fault" || event.kind !== "person-takes-all-down") return;
      // It is brought up again when twice that has passed.
      const check = () => {
        const wishes = JSON.parse(world.files.texts.get(`${world.site.state}/wishes.json`) ?? "{}");
        if (stage.dog() === null || wishes.off !== true) return;
        const calm = world.hours.now() - world.disturbed;
        if (calm <= bound) world.hours.after(bound - calm + 1, check);
        else fail(`it was to be down, and a watchdog still watches ${calm} ms later`);
      };
      world.hours.after(bound, check);
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
  ...[neverBreaks, downIsDown, readingWritesNothing, roundTrip, bounded],
];
