import { describe, expect, it } from "vitest";
import * as of from "../../test/scene.ts";
import {
  ASKED,
  alive,
  minute,
  NOW,
  PERSISTENT,
  read,
  running,
  scene,
  second,
  seenFor,
  TASK,
} from "../../test/scene.ts";
import { evolve } from "./evolve.ts";
import { FRESH_RECORD } from "./record.ts";
import type { Scene } from "./scene.ts";
import { think } from "./think.ts";

const fatal = { mood: "fatal", error: "400 thinking blocks" } as const;
const asks = { mood: "asking", question: "Do you trust this folder?" } as const;

describe("how a run ends", () => {
  const long = running(10 * minute, { failures: 4 });
  const brief = running(10 * minute - 1, { failures: 4 });
  const told = (
    because: "unwanted" | "next-phase" | "restart-asked" | "fatal" | "stalled" | "never-ready",
  ) => ({
    ...brief,
    stopping: { step: "told" as const, since: NOW - second, enters: 0, because },
  });
  it.each([
    ["a death is a failure more", { record: brief, sighting: of.dead }, 5],
    ["a clean exit is one, too", { record: brief, sighting: of.exited }, 5],
    ["a session that vanished is one", { record: brief, sighting: of.gone }, 5],
    ["a death after a healthy time is the first", { record: long, sighting: of.dead }, 1],
    ["a vanishing after a healthy time is the first", { record: long, sighting: of.gone }, 1],
    [
      "health counts from readiness, not from the start",
      { record: running(99 * minute, { failures: 4 }, { ready: NOW - minute }), sighting: of.dead },
      5,
    ],
    [
      "who was never ready was never healthy",
      { record: running(99 * minute, { failures: 4 }, { ready: null }), sighting: of.dead },
      5,
    ],
    ["the loss of the tmux server is no failure", { record: brief, sighting: of.lost }, 4],
    ["the loss of the tmux server does not hide a healthy time", { record: long, sighting: of.lost }, 0],
    [
      "the loss of the tmux server is no failure of one that was being stopped",
      { record: told("stalled"), sighting: of.lost },
      4,
    ],
    ["a task has no failures", { agent: TASK, record: running(minute), sighting: of.dead }, 0],
    ["a stall is a failure", { record: told("stalled"), sighting: of.dead }, 5],
    ["a fatal error is one", { record: told("fatal"), sighting: of.dead }, 5],
    ["never to have been ready is one", { record: told("never-ready"), sighting: of.gone }, 5],
    ["to be unwanted is none", { record: told("unwanted"), sighting: of.dead }, 0],
    ["the next phase is none", { record: told("next-phase"), sighting: of.dead }, 0],
    ["to be asked anew is none", { record: told("restart-asked"), sighting: of.dead }, 0],
  ] satisfies [string, Partial<Scene>, number][])("%s", (_, given, failures) => {
    expect(think(scene(given), NOW).record).toMatchObject({
      run: null,
      stopping: null,
      mail: null,
      failures,
    });
  });

  it("a fatal error costs the conversation", () => {
    const record = evolve(running(minute), { at: NOW, what: "told-to-stop", because: "fatal" });
    const after = think(scene({ agent: PERSISTENT, record, sighting: of.dead }), NOW);
    expect(after.actions).toMatchObject([{ do: "start", resume: false }]);
  });

  it("a stall does not", () => {
    const record = evolve(running(minute), { at: NOW, what: "told-to-stop", because: "stalled" });
    const after = think(scene({ agent: PERSISTENT, record, sighting: of.dead }), NOW);
    expect(after.actions).toMatchObject([{ do: "start", resume: true }]);
  });

  it("one that was taken over dies as any other", () => {
    const { record } = think(scene({ record: { ...FRESH_RECORD, served: ASKED }, sighting: of.busy }), NOW);
    const after = think(scene({ record, sighting: of.dead }), NOW + second);
    expect(after.noticed).toMatchObject([{ what: "died", failures: 1 }]);
    expect(after.actions).toMatchObject([{ do: "start", automatic: true }]);
  });
});

describe("a start that a crash of the watchdog cut short", () => {
  const intended = (resumed: boolean) =>
    running(second, { failures: 2 }, { opened: false, ready: null, resumed });
  it.each([
    ["is begun again, as if nothing had been", of.gone],
    ["is begun again after the loss of the tmux server", of.lost],
    ["is begun again over the dead pane of an older run", { ...of.dead, instance: "i-0" } as const],
  ])("%s", (_, sighting) => {
    const thought = think(scene({ record: intended(false), sighting }), NOW);
    expect(thought.noticed).toMatchObject([{ what: "start-interrupted" }]);
    expect(thought.record.failures).toBe(2);
    expect(thought.actions).toMatchObject([{ do: "start", automatic: false }]);
  });

  it("is not begun again when its program ended at once: that is a death", () => {
    const thought = think(scene({ record: intended(false), sighting: of.dead }), NOW);
    expect(thought.noticed).toMatchObject([{ what: "died", failures: 3 }]);
  });

  it.each([
    [false, "started"],
    [true, "resumed"],
  ])("is noted when it came to be after all (resumed: %s)", (resumed, what) => {
    const thought = think(scene({ record: intended(resumed), sighting: of.unclear }), NOW);
    expect(thought.noticed).toMatchObject([{ what, instance: "i-1" }, { what: "looked" }, { what: "said" }]);
    expect(thought.record.run).toMatchObject({ opened: true, ready: null });
  });
});

