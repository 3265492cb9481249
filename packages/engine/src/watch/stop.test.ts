import { describe, expect, it } from "vitest";
import * as of from "../../test/scene.ts";
import {
  alive,
  down,
  gist,
  minute,
  NOW,
  PERSISTENT,
  policy,
  read,
  running,
  scene,
  up,
} from "../../test/scene.ts";
import type { Stopping, StopReason } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Mood } from "./sighting.ts";
import { think } from "./think.ts";

type Row = readonly [sentence: string, scene: Partial<Scene>, expected: string];

const idle = alive(read({ mood: "ready" }));
const withDraft = (draft: string | null): Partial<Scene> => ({
  sighting: alive(read({ mood: "ready" }, { draft })),
});
const asking: Partial<Scene> = {
  sighting: alive(read({ mood: "asking", question: "Really?" }, { draft: null })),
};
/** One that is ready, can be asked, and is not wanted any more. */
const unwanted = (more: Partial<Scene> = {}): Partial<Scene> => ({
  agent: PERSISTENT,
  quit: "/quit",
  wish: down(NOW),
  record: running(minute),
  sighting: idle,
  ...more,
});
const during = (
  step: Stopping["step"],
  ago: number,
  more: Partial<Scene> = {},
  because: StopReason = "unwanted",
  enters = step === "quit-entered" ? 1 : 0,
): Partial<Scene> => {
  return unwanted({
    record: running(minute, { stopping: { step, since: NOW - ago, enters, because } }),
    ...more,
  });
};

const thirdEnter = (ago: number): Partial<Scene> => {
  const patient = { ...policy, quit_grace: 30_000 };
  return during("quit-entered", ago, { ...withDraft("/quit"), policy: patient }, "unwanted", 2);
};

