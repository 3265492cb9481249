import { describe, expect, it } from "vitest";
import * as of from "../../test/scene.ts";
import {
  ASKED,
  agentOf,
  alive,
  down,
  fallen,
  gist,
  minute,
  NOW,
  PERSISTENT,
  read,
  running,
  SERVICE,
  scene,
  second,
  seenFor,
  TASK,
  up,
} from "../../test/scene.ts";
import { assess } from "./assess.ts";
import { evolve } from "./evolve.ts";
import type { AgentRecord, Blame, Ended } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Mood } from "./sighting.ts";
import { NO_CLAIM, type Signs } from "./sign.ts";
import { think } from "./think.ts";

type Row = readonly [sentence: string, scene: Partial<Scene>, expected: string];

const unwatched = of.agentOf("loop", "none");
const healed = of.agentOf("loop", "heal");
const wedged = running(600 * second, { seen: seenFor(300 * second) });
const fatal = { mood: "fatal", error: "400 thinking blocks" } as const;
const asks = { mood: "asking", question: "Do you trust this folder?" } as const;
const limited = { mood: "limited", until: null } as const;
const stopping = (ago: number) =>
  ({ step: "told", since: NOW - ago, enters: 0, because: "stalled" }) as const;
const gaveUp = (ago: number) => ({
  at: NOW - ago,
  because: "start-limit 5 in 1800 s, last: died",
  turn: null,
});
const ended = (ago: number, blame: Blame): Ended => ({
  at: NOW - ago,
  how: "died",
  exit: { code: 1 },
  blame,
  limit: null,
});
const until = (moment: number) => ({ mood: "limited", until: moment }) as const;
const withTool = { sighting: alive(read({ mood: "busy" }, { running: "tool" })) };
const atWork = { sighting: of.ready, working: true };
/** For so long, and what its program said of itself then. */
const shows = (ago: number, mood: Mood, said: "busy" | "ready" | null = null) => {
  const sign = { ...NO_CLAIM, rule: said ?? "", mood: said && { mood: said }, at: NOW - ago };
  const signs: Signs = said === null ? {} : { status: { ...sign, way: "status" } };
  return running(ago, { seen: seenFor(ago, mood, { signs }) });
};
const restarted = (count: number) => Array.from({ length: count }, (_, index) => NOW - (index + 1) * minute);
const inbox = { message: of.messageOf() };