describe("what is noticed", () => {
  it("is nothing when nothing is new", () => {
    const { record } = think(scene({ record: running(minute), sighting: of.ready }), NOW);
    const thought = think(scene({ record, sighting: of.ready }), NOW + second);
    expect(thought.noticed).toEqual([]);
    expect(thought.record).toBe(record);
  });

  it.each([
    ["ready", of.ready, true],
    ["at work", of.busy, true],
    ["asked whether to trust the folder", alive(read(asks)), false],
    ["at a fatal error", alive(read(fatal)), false],
    ["not readable", of.unclear, false],
  ])("is readiness, once it is %s: %s", (_, sighting, is) => {
    const record = running(second, { conversation: null }, { ready: null });
    const after = think(scene({ record, sighting }), NOW).record;
    expect(after.run?.ready).toBe(is ? NOW : null);
    expect(after.conversation).toEqual(is ? { id: null } : null);
  });

  it("is a limit until the same moment for as long as the screen is the same", () => {
    const limited = (until: number, digest = "d-1") => alive(read({ mood: "limited", until }), { digest });
    const first = think(scene({ record: running(minute), sighting: limited(NOW + minute) }), NOW);
    const later = scene({ record: first.record, sighting: limited(NOW + 24 * 60 * minute) });
    expect(think(later, NOW + 2 * minute).record.seen?.mood).toEqual({
      mood: "limited",
      until: NOW + minute,
    });
    const other = scene({ record: first.record, sighting: limited(NOW + 9 * minute, "d-2") });
    expect(think(other, NOW + 2 * minute).record.seen?.mood).toEqual({
      mood: "limited",
      until: NOW + 9 * minute,
    });
  });

  it("is a mood once, not each time its words change", () => {
    const first = think(scene({ record: running(minute), sighting: alive(read(asks)) }), NOW);
    const other = alive(read({ ...asks, question: "Really?" }), { digest: "d-2" });
    const second = think(scene({ record: first.record, sighting: other }), NOW + 1);
    expect(first.noticed.map(({ what }) => what)).toEqual(["looked", "said"]);
    expect(second.noticed.map(({ what }) => what)).toEqual(["looked"]);
    expect(second.record.seen).toMatchObject({ mood: { question: "Really?" }, since: NOW });
  });

  it("is that the screen stands still, though it is read differently", () => {
    const first = think(scene({ record: running(minute), sighting: of.unclear }), NOW);
    const second = think(scene({ record: first.record, sighting: of.ready }), NOW + minute);
    expect(second.record.seen).toMatchObject({ since: NOW + minute, still: NOW });
  });

  it("is nothing of another run's screen", () => {
    const record = running(900_000, {
      seen: seenFor(900_000),
      mail: { id: "x", state: "typed", door: false, since: 1, enters: 3, tries: 1 },
    });
    const thought = think(
      scene({ record, sighting: alive(read({ mood: "ready" }), { instance: "i-2" }) }),
      NOW,
    );
    expect(thought.noticed.map(({ what }) => what)).toEqual(["found", "looked", "said"]);
    expect(thought.record).toMatchObject({
      run: { instance: "i-2", since: NOW },
      seen: { since: NOW },
      mail: null,
    });
    expect(thought.assessment.is).toBe("ready");
  });
});