describe("who is ended by plan", () => {
  it.each<Row>([
    ["is asked to quit by itself", unwanted(), "due-to-stop (unwanted) → type-quit"],
    [
      "is asked for a new run, too",
      unwanted({ wish: up(NOW, true) }),
      "due-to-stop (restart-asked) → type-quit",
    ],
    [
      "is asked for the next phase, too",
      unwanted({ agent: of.LOOP, wish: up(of.ASKED), record: running(minute, {}, { turn: 1 }), turn: 2 }),
      "due-to-stop (next-phase) → type-quit",
    ],
    [
      "is asked at its limit, too",
      unwanted({ sighting: alive(read({ mood: "limited", until: null })) }),
      "due-to-stop (unwanted) → type-quit",
    ],
    [
      "is not asked when its program knows no word for it",
      unwanted({ quit: null }),
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is not asked when nobody is to be asked",
      unwanted({ policy: { ...policy, quit_grace: 0 } }),
      "due-to-stop (unwanted) → stop",
    ],
    ["is not asked while it works", unwanted({ sighting: of.busy }), "due-to-stop (unwanted) → stop"],
    [
      "is not asked while its screen says nothing",
      unwanted({ sighting: of.unclear }),
      "due-to-stop (unwanted) → stop",
    ],
    ["is not asked over a dialog", unwanted(asking), "due-to-stop (unwanted) → stop"],
    ["is not asked over a draft", unwanted(withDraft("my own")), "due-to-stop (unwanted) → stop"],
    ["is not asked where there is no box", unwanted(withDraft(null)), "due-to-stop (unwanted) → stop"],
    [
      "is not asked while a person has scrolled back",
      unwanted({ sighting: alive(read({ mood: "ready" }), { scrolled: true }) }),
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is not asked before it was ever ready",
      unwanted({ record: running(minute, {}, { ready: null }), sighting: of.unclear }),
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is not asked while a message is on its way into its box",
      unwanted({
        record: running(minute, {
          mail: { id: "3f2a1c9", state: "typing", door: false, since: NOW, enters: 0, tries: 1 },
        }),
      }),
      "due-to-stop (unwanted) → stop",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<Row>([
    ["has Enter pressed for it", during("quit-typed", 40, withDraft("/quit")), "→ enter-quit"],
    ["has a moment to take the word", during("quit-typed", 39, withDraft("/quit")), ""],
    ["has nothing submitted but that word", during("quit-typed", 500, withDraft("/quit now")), ""],
    ["has nothing submitted in a box that is empty", during("quit-typed", 500), ""],
    [
      "has no key pressed in copy mode",
      during("quit-typed", 500, {
        sighting: alive(read({ mood: "ready" }, { draft: "/quit" }), { scrolled: true }),
      }),
      "",
    ],
    [
      "has no key pressed over a dialog",
      during("quit-typed", 500, {
        sighting: alive(read({ mood: "asking", question: "Sure?" }, { draft: null })),
      }),
      "",
    ],
    ["has a moment to take the Enter", during("quit-entered", 999, withDraft("/quit")), ""],
    [
      "has Enter pressed again when it took none",
      during("quit-entered", 1_000, withDraft("/quit")),
      "→ enter-quit",
    ],
    ["has longer for the next Enter", thirdEnter(2_999), ""],
    ["has Enter pressed a third time after that", thirdEnter(3_000), "→ enter-quit"],
    [
      "may have made a line of that Enter",
      during("quit-entered", 1_000, withDraft("/quit\n")),
      "→ enter-quit",
    ],
    ["may have emptied its box", during("quit-entered", 2_000), ""],
    ["may take its time", during("quit-entered", 2_999), ""],
    ["is told by a signal when it does not quit", during("quit-entered", 3_000), "→ stop"],
    ["is told by a signal when it did not take the word", during("quit-typed", 3_000), "→ stop"],
    [
      "is told by a signal at once when something outlives its terminal",
      during("quit-entered", 10, { sighting: of.exited, leftovers: 2 }),
      "→ stop",
    ],
    [
      "is told by a signal at once when something outlives its session",
      during("quit-typed", 10, { sighting: of.gone, leftovers: 1 }),
      "→ stop",
    ],
    ["is killed in the end", during("told", 10_000), "→ kill"],
    ["is not killed before", during("told", 9_999), ""],
    ["has no word typed after the signal", during("told", 500, withDraft("")), ""],
  ])("and was asked %s", (_, given, expected) => {
    expect(gist(given)).toBe(["stopping (unwanted)", expected].filter((text) => text !== "").join(" "));
  });

  it("is down when it has quit", () => {
    expect(gist(during("quit-entered", 100, { sighting: of.exited }))).toBe("leftover → clear");
    expect(gist(during("quit-entered", 100, { sighting: of.gone }))).toBe("down");
  });

  it("is left alone while nobody can see it, however late it is", () => {
    const unreadable = { pane: "unreadable", because: "?" } as const;
    expect(gist(during("quit-typed", minute, { sighting: unreadable }))).toBe("unseen");
  });
});

describe("who is wedged or broken", () => {
  const wedged = { seen: of.seenFor(300_000) };
  it.each<Row>([
    [
      "is not asked: a stall",
      { agent: of.LOOP, quit: "/quit", record: running(10 * minute, wedged), sighting: idle },
      "due-to-stop (stalled) → stop",
    ],
    [
      "is not asked: a fatal error",
      {
        agent: PERSISTENT,
        quit: "/quit",
        record: running(minute, { seen: of.seenFor(30_000, { mood: "fatal", error: "400" }) }),
        sighting: alive(read({ mood: "fatal", error: "400" })),
      },
      "due-to-stop (fatal) → stop",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});

describe("who may end its turn before it goes down", () => {
  const seen = (mood: Mood, ago = minute) => ({ seen: of.seenFor(ago, mood) });
  const drains = (more: Partial<Scene> = {}): Partial<Scene> => unwanted({ drain: NOW + 1, ...more });
  const draining = "draining (its turn has not ended)";
  it.each<Row>([
    [
      "goes on while it works",
      drains({ record: running(minute, seen({ mood: "busy" })), sighting: of.busy }),
      draining,
    ],
    [
      "goes on when the next phase is on",
      {
        ...{ agent: of.LOOP, turn: 2, drain: NOW + 1, sighting: of.busy },
        record: running(minute, seen({ mood: "busy" }), { turn: 1 }),
      },
      draining,
    ],
    [
      "is ended for the next phase when its turn is",
      {
        ...{ agent: of.LOOP, turn: 2, drain: NOW + 1, sighting: idle },
        record: running(minute, seen({ mood: "ready" }), { turn: 1 }),
      },
      "due-to-stop (next-phase) → stop",
    ],
    [
      "is ended for the next phase when the time is over",
      {
        ...{ agent: of.LOOP, turn: 2, drain: NOW, sighting: of.busy },
        record: running(minute, seen({ mood: "busy" }), { turn: 1 }),
      },
      "due-to-stop (next-phase) → stop",
    ],
    [
      "goes on while its screen says nothing",
      drains({ record: running(minute, seen({ mood: "unclear" })), sighting: of.unclear }),
      draining,
    ],
    [
      "goes on while it starts",
      drains({ record: running(minute, {}, { ready: null }), sighting: of.unclear }),
      draining,
    ],
    [
      "goes on while its screen still moves",
      drains({ record: running(minute, seen({ mood: "ready" }, 999)) }),
      draining,
    ],
    [
      "goes on while a message is on its way into its box",
      drains({
        record: running(minute, {
          ...seen({ mood: "ready" }),
          mail: { id: "3f2a1c9", state: "typed", door: false, since: NOW, enters: 1, tries: 1 },
        }),
      }),
      draining,
    ],
    [
      "stops when its turn has ended",
      drains({ record: running(minute, seen({ mood: "ready" }, 1_000)) }),
      "due-to-stop (unwanted) → type-quit",
    ],
    [
      "stops when it asks",
      drains({ ...asking, record: running(minute, seen({ mood: "asking", question: "Really?" })) }),
      "due-to-stop (unwanted) → stop",
    ],
    [
      "stops at its limit",
      drains({
        record: running(minute, seen({ mood: "limited", until: null })),
        sighting: alive(read({ mood: "limited", until: null })),
      }),
      "due-to-stop (unwanted) → type-quit",
    ],
    [
      "stops when the time is over, whatever it does",
      drains({
        record: running(minute, seen({ mood: "busy" })),
        sighting: of.busy,
        drain: NOW,
      }),
      "due-to-stop (unwanted) → stop",
    ],
    [
      "stops at once when it is a service, which has no turns",
      drains({ agent: of.SERVICE, quit: null, record: running(minute), sighting: of.busy }),
      "due-to-stop (unwanted) → stop",
    ],
    ["is not started again when it dies meanwhile", drains({ sighting: of.dead }), "leftover → clear"],
    [
      "gets no new message",
      drains({
        record: running(minute, seen({ mood: "ready" }, 500)),
        message: of.messageOf(),
      }),
      draining,
    ],
    [
      "has the message finished that was begun",
      drains({
        record: running(minute, {
          ...seen({ mood: "ready" }),
          mail: { id: "3f2a1c9", state: "typed", door: false, since: NOW - 100, enters: 0, tries: 1 },
        }),
        message: of.messageOf(),
        ...withDraft("[fleet 3f2a1c9] go on"),
      }),
      `${draining} → press-enter`,
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("is looked at again soon", () => {
    const given = scene(drains({ record: running(minute, seen({ mood: "busy" })), sighting: of.busy }));
    expect(think(given, NOW).next - NOW).toBeLessThanOrEqual(500);
  });
});

it("who started earlier waits until the others are down", () => {
  expect(gist(unwanted({ stopsAfter: "builder" }))).toBe("draining (builder is stopped first)");
});

describe("what it has not pushed", () => {
  it.each<Row>([
    ["is kept before anything else is done", unwanted({ rescue: "due" }), "due-to-stop (unwanted) → rescue"],
    ["is waited for while it is being kept", unwanted({ rescue: "under-way" }), "due-to-stop (unwanted)"],
    [
      "is kept before a stalled run is ended, too",
      {
        agent: of.LOOP,
        record: running(10 * minute, { seen: of.seenFor(300_000) }),
        sighting: idle,
        rescue: "due",
      },
      "due-to-stop (stalled) → rescue",
    ],
    [
      "is kept once in a stop",
      during("quit-entered", 3_000, { rescue: "due" }),
      "stopping (unwanted) → stop",
    ],
    [
      "is not kept for what outlived its terminal",
      { record: running(minute), sighting: of.dead, leftovers: 1, rescue: "due" },
      "due-to-stop (leftover-processes) → stop",
    ],
    [
      "is not kept while it drains",
      unwanted({ stopsAfter: "builder", rescue: "due" }),
      "draining (builder is stopped first)",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});