describe("what is not there", () => {
  it.each<Row>([
    ["is started when it is wished up", {}, "missing → start"],
    ["is left so when it is wished down", { wish: down(ASKED) }, "down"],
    ["is left so when it was never asked for", { wish: down(0) }, "down"],
    ["is held while its workdir is not there", { blocked: "no workdir" }, "held (no workdir)"],
    ["is started again after a death, the first time at once", { record: fallen(0, 1) }, "missing → start"],
    [
      "is held, and not resting, when nothing can start it",
      { record: fallen(26 * second, 2), blocked: "no workdir" },
      "held (no workdir)",
    ],
    [
      "is given up although nothing can start it",
      { record: fallen(0, 6, { restarts: restarted(5) }), blocked: "no workdir" },
      "crash-looping (start-limit 5 in 1800 s, last: died) → give-up",
    ],
    ["rests after the second death", { record: fallen(26 * second, 2) }, "resting"],
    ["is started when it has rested", { record: fallen(34 * second, 2) }, "missing → start"],
    ["rests for the longest pause after many deaths", { record: fallen(430 * second, 50) }, "resting"],
    ["rests no longer than that", { record: fallen(529 * second, 50) }, "missing → start"],
    [
      "waits its turn when another was just restarted",
      { record: fallen(0, 1), restartGap: NOW + 1 },
      "resting",
    ],
    ["waits no longer than the gap", { record: fallen(0, 1), restartGap: NOW }, "missing → start"],
    ["is not kept waiting when it was asked for", { restartGap: NOW + minute }, "missing → start"],
    [
      "is started at once when asked for anew, whatever failed before",
      { record: fallen(0, 9), wish: up(NOW) },
      "missing → start",
    ],
    [
      "is given up at the limit",
      { record: fallen(0, 6, { restarts: restarted(5) }) },
      "crash-looping (start-limit 5 in 1800 s, last: died) → give-up",
    ],
    [
      "is not given up below the limit",
      { record: fallen(9 * minute, 6, { restarts: restarted(4) }) },
      "missing → start",
    ],
    [
      "has its old restarts forgotten",
      {
        record: fallen(9 * minute, 6, {
          restarts: [1, 2, 3, 4].map((n) => NOW - 30 * minute - n).concat(NOW - 20 * minute),
        }),
      },
      "missing → start",
    ],
    [
      "counts a restart until the window has passed to the millisecond",
      { record: fallen(0, 6, { restarts: Array(5).fill(NOW - 30 * minute + 1) }) },
      "crash-looping (start-limit 5 in 1800 s, last: died) → give-up",
    ],
    [
      "counts it no longer then",
      { record: fallen(9 * minute, 6, { restarts: Array(5).fill(NOW - 30 * minute) }) },
      "missing → start",
    ],
    [
      "does not count restarts when it is asked for again",
      { record: fallen(9 * minute, 6, { restarts: restarted(5) }), wish: up(NOW - 30 * second) },
      "missing → start",
    ],
    [
      "is not given up for what is no fault of its own",
      { record: fallen(9 * minute, 6, { restarts: restarted(5), ended: ended(9 * minute, "host") }) },
      "missing → start",
    ],
    [
      "rests all the same before it is tried again",
      { record: fallen(minute, 6, { restarts: restarted(5), ended: ended(minute, "host") }) },
      "resting",
    ],
    [
      "rests until its limit is over",
      {
        record: fallen(9 * minute, 1, {
          ended: { ...ended(9 * minute, "host"), limit: NOW + minute },
        }),
      },
      "resting",
    ],
    [
      "is started at once after the tmux server was lost, whatever failed before",
      { record: fallen(0, 9, { ended: ended(0, "server") }), restartGap: NOW + minute },
      "missing → start",
    ],
    [
      "rests when the tmux server is lost again and again",
      { record: fallen(0, 0, { ended: ended(0, "server") }), serverRest: NOW + 1 },
      "resting",
    ],
    [
      "is started again at once when its start was interrupted, whatever failed before",
      { record: fallen(0, 5, { restarts: restarted(5), ended: ended(0, "plan") }) },
      "missing → start",
    ],
    [
      "has another chance in another phase",
      { record: fallen(minute, 6, { gaveUp: { ...gaveUp(minute), turn: 1 }, restarts: [] }), turn: 2 },
      "resting",
    ],
    [
      "stays given up",
      { record: fallen(90 * minute, 6, { gaveUp: gaveUp(80 * minute) }) },
      "failed (start-limit 5 in 1800 s, last: died)",
    ],
    [
      "is tried again after a newer wish",
      { record: fallen(1, 6, { gaveUp: gaveUp(1) }), wish: up(NOW) },
      "missing → start",
    ],
    [
      "goes down quietly though it was given up",
      { record: fallen(1, 6, { gaveUp: gaveUp(0) }), wish: down(ASKED) },
      "down",
    ],
    [
      "is started at once when it was only told to make room for a phase",
      { record: fallen(0, 0) },
      "missing → start",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<Row>([
    ["a task runs once", { agent: TASK, record: fallen(minute, 0) }, "finished"],
    [
      "a task runs again when it is asked for again",
      { agent: TASK, record: fallen(minute, 0), wish: up(NOW) },
      "missing → start",
    ],
    [
      "a task that crashed is not healed",
      { agent: TASK, record: running(minute), sighting: of.dead },
      "finished",
    ],
    [
      "a task that vanished is not healed",
      { agent: TASK, record: running(minute), sighting: of.gone },
      "failed (its session vanished)",
    ],
    [
      "who is never healed stays away when its server was lost",
      { agent: agentOf("persistent", "none"), record: running(minute), sighting: of.lost },
      "finished",
    ],
    [
      "who is never healed is back after a restart of the machine",
      {
        agent: agentOf("persistent", "none"),
        record: running(minute),
        sighting: of.lost,
        booted: NOW - second,
      },
      "missing → start",
    ],
    [
      "and so is who is healed, at once, however often the server was lost before",
      {
        agent: PERSISTENT,
        record: running(minute),
        sighting: of.lost,
        booted: NOW - second,
        serverRest: NOW + minute,
      },
      "missing → start",
    ],
    [
      "a task that a restart of the machine ended is not begun a second time",
      { agent: TASK, record: running(minute), sighting: of.lost, booted: NOW - second },
      "finished",
    ],
    [
      "a server that is lost later is not the machine's doing",
      {
        agent: agentOf("persistent", "none"),
        record: running(minute),
        sighting: of.lost,
        booted: NOW - 2 * minute,
      },
      "finished",
    ],
    [
      "a task is not healed though its watch says so",
      { agent: { ...TASK, watch: "heal" }, record: fallen(minute, 1) },
      "finished",
    ],
    [
      "what nobody watches is not healed",
      { agent: unwatched, record: running(minute), sighting: of.dead },
      "finished",
    ],
    [
      "what nobody watches is not healed after the tmux server was lost",
      { agent: unwatched, record: running(minute), sighting: of.lost },
      "finished",
    ],
    [
      "what nobody watches goes on in the next phase",
      {
        agent: unwatched,
        record: fallen(0, 0, {
          ended: { at: NOW, how: "next-phase", exit: null, blame: "plan", limit: null },
        }),
      },
      "missing → start",
    ],
    [
      "a finished task stays to be looked at",
      { agent: TASK, record: running(minute), sighting: of.exited },
      "finished",
    ],
    [
      "a finished task is cleared away when it is wished down",
      { agent: TASK, record: running(minute), sighting: of.exited, wish: down(NOW) },
      "leftover → clear",
    ],
    [
      "a service is healed",
      { agent: SERVICE, record: running(11 * minute), sighting: of.dead },
      "missing → start",
    ],
    [
      "a loop that ended well is started again",
      { record: running(11 * minute), sighting: of.exited },
      "missing → start",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each([
    [
      "a persistent agent goes on with its conversation",
      { agent: PERSISTENT, record: fallen(minute, 1) },
      true,
    ],
    [
      "a persistent agent without one begins one",
      { agent: PERSISTENT, record: fallen(minute, 1, { conversation: null }) },
      false,
    ],
    [
      "a program that can't find its conversation without a name begins one",
      {
        agent: { ...PERSISTENT, backend: "none" },
        record: fallen(minute, 1, { conversation: { id: null } }),
      },
      false,
    ],
    [
      "a program that is given the name goes on",
      {
        agent: { ...PERSISTENT, backend: "none" },
        record: fallen(minute, 1, { conversation: { id: "c-1" } }),
      },
      true,
    ],
    [
      "a persistent agent that is asked to begin a new one does",
      { agent: PERSISTENT, record: fallen(minute, 0), wish: { ...up(NOW), fresh: true } },
      false,
    ],
    [
      "a persistent agent that was asked to, and has, goes on with that",
      {
        agent: PERSISTENT,
        record: fallen(minute, 1, { served: NOW }),
        wish: { ...up(NOW), fresh: true },
      },
      true,
    ],
    ["a loop begins a new one each time", { record: fallen(minute, 1) }, false],
    ["a task begins a new one each time", { agent: TASK, record: fallen(minute, 0), wish: up(NOW) }, false],
  ] satisfies [string, Partial<Scene>, boolean][])("%s", (_, given, resume) => {
    expect(think(scene(given), NOW).actions).toMatchObject([{ do: "start", resume }]);
  });

  it.each([
    ["asked for", {}, false],
    ["asked for again", { record: fallen(0, 3), wish: up(NOW) }, false],
    ["healed", { record: fallen(0, 1) }, true],
    ["moved on to the next phase", { record: fallen(0, 0, { ended: ended(0, "plan") }) }, false],
    ["lost its tmux server", { record: fallen(0, 3, { ended: ended(0, "server") }) }, false],
    ["ended at its limit", { record: fallen(60 * minute, 3, { ended: ended(60 * minute, "host") }) }, false],
  ] satisfies [string, Partial<Scene>, boolean][])(
    "a start counts against the limit only when it was healed: %s",
    (_, given, automatic) => {
      expect(think(scene(given), NOW).actions).toMatchObject([{ do: "start", automatic }]);
    },
  );

  it("does not restart in step with a crowd: the pauses differ, within a tenth", () => {
    const pauses = Array.from({ length: 40 }, (_, index) => {
      const { assessment } = think(scene({ record: fallen(index, 3) }), NOW);
      return assessment.is === "resting" ? assessment.until - (NOW - index) : 0;
    });
    expect(new Set(pauses).size).toBeGreaterThan(10);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(54 * second);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(66 * second);
  });
});

describe("what is there", () => {
  it.each<Row>([
    ["is left alone while it works", { record: running(minute), sighting: of.busy }, "working"],
    ["is taken over when nobody knows it", { sighting: of.busy }, "working"],
    [
      "is taken over in another run than the one that is remembered",
      { record: running(minute, { stopping: stopping(minute) }, { instance: "i-0" }), sighting: of.busy },
      "working",
    ],
    [
      "is stopped when it is wished down",
      { record: running(minute), sighting: of.busy, wish: down(NOW) },
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is stopped when it was just found and is wished down",
      { sighting: of.busy, wish: down(NOW) },
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is stopped when it works on another phase",
      { record: running(minute, {}, { turn: 1 }), sighting: of.busy, turn: 2 },
      "due-to-stop (next-phase) → stop",
    ],
    [
      "is left alone in its phase",
      { record: running(minute, {}, { turn: 2 }), sighting: of.busy, turn: 2 },
      "working",
    ],
    [
      "is left alone when it follows no phases",
      { agent: PERSISTENT, record: running(minute), sighting: of.busy },
      "working",
    ],
    [
      "is left alone while it is not known which phase is on",
      { record: running(minute, {}, { turn: 2 }), sighting: of.busy },
      "working",
    ],
    [
      "is stopped when a new run is asked for",
      { record: running(minute), sighting: of.busy, wish: up(NOW, true) },
      "due-to-stop (restart-asked) → stop",
    ],
    [
      "is left alone when it is asked for again",
      { record: running(minute), sighting: of.busy, wish: up(NOW) },
      "working",
    ],
    [
      "is left alone when it is that new run",
      {
        record: running(minute, { served: NOW - 2 * minute }),
        sighting: of.busy,
        wish: up(NOW - 2 * minute, true),
      },
      "working",
    ],
    [
      "is given time to stop",
      { record: running(minute, { stopping: stopping(9_999) }), sighting: of.busy },
      "stopping (stalled)",
    ],
    [
      "is killed when it does not",
      { record: running(minute, { stopping: stopping(10_000) }), sighting: of.busy },
      "stopping (stalled) → kill",
    ],
    [
      "goes on being stopped when its processes can't be counted",
      { record: running(minute, { stopping: stopping(10_000) }), sighting: of.dead, leftovers: null },
      "stopping (stalled) → kill",
    ],
    [
      "goes on being stopped though it is wished up again",
      {
        record: running(minute, {
          stopping: { step: "told", since: NOW - 1, enters: 0, because: "unwanted" },
        }),
        sighting: of.busy,
        wish: up(NOW),
      },
      "stopping (unwanted)",
    ],
    [
      "is left alone while it asks, for ever",
      { record: running(900 * minute, { seen: seenFor(800 * minute, asks) }), sighting: alive(read(asks)) },
      "asking",
    ],
    [
      "is left alone at its limit, which does not say how long it lasts, for an hour",
      {
        record: running(900 * minute, { seen: seenFor(60 * minute, limited) }),
        sighting: alive(read(limited)),
      },
      "limited",
    ],
    [
      "is tried again after that",
      {
        record: running(900 * minute, { seen: seenFor(60 * minute + 1, limited) }),
        sighting: alive(read(limited)),
      },
      "due-to-stop (limit-over) → stop",
    ],
    [
      "is left alone until its limit is over, and a grace",
      {
        record: running(900 * minute, { seen: seenFor(800 * minute, until(NOW - 180_000)) }),
        sighting: alive(read(until(NOW - 180_000))),
      },
      "limited",
    ],
    [
      "is started anew when it is still at its limit then",
      {
        record: running(900 * minute, { seen: seenFor(800 * minute, until(NOW - 180_001)) }),
        sighting: alive(read(until(NOW - 180_001))),
      },
      "due-to-stop (limit-over) → stop",
    ],
    [
      "is left at its limit for ever when nobody watches it",
      {
        agent: unwatched,
        record: running(900 * minute, { seen: seenFor(800 * minute, limited) }),
        sighting: alive(read(limited)),
      },
      "limited",
    ],
    [
      "may quote a fatal word in passing",
      { record: running(minute, { seen: seenFor(29_999, fatal) }), sighting: alive(read(fatal)) },
      "unwell",
    ],
    [
      "is stopped when the fatal word stands for a tick",
      { record: running(minute, { seen: seenFor(30_000, fatal) }), sighting: alive(read(fatal)) },
      "due-to-stop (fatal) → stop",
    ],
    [
      "is not stopped for a fatal word when nobody watches it",
      {
        agent: unwatched,
        record: running(minute, { seen: seenFor(minute, fatal) }),
        sighting: alive(read(fatal)),
      },
      "unwell",
    ],
    [
      "is starting until it is ready",
      {
        record: running(119_999, { seen: seenFor(119_999, { mood: "unclear" }) }, { ready: null }),
        sighting: of.unclear,
      },
      "starting",
    ],
    [
      "is stopped when it never gets ready",
      {
        record: running(120_000, { seen: seenFor(120_000, { mood: "unclear" }) }, { ready: null }),
        sighting: of.unclear,
      },
      "due-to-stop (never-ready) → stop",
    ],
    [
      "is not stopped for that when nobody watches it",
      {
        agent: unwatched,
        record: running(599_999, { seen: seenFor(599_999, { mood: "unclear" }) }, { ready: null }),
        sighting: of.unclear,
      },
      "starting",
    ],
    [
      "is unread when nobody watches it, and no rule has known its screen since its start",
      {
        agent: unwatched,
        record: running(600_000, { seen: seenFor(600_000, { mood: "unclear" }) }, { ready: null }),
        sighting: of.unclear,
      },
      "unread",
    ],
    [
      "has its start counted from the end of the trust dialog",
      { record: running(900_000, { seen: seenFor(500_000, asks) }, { ready: null }), sighting: of.unclear },
      "starting",
    ],
    [
      "of a service nothing is asked but that it is there",
      { agent: SERVICE, record: running(900 * minute), sighting: of.busy },
      "working",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<Row>([
    [
      "may be idle for a while",
      { record: running(600_000, { seen: seenFor(299_999) }), sighting: of.ready },
      "ready",
    ],
    [
      "is stalled after the time for that, to the millisecond",
      { record: wedged, sighting: of.ready },
      "due-to-stop (stalled) → stop",
    ],
    [
      "is stalled though its screen says that it works, when nothing else does",
      { record: { ...wedged, seen: seenFor(300_000, { mood: "busy" }) }, sighting: of.busy },
      "due-to-stop (stalled) → stop",
    ],
    [
      "is not stalled while a tool runs, as its screen says",
      { record: { ...wedged, seen: seenFor(300_000, { mood: "busy" }, { running: "tool" }) }, ...withTool },
      "working",
    ],
    ["is not stalled while its children use the processor", { record: wedged, ...atWork }, "ready"],
    ["is not stalled before that could be looked up", { record: wedged, ...atWork, working: null }, "ready"],
    [
      "is not believed for more than an hour of silence",
      { record: { ...wedged, seen: seenFor(60 * minute) }, ...atWork },
      "due-to-stop (stalled) → stop",
    ],
    [
      "has a grace to answer what it was told",
      { record: { ...wedged, told: { first: NOW - 180_000, last: NOW - 180_000 } }, sighting: of.ready },
      "ready",
    ],
    [
      "has no more than that, however often it is told",
      { record: { ...wedged, told: { first: NOW - 180_001, last: NOW } }, sighting: of.ready },
      "due-to-stop (stalled) → stop",
    ],
    [
      "is stalled on a screen that says nothing, too",
      { record: { ...wedged, seen: seenFor(300_000, { mood: "unclear" }) }, sighting: of.unclear },
      "due-to-stop (stalled) → stop",
    ],
    [
      "works as long as its screen may be half drawn",
      { agent: healed, record: shows(599_999, { mood: "unclear" }), sighting: of.unclear },
      "working",
    ],
    [
      "is unread when no rule has known its screen for ten minutes, to the millisecond",
      { agent: healed, record: shows(600_000, { mood: "unclear" }), sighting: of.unclear },
      "unread",
    ],
    [
      "is not unread while its program says that it works, whatever its screen shows",
      { agent: healed, record: shows(900_000, { mood: "unclear" }, "busy"), sighting: of.unclear },
      "working",
    ],
    [
      "is unread though its program says that it is ready: nothing could be typed into it",
      { agent: healed, record: shows(900_000, { mood: "unclear" }, "ready"), sighting: of.unclear },
      "unread",
    ],
    [
      "is unread, and not stalled, when something moves on it",
      {
        record: shows(900_000, { mood: "unclear" }),
        sighting: alive(read({ mood: "unclear" }), { digest: "d-2" }),
      },
      "unread",
    ],
    [
      "is read again as soon as a rule knows its screen",
      { agent: healed, record: shows(900_000, { mood: "unclear" }), sighting: of.ready },
      "ready",
    ],
    ["is not stalled when it is only healed", { agent: healed, record: wedged, sighting: of.ready }, "ready"],
    [
      "is not stalled when nobody watches it",
      { agent: unwatched, record: wedged, sighting: of.ready },
      "ready",
    ],
    [
      "is not stalled when something was printed",
      { record: wedged, sighting: alive(read({ mood: "ready" }), { digest: "d-2" }) },
      "ready",
    ],
    [
      "is not stalled when it could not be seen until now",
      { record: running(600_000), sighting: of.ready },
      "ready",
    ],
  ])("an agent %s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});

describe("a declared wait", () => {
  const LATE = NOW - 180_001;
  const waits = (
    until: number,
    declared: number,
    more: Partial<Scene> = {},
    record: Partial<AgentRecord> = {},
    moved = 0,
  ): Partial<Scene> => ({
    record: running(900 * minute, {
      seen: seenFor(900_000, { mood: "ready" }, { wait: { until, declared, moved } }),
      ...record,
    }),
    sighting: of.says(`WAITING-UNTIL: ${of.iso(until)}`),
    ...more,
  });
  it.each<Row>([
    ["is respected", waits(NOW + 1, NOW - 9 * minute), "waiting"],
    ["has a grace", waits(NOW - 179_999, NOW - 10 * minute), "waiting"],
    ["has all of that grace", waits(NOW - 180_000, NOW - 10 * minute), "waiting"],
    ["is over after it", waits(NOW - 180_001, NOW - 10 * minute), "overdue → wake"],
    ["may be as long as allowed, and a minute", waits(NOW + minute, NOW - 10 * minute), "waiting"],
    ["that is longer is none", waits(NOW + minute + 1, NOW - 10 * minute), "due-to-stop (stalled) → stop"],
    [
      "that was over before it was seen has its grace all the same",
      waits(NOW - 60 * minute, NOW - 180_000),
      "waiting",
    ],
    [
      "that was over before it was seen ends after it",
      waits(NOW - 60 * minute, NOW - 180_001),
      "overdue → wake",
    ],
    [
      "that was missed before has its time to answer the wake message",
      waits(LATE, NOW - 10 * minute, {}, { missed: { until: LATE, at: NOW - 180_000 } }),
      "overdue",
    ],
    [
      "whose wake message is not answered in that time ends the run",
      waits(LATE, NOW - 10 * minute, {}, { missed: { until: LATE, at: NOW - 180_001 } }),
      "due-to-stop (stalled) → stop",
    ],
    [
      "that is missed after another one was ends the run",
      waits(LATE, NOW - 10 * minute, {}, { missed: { until: NOW - 30 * minute, at: NOW - 27 * minute } }),
      "due-to-stop (stalled) → stop",
    ],
    [
      "is not missed while a tool of its own is at work",
      waits(LATE, NOW - 10 * minute, { working: true }),
      "waiting",
    ],
    [
      "is not missed while nobody knows whether one is",
      waits(LATE, NOW - 10 * minute, { working: null }),
      "waiting",
    ],
    ["is not missed soon after the clock jumped", waits(LATE, NOW - 10 * minute, { grace: NOW }), "waiting"],
    ["moves along with the clock", waits(LATE, NOW - 10 * minute, {}, {}, 60 * minute), "waiting"],
    [
      "that seems too far ahead is believed soon after the clock jumped",
      waits(NOW + 22 * minute, NOW - 6 * minute, { grace: NOW }),
      "waiting",
    ],
    ["until 2099 is a lie", waits(Date.UTC(2099, 0), NOW - minute), "due-to-stop (stalled) → stop"],
    [
      "until 2099 does not hurt who is not idle",
      { record: running(minute), sighting: of.says("WAITING-UNTIL: 2099-01-01T00:00Z") },
      "ready",
    ],
    [
      "in prose is none",
      { record: wedged, sighting: of.says("I said WAITING-UNTIL: 2026-06-13T12:05Z") },
      "due-to-stop (stalled) → stop",
    ],
    [
      "that has passed harms nobody who is only healed",
      waits(NOW - 60 * minute, NOW - 65 * minute, { agent: healed }),
      "waiting",
    ],
    [
      "does not hide that it works again",
      { ...waits(NOW - 60 * minute, NOW - 65 * minute), sighting: of.busy },
      "working",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("counts from when it was first seen, however often the screen changes", () => {
    const until = NOW + 10 * minute;
    const first = think(
      scene({ record: running(0), sighting: of.says(`WAITING-UNTIL: ${of.iso(until)}`) }),
      NOW,
    );
    const redrawn = alive(read({ mood: "ready" }, { final: `WAITING-UNTIL: ${of.iso(until)}` }), {
      digest: "d-2",
    });
    const second = think(scene({ record: first.record, sighting: redrawn }), NOW + minute);
    expect(second.record.seen).toMatchObject({
      digest: "d-2",
      still: NOW + minute,
      wait: { until, declared: NOW },
    });
  });

  it("that has passed is looked at again in a tick, not at once", () => {
    const { next } = think(scene(waits(NOW - 60 * minute, NOW - 65 * minute, { agent: healed })), NOW);
    expect(next).toBe(NOW + 30_000);
  });

  it("is looked at again right after its grace", () => {
    const { next } = think(scene(waits(NOW - 170_000, NOW - 10 * minute)), NOW);
    expect(next).toBe(NOW + 10_001);
  });
});

describe("what could not be seen", () => {
  it.each<Row>([
    ["is not started", { sighting: { pane: "unreadable", because: "tmux timed out" } }, "unseen"],
    [
      "is not stopped",
      { record: wedged, wish: down(NOW), sighting: { pane: "unreadable", because: "tmux timed out" } },
      "unseen",
    ],
    [
      "is not killed",
      {
        record: running(minute, { stopping: stopping(minute) }),
        sighting: { pane: "unreadable", because: "?" },
      },
      "unseen",
    ],
    [
      "is not started while its processes can't be counted",
      { record: running(minute), sighting: of.gone, leftovers: null },
      "unseen",
    ],
    [
      "is not down while its processes can't be counted",
      { record: running(minute), sighting: of.gone, leftovers: null, wish: down(NOW) },
      "unseen",
    ],
    [
      "is not typed to",
      { record: running(minute), sighting: { pane: "unreadable", because: "?" }, ...inbox },
      "unseen",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<Row>([
    ["is not started over", { sighting: { pane: "foreign" } }, "foreign"],
    [
      "is not stopped",
      { record: running(minute), sighting: { pane: "foreign" }, wish: down(NOW) },
      "foreign",
    ],
    [
      "is not killed",
      { record: running(minute, { stopping: stopping(minute) }), sighting: { pane: "foreign" } },
      "foreign",
    ],
    ["is not typed to", { record: running(minute), sighting: { pane: "foreign" }, ...inbox }, "foreign"],
  ])("what is foreign %s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});

describe("what is left of a run", () => {
  it.each<Row>([
    [
      "is stopped before the next begins",
      { record: running(minute), sighting: of.gone, leftovers: 1 },
      "due-to-stop (leftover-processes) → stop",
    ],
    [
      "is stopped when it is wished down",
      { record: running(minute), sighting: of.dead, leftovers: 2, wish: down(NOW) },
      "due-to-stop (leftover-processes) → stop",
    ],
    [
      "is killed in the end",
      { record: running(minute, { stopping: stopping(10_000) }), sighting: of.gone, leftovers: 1 },
      "stopping (stalled) → kill",
    ],
    [
      "lets the next begin when it is gone",
      { record: running(minute, { stopping: stopping(10_000) }), sighting: of.gone },
      "missing → start",
    ],
    [
      "is a dead pane that is cleared away",
      { record: fallen(0, 1), sighting: of.dead, wish: down(NOW) },
      "leftover → clear",
    ],
    ["is a dead pane that hinders no start", { record: fallen(0, 1), sighting: of.dead }, "missing → start"],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<Row>([
    [
      "is left alone when nobody watches it",
      { agent: unwatched, record: running(minute), sighting: of.dead, leftovers: 2 },
      "outlived",
    ],
    [
      "is left alone when it is a task's",
      { agent: TASK, record: running(minute), sighting: of.gone, leftovers: 1 },
      "outlived",
    ],
    [
      "is left alone when the tmux server was lost",
      { agent: unwatched, record: running(minute), sighting: of.lost, leftovers: 1 },
      "outlived",
    ],
    [
      "is stopped when its agent is wished down, though nobody watches it",
      { agent: unwatched, record: running(minute), sighting: of.dead, leftovers: 2, wish: down(NOW) },
      "due-to-stop (leftover-processes) → stop",
    ],
    [
      "is stopped when a new run of a task is asked for",
      { agent: TASK, record: running(minute), sighting: of.dead, leftovers: 2, wish: up(NOW, true) },
      "due-to-stop (leftover-processes) → stop",
    ],
    [
      "is stopped for the next phase, though nobody watches it",
      {
        agent: unwatched,
        record: running(minute, {}, { turn: 1 }),
        turn: 2,
        sighting: of.dead,
        leftovers: 2,
      },
      "due-to-stop (leftover-processes) → stop",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("of a start that a crash cut short does not keep it from starting", () => {
    const intended = running(minute, {}, { opened: false, ready: null });
    const first = think(scene({ record: intended, sighting: of.gone, leftovers: 1 }), NOW);
    const told = evolve(first.record, { at: NOW, what: "told-to-stop", because: "leftover-processes" });
    expect(gist({ record: told, sighting: of.gone }, NOW + second)).toBe("missing → start");
  });
});

describe("who looks without noticing, as status does,", () => {
  it.each<Row>([
    ["knows nothing of a run that no watchdog has taken over", { sighting: of.busy }, "unseen"],
    [
      "sees a start under way",
      { record: running(1, {}, { opened: false, ready: null }), sighting: of.gone },
      "starting",
    ],
    ["sees what is due to be restarted", { record: fallen(0, 1), sighting: of.gone }, "missing"],
    ["sees what is left over", { record: running(minute), sighting: of.dead, wish: down(NOW) }, "leftover"],
  ])("%s", (_, given, expected) => {
    expect(assess(scene(given), NOW).is).toBe(expected);
  });
});

describe("what shows an error", () => {
  it.each([
    [1_000, 29_000],
    [30_000, 30_000],
  ])("is looked at again, %i ms after it came, in %i ms", (ago, expected) => {
    const record = running(minute, { seen: seenFor(ago, fatal) });
    const { next } = think(scene({ agent: unwatched, record, sighting: alive(read(fatal)) }), NOW);
    expect(next - NOW).toBe(expected);
  });
});