describe("life", () => {
  const first = think(scene({ record: running(minute), sighting: of.ready }), NOW).record;
  const still = (given: Partial<Scene>, at = NOW + minute) =>
    think(scene({ record: first, ...given }), at).record.seen?.still;
  const other = alive(read({ mood: "ready" }), { digest: "d-2" });
  const mailSince = (since: number) =>
    ({ id: "x", state: "typed", door: false, since, enters: 1, tries: 1 }) as const;

  it.each([
    ["new words on the screen", { sighting: other }],
    ["a turn that began", { sighting: of.busy }],
    ["a tool that began to run", { sighting: alive(read({ mood: "ready" }, { running: "tool" })) }],
    ["a question", { sighting: alive(read(asks)) }],
    [
      "new words while a message of ours is kept for later",
      { record: { ...first, mail: mailSince(NOW + minute - 2_000) }, sighting: other },
    ],
  ])("is %s", (_, given) => {
    expect(still(given)).toBe(NOW + minute);
  });

  it.each([
    ["the same screen", { sighting: of.ready }],
    [
      "the same words in another size",
      { sighting: alive(read({ mood: "ready" }), { digest: "d-2", size: "80x24" }) },
    ],
    ["a screen that is half drawn", { sighting: of.unclear }],
    [
      "our own words, as they are typed",
      {
        record: { ...first, mail: mailSince(NOW + minute - 1_999) },
        sighting: other,
      },
    ],
    [
      "our own words, as they stand in the box",
      {
        record: { ...first, mail: mailSince(NOW) },
        sighting: alive(read({ mood: "ready" }, { draft: "our words" }), { digest: "d-2" }),
      },
    ],
    [
      "the echo of our own words",
      { record: { ...first, told: { first: NOW, last: NOW + minute - 1_999 } }, sighting: other },
    ],
  ])("is not %s", (_, given) => {
    expect(still(given)).toBe(NOW);
  });

  it("is an answer, when the echo is over", () => {
    expect(
      still({ record: { ...first, told: { first: NOW, last: NOW + minute - 2_000 } }, sighting: other }),
    ).toBe(NOW + minute);
  });

  it("ends the grace for what it was told", () => {
    const record = { ...first, told: { first: NOW, last: NOW } };
    expect(think(scene({ record, sighting: other }), NOW + minute).record.told).toBe(null);
    expect(think(scene({ record, sighting: of.ready }), NOW + minute).record.told).toEqual(record.told);
  });
});

describe("a wait that it missed before", () => {
  const until = NOW - minute;
  const wait = { until, declared: NOW - 9 * minute, moved: 0 };
  const record = running(99 * minute, {
    seen: seenFor(minute, { mood: "ready" }, { wait }),
    missed: { until: NOW - 30 * minute, at: NOW - 25 * minute },
  });

  it("is forgiven when it goes on by itself after the next", () => {
    expect(think(scene({ record, sighting: of.busy }), NOW).record.missed).toBe(null);
  });

  it("is not forgiven while it waits", () => {
    const sighting = of.says(`WAITING-UNTIL: ${of.iso(until)}`);
    expect(think(scene({ record, sighting }), NOW).record.missed).toEqual(record.missed);
  });

  it("is not forgiven for going on after having been woken", () => {
    const woken = { ...record, missed: { until, at: NOW } };
    expect(think(scene({ record: woken, sighting: of.busy }), NOW).record.missed).toEqual(woken.missed);
  });
});

describe("who is to blame for an end", () => {
  const at = running(minute);
  const limited = { mood: "limited", until: NOW + minute } as const;
  it.each([
    ["the agent for a death", { record: at, sighting: of.dead }, "agent"],
    ["the server for its own", { record: at, sighting: of.lost }, "server"],
    [
      "nobody at a limit",
      { record: running(minute, { seen: seenFor(1, limited) }), sighting: of.dead },
      "host",
    ],
    ["nobody soon after the clock jumped", { record: at, sighting: of.dead, grace: NOW + 1 }, "host"],
    ["the agent again after that", { record: at, sighting: of.dead, grace: NOW }, "agent"],
    ["nobody while what it needs is away", { record: at, sighting: of.dead, lacks: "no server" }, "host"],
    ["a person who wished it down", { record: at, sighting: of.gone, wish: of.down(NOW) }, "person"],
  ] satisfies [string, Partial<Scene>, string][])("%s", (_, given, blame) => {
    expect(think(scene(given), NOW).noticed).toMatchObject([{ blame }]);
  });

  it("a limit is remembered with the end, and holds the next start", () => {
    const record = running(minute, { seen: seenFor(1, limited) });
    const { assessment } = think(scene({ record, sighting: of.dead }), NOW);
    expect(assessment).toEqual({ is: "resting", until: NOW + minute });
  });
});

describe("a resume that fails", () => {
  const resumed = (more: object = {}) => running(minute, {}, { resumed: true, ready: null, ...more });
  const next = (given: Partial<Scene>) =>
    think(scene({ agent: PERSISTENT, sighting: of.dead, ...given }), NOW);

  it("is followed by a fresh start", () => {
    const thought = next({ record: resumed() });
    expect(thought.noticed.map(({ what }) => what)).toEqual(["died", "resume-failed"]);
    expect(thought.actions).toMatchObject([{ do: "start", resume: false }]);
  });

  it("is none when it had come up", () => {
    expect(next({ record: resumed({ ready: NOW - 1 }) }).actions).toMatchObject([{ resume: true }]);
  });

  it("is none when the tmux server was lost", () => {
    expect(next({ record: resumed(), sighting: of.lost }).actions).toMatchObject([{ resume: true }]);
  });

  it("is none of a conversation that died of its fatal error: that one is never resumed", () => {
    const record = running(minute, { seen: seenFor(1, fatal) });
    expect(next({ record }).actions).toMatchObject([{ resume: false }]);
  });
});
