import { describe, expect, it } from "vitest";
import {
  ASKED,
  alive,
  dead,
  down,
  fallen,
  gone,
  LOOP,
  minute,
  NOW,
  PERSISTENT,
  read,
  ready,
  running,
  says,
  scene,
  second,
  seenFor,
  up,
} from "../../test/scene.ts";
import { PLAIN } from "./message.ts";
import type { AgentRecord } from "./record.ts";
import { FRESH_RECORDS } from "./records.ts";
import type { Scene } from "./scene.ts";
import { parseRecords } from "./stored.ts";
import { think } from "./think.ts";

const thoughtOf = (more: Partial<Scene>, now = NOW) => think(scene(more), now);

describe("a decision", () => {
  it.each<[string, Partial<Scene>, object]>([
    [
      "to start again counts what came before, and says what the next death costs",
      { record: fallen(60 * second, 2, { restarts: [NOW - minute] }) },
      {
        is: "missing",
        does: ["start"],
        failures: 2,
        restarts: 2,
        limit: 5,
        window: 30 * minute,
        pause: minute,
      },
    ],
    [
      "to let a fallen agent rest says until when, and which restart comes next",
      { record: fallen(second, 2, { restarts: [NOW - 2 * second] }) },
      { is: "resting", does: [], until: expect.any(Number), restarts: 2, limit: 5 },
    ],
    [
      "to leave a waiting agent alone says until when, and with what grace",
      { record: running(9 * minute), sighting: says("WAITING-UNTIL: 2026-06-13T12:05:00Z") },
      { is: "waiting", does: [], until: NOW + 5 * minute, grace: 180 * second },
    ],
    [
      "to end a stalled run has the wait that was declared",
      {
        record: running(60 * minute, {
          seen: seenFor(9 * minute, undefined, {
            wait: { until: NOW - 4 * minute, declared: NOW - 9 * minute, moved: 0 },
          }),
          missed: { until: NOW - 4 * minute, at: NOW - 181 * second },
        }),
        sighting: says("WAITING-UNTIL: 2026-06-13T11:56:00Z"),
      },
      { is: "due-to-stop", because: "stalled", does: ["stop"], wait: { until: NOW - 4 * minute } },
    ],
    [
      "not to start what is held says what holds it",
      { blocked: "its workdir is not there yet" },
      { is: "held", because: "its workdir is not there yet", does: [] },
    ],
    [
      "not to act on what can't be seen says why it can't",
      { sighting: { pane: "unreadable", because: "tmux hung" } },
      { is: "unseen", because: "tmux hung", does: [] },
    ],
    [
      "to leave a limited agent alone says until when",
      { record: running(minute), sighting: alive(read({ mood: "limited", until: NOW + minute })) },
      { is: "limited", until: NOW + minute, does: [] },
    ],
  ])("%s", (_, more, expected) => {
    expect(thoughtOf(more).decision).toMatchObject({ at: NOW, what: "decided", ...expected });
  });

  it("has no message in it: what is typed has happenings of its own", () => {
    const message = {
      id: "a",
      to: "builder",
      at: NOW,
      from: "person",
      text: "go",
      ...PLAIN,
    } as const;
    const record = running(minute, { seen: seenFor(minute) });
    const thought = thoughtOf({ record, sighting: ready, message });
    expect(thought.actions.map((action) => action.do)).toEqual(["type"]);
    expect(thought.decision?.does).toEqual([]);
  });
});

describe("a decision that stands", () => {
  /** What is told when the same world is looked at again and again. */
  const toldOver = (ticks: number, more: Partial<Scene>, every = second) => {
    let record: AgentRecord = scene(more).record;
    const told: string[] = [];
    for (let tick = 0; tick < ticks; tick++) {
      const thought = thoughtOf({ ...more, record }, NOW + tick * every);
      record = thought.record;
      if (thought.decision !== null) told.push(thought.decision.is);
    }
    return told;
  };

  it.each<[string, Partial<Scene>, readonly string[]]>([
    [
      "an agent at work",
      { agent: PERSISTENT, record: running(minute), sighting: alive(read({ mood: "busy" })) },
      ["working"],
    ],
    [
      "one that is idle, then stalled",
      { record: running(minute), sighting: ready },
      ["ready", "due-to-stop"],
    ],
    [
      "one that waits, then is late",
      { record: running(minute), sighting: says("WAITING-UNTIL: 2026-06-13T12:05:00Z") },
      ["waiting", "overdue"],
    ],
    [
      "one whose screen no rule knows",
      { agent: PERSISTENT, record: running(minute), sighting: alive(read({ mood: "unclear" })) },
      ["working", "unread"],
    ],
    ["one that can't be seen", { sighting: { pane: "unreadable", because: "tmux hung" } }, ["unseen"]],
    ["one that rests", { record: fallen(0, 3) }, ["resting", "missing"]],
    ["one that is down", { wish: down(ASKED), sighting: gone }, ["down"]],
    ["one that is held", { blocked: "no workdir" }, ["held"]],
    ["leftovers of a run", { record: running(minute), sighting: dead, leftovers: 2 }, ["due-to-stop"]],
  ])("is told once: %s", (_, more, expected) => {
    expect(toldOver(1_000, { agent: LOOP, wish: up(ASKED), ...more })).toEqual(expected);
  });

  it("is not told again by a watchdog that reads what the last one wrote", () => {
    const { record } = thoughtOf({ blocked: "no workdir" });
    const text = JSON.stringify({ ...FRESH_RECORDS, agents: { builder: record } });
    const again = parseRecords(text)?.agents.builder;
    expect(thoughtOf({ blocked: "no workdir", ...(again && { record: again }) }).decision).toBeNull();
    expect(thoughtOf({ blocked: "no prompt", ...(again && { record: again }) }).decision).not.toBeNull();
  });
});
