import { describe, expect, it } from "vitest";
import {
  ASKED,
  agentOf,
  alive,
  dead,
  down,
  gone,
  iso,
  messageOf,
  minute,
  NOW,
  policy,
  read,
  running,
  runOf,
  says,
  scene,
  second,
  seenFor,
  TASK,
  up,
} from "../../test/scene.ts";
import { FRESH_RECORD, type Run, type Seen } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Mood } from "./sighting.ts";
import { answerCall } from "./task.ts";
import { think } from "./think.ts";

const FRESH = agentOf("task", "none", { start: "fresh" });
const LONG = policy.stall_idle;
const busy: Mood = { mood: "busy" };
const ready: Mood = { mood: "ready" };
const unclear: Mood = { mood: "unclear" };
const asking: Mood = { mood: "asking", question: "Really?" };
const limited = (until: number | null): Mood => ({ mood: "limited", until });
const fatal: Mood = { mood: "fatal", error: "400" };

/** A task that runs, shows this for so long, and is asked for again. */
const shows = (mood: Mood, ago: number, more: Partial<Seen> = {}, run: Partial<Run> = {}): Scene =>
  scene({
    agent: TASK,
    wish: up(NOW),
    record: running(2 * LONG, { seen: seenFor(ago, mood, more) }, run),
    sighting: alive(read(mood)),
  });
const waits = (until: number) => ({ wait: { until, declared: NOW - minute, moved: 0 } });

describe("a task that is asked for while it runs", () => {
  it.each<[string, Scene, string]>([
    ["busy", shows(busy, second), "leave: busy"],
    ["busy for long, and its screen moves", shows(busy, LONG, { still: NOW - second }), "leave: busy"],
    [
      "busy, and its screen has not moved for long",
      shows(busy, LONG),
      "clear: wedged: nothing new for 300 s",
    ],
    ["finished", shows(ready, 3 * second), "clear: idle"],
    ["finished long ago", shows(ready, 10 * LONG), "clear: idle"],
    [
      "ready, with something at work in the background",
      shows(ready, minute, { running: "make" }),
      "leave: its processes work",
    ],
    ["ready only just", shows(ready, second), "look-again: it was busy just now"],
    ["waiting, as it declared", shows(ready, minute, waits(NOW + minute)), "leave: it waits, as it declared"],
    [
      "a little over its declared wait",
      shows(ready, minute, waits(NOW - second)),
      "leave: it waits, as it declared",
    ],
    [
      "far over its declared wait",
      shows(ready, LONG, { wait: { until: NOW - LONG, declared: NOW - LONG, moved: 0 } }),
      "clear: idle",
    ],
    ["waiting for what no one waits for", shows(ready, minute, waits(NOW + 100 * minute)), "clear: idle"],
    ["not to be read", shows(unclear, second), "leave: its screen is unclear"],
    ["not to be read, just under the threshold", shows(unclear, LONG - 1), "leave: its screen is unclear"],
    ["not to be read, and nothing moves", shows(unclear, LONG), "clear: wedged: nothing new for 300 s"],
    ["starting", shows(unclear, second, {}, { ready: null, since: NOW - second }), "leave: starting"],
    ["starting for ever", shows(unclear, LONG, {}, { ready: null }), "clear: wedged: nothing new for 300 s"],
    ["asking", shows(asking, second), "leave: it asks something"],
    ["asking, and nobody answers", shows(asking, LONG), "clear: wedged: nothing new for 300 s"],
    ["at its limit for a known time", shows(limited(NOW + 1), 10 * LONG), "leave: at its usage limit"],
    ["at its limit for an unknown time", shows(limited(null), second), "leave: at its usage limit"],
    [
      "at a limit that is over, and nothing moves",
      shows(limited(NOW - LONG), LONG),
      "clear: wedged: nothing new for 300 s",
    ],
    ["at a fatal error", shows(fatal, 2 * second), "clear: fatal: 400"],
    ["at a fatal error only just", shows(fatal, second), "look-again: it shows an error"],
  ])("that is %s", (_, given, expected) => {
    const answer = answerCall(given, NOW);
    expect(`${answer?.run}: ${answer?.because}`).toBe(expected);
  });

  it.each<[string, boolean | null, Partial<Seen>, string]>([
    ["its children use the processor", true, {}, "leave: its processes work"],
    ["its screen names a command that runs", false, { running: "make" }, "leave: its processes work"],
    ["that is not known yet", null, {}, "look-again: its processes were not counted yet"],
    ["nothing of it moves", false, {}, "clear: wedged: nothing new for 300 s"],
  ])("that has shown nothing new for long is judged by its processes: %s", (_, working, more, expected) => {
    const answer = answerCall({ ...shows(busy, LONG, more), working }, NOW);
    expect(`${answer?.run}: ${answer?.because}`).toBe(expected);
  });

  it.each<[string, Mood, number]>([
    ["busy", busy, second],
    ["finished", ready, minute],
    ["not to be read", unclear, second],
  ])("with `start = fresh` makes room though it is %s", (_, mood, ago) => {
    const given = { ...shows(mood, ago), agent: FRESH, wish: up(NOW, true) };
    expect(answerCall(given, NOW)?.run).toBe("clear");
    expect(think(given, NOW).actions).toEqual([{ do: "stop", because: "restart-asked" }]);
  });

  it.each<[string, Partial<Scene>]>([
    ["is no task", { agent: agentOf("loop", "heal") }],
    ["was asked for no more than it was", { wish: up(ASKED) }],
    ["is to go down", { wish: down(NOW) }],
    ["can't be seen", { sighting: { pane: "unreadable", because: "tmux hung" } }],
    ["is dead", { sighting: dead }],
    ["is gone", { sighting: gone }],
    [
      "is being stopped already",
      { record: running(minute, { stopping: { step: "told", since: NOW, enters: 0, because: "unwanted" } }) },
    ],
  ])("is not judged when it %s", (_, more) => {
    expect(answerCall({ ...shows(ready, minute), ...more }, NOW)).toBeNull();
  });

  it("is left alone while a message is typed to it", () => {
    const mail = { id: "3f2a1c9", state: "typed", door: false, since: NOW, enters: 0, tries: 1 } as const;
    const given = shows(ready, minute);
    expect(answerCall({ ...given, record: { ...given.record, mail } }, NOW)?.run).toBe("leave");
  });
});

describe("the answer", () => {
  it("uses a wish up when the run is left alone", () => {
    const thought = think(shows(busy, second), NOW);
    expect(thought.actions).toEqual([]);
    expect(thought.noticed.at(-1)).toEqual({ at: NOW, what: "left-alone", wish: NOW, because: "busy" });
    const later = think(
      scene({ agent: TASK, wish: up(NOW), record: thought.record, sighting: alive(read(ready)) }),
      NOW + LONG,
    );
    expect(later.actions).toEqual([]);
  });

  it("skips the slot that came for a busy run", () => {
    const { record, ...given } = shows(busy, second);
    const thought = think({ ...given, wish: up(ASKED), record: { ...record, called: NOW } }, NOW);
    expect(thought.noticed.at(-1)).toEqual({ at: NOW, what: "slot-skipped", wish: NOW, because: "busy" });
  });

  it("stops a run that has finished, and then starts one", () => {
    const cleared = think(shows(ready, minute), NOW);
    expect(cleared.actions).toEqual([{ do: "stop", because: "restart-asked" }]);
    const record = {
      ...cleared.record,
      stopping: { step: "told", since: NOW, enters: 0, because: "restart-asked" },
    } as const;
    const after = think(scene({ agent: TASK, wish: up(NOW), record, sighting: dead }), NOW + second);
    expect(after.actions).toEqual([{ do: "start", automatic: false, resume: false }]);
  });

  it("comes soon when it is not clear yet", () => {
    expect(think(shows(ready, second), NOW).next).toBe(NOW + 500);
  });
});

describe("a task that has done its work", () => {
  it.each<[string, Scene, string]>([
    ["is finished while it is there to be read", { ...shows(ready, minute), wish: up(ASKED) }, "finished"],
    ["is ready for a moment first", { ...shows(ready, second), wish: up(ASKED) }, "ready"],
    [
      "still waits when it says so",
      {
        ...shows(ready, minute, waits(NOW + minute)),
        wish: up(ASKED),
        sighting: says(`WAITING-UNTIL: ${iso(NOW + minute)}`),
      },
      "waiting",
    ],
  ])("%s", (_, given, expected) => {
    const thought = think(given, NOW);
    expect(thought.assessment.is).toBe(expected);
    expect(thought.actions).toEqual([]);
  });

  it("is told what a person sends", () => {
    const given = { ...shows(ready, minute), wish: up(ASKED), message: messageOf() };
    expect(think(given, NOW).actions).toMatchObject([{ do: "type" }]);
  });

  it.each([
    ["dead", dead],
    ["alive", alive(read(ready))],
  ])("is not run once more when all memory of it is lost and its pane is %s", (_, sighting) => {
    const wish = up(NOW - 2 * minute);
    let { record, assessment, actions } = think(
      scene({ agent: TASK, wish, record: FRESH_RECORD, sighting }),
      NOW,
    );
    expect(actions).toEqual([]);
    ({ record, assessment, actions } = think(scene({ agent: TASK, wish, record, sighting }), NOW + minute));
    expect([assessment.is, actions]).toEqual(["finished", []]);
    expect(think(scene({ agent: TASK, wish, record, sighting }), NOW + 2 * minute).noticed).toEqual([]);
  });

  it("is run once more when it is asked for after that", () => {
    const found = think(scene({ agent: TASK, wish: up(NOW - 1), record: FRESH_RECORD, sighting: dead }), NOW);
    expect(found.actions).toMatchObject([{ do: "start" }]);
  });

  it("is not taken down when a slot had called it and all memory of that is lost", () => {
    const found = think(
      scene({
        agent: TASK,
        wish: { state: "down", at: 0, anew: false },
        record: FRESH_RECORD,
        sighting: alive(read(busy)),
      }),
      NOW,
    );
    expect([found.assessment.is, found.actions]).toEqual(["working", []]);
  });

  it("is not begun again when its server was lost before its start was noted", () => {
    const record = { ...FRESH_RECORD, run: runOf(second, { opened: false, ready: null }), served: ASKED };
    const after = think(scene({ agent: TASK, record, sighting: { pane: "absent", with: "server" } }), NOW);
    expect(after.noticed).toMatchObject([{ what: "vanished", with: "server" }]);
    expect([after.assessment.is, after.actions]).toEqual(["finished", []]);
  });
});
