import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as of from "../../test/scene.ts";
import { ASKED, alive, fallen, minute, NOW, policy, read, running, scene, second } from "../../test/scene.ts";
import { evolve } from "./evolve.ts";
import type { Happening } from "./happening.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import type { Action, Scene } from "./scene.ts";
import { withCall } from "./schedule.ts";
import type { Mood, Sighting } from "./sighting.ts";
import type { Sign, Way } from "./sign.ts";
import { think } from "./think.ts";
import type { Instant } from "./time.ts";

/** What comes of an action in a world where everything works. */
function outcomesOf(action: Action, { wish, turn }: Scene, at: Instant, count: number): readonly Happening[] {
  switch (action.do) {
    case "start": {
      const instance = `i-${count}`;
      const run = {
        ...of.runOf(0),
        instance,
        since: at,
        turn,
        server: null,
        opened: false,
        resumed: action.resume,
        ready: null,
      };
      const { automatic } = action;
      const model = null;
      return [
        { at, what: "starting", run, wish: wish.at, automatic },
        { at, what: "started", instance, model },
      ];
    }
    case "rescue":
      return [];
    case "type-quit":
      return [{ at, what: "quit-typed", because: action.because }];
    case "enter-quit":
      return [{ at, what: "quit-entered" }];
    case "stop":
      return [{ at, what: "told-to-stop", because: action.because }];
    case "kill":
      return [{ at, what: "killed", processes: 1 }];
    case "give-up":
      return [{ at, what: "gave-up", because: action.because, turn: null }];
    case "wake":
      return [{ at, what: "missed-wait", until: action.until, message: "wake-1" }];
    case "type":
      return [
        { at, what: "typing", message: action.message.id },
        { at, what: "typed", message: action.message.id },
      ];
    case "press-enter":
      return [
        { at, what: "pressing", message: action.message.id },
        { at, what: "pressed-enter", message: action.message.id },
      ];
    case "hand-in":
      return [
        { at, what: "handing-in", message: action.message.id },
        { at, what: "handed-in", message: action.message.id },
      ];
    case "settle": {
      const { id, text, from } = action.message;
      return [{ at, what: "submitted", message: id, text, from, state: action.state }];
    }
    case "drop": {
      const { id, text, from } = action.message;
      return [{ at, what: action.state, message: id, text, from, because: action.because }];
    }
    case "take-back":
      return [{ at, what: "taken-back", message: action.message.id }];
    case "clear":
      return [{ at, what: "cleared" }];
    default:
      return action satisfies never;
  }
}

interface Deed {
  readonly at: Instant;
  readonly action: Action;
}

/** Lets a world run, a look each time it was asked for, and says what the watchdog did to it. */
function live(
  length: number,
  world: (record: AgentRecord, deeds: readonly Deed[], at: Instant) => Partial<Scene>,
  began: AgentRecord = FRESH_RECORD,
): readonly Deed[] {
  let record = began;
  const deeds: Deed[] = [];
  for (let at = NOW, next = NOW; at < NOW + length; at = next) {
    const given = scene({ record, ...world(record, deeds, at) });
    const thought = think(given, at);
    record = thought.record;
    next = thought.next;
    if (next <= at) throw new Error("it looks again and again, and time stands still");
    for (const action of thought.actions) {
      deeds.push({ at, action });
      record = outcomesOf(action, given, at, deeds.length).reduce(evolve, record);
    }
  }
  return deeds;
}

const wordsOf = (deeds: readonly Deed[]) => deeds.map(({ action }) => action.do);
const sinceStart = (deeds: readonly Deed[], word: Action["do"]) =>
  deeds.filter(({ action }) => action.do === word).map(({ at }) => Math.round((at - NOW) / second));
const inRun = (record: AgentRecord, sighting: Sighting): Sighting =>
  "instance" in sighting && record.run !== null ? { ...sighting, instance: record.run.instance } : sighting;
/** Says something new each time it is looked at. */
const atWork = (at: Instant): Sighting => alive(read({ mood: "busy" }), { digest: `d-${at}` });
const isKilled = (deeds: readonly Deed[]) => ["stop", "kill"].includes(wordsOf(deeds).at(-1) ?? "");

describe("a life", () => {
  it("of one who dies at every start is five restarts, ever later, and then an end", () => {
    const deeds = live(3 * 60 * minute, (record) => ({
      sighting: record.run === null ? of.gone : inRun(record, of.dead),
    }));
    expect(wordsOf(deeds)).toEqual([...Array(6).fill("start"), "give-up"]);
    const pauses = sinceStart(deeds, "start").map((at, index, all) => at - (all[index - 1] ?? 0));
    const around = [0, 0, 30, 60, 120, 240];
    pauses.forEach((pause, index) => {
      expect(Math.abs(pause - (around[index] ?? 0))).toBeLessThanOrEqual((around[index] ?? 0) / 10 + 1);
    });
  });

  it("of one who dies of old age is a restart at once, each time", () => {
    const lasts = 11 * minute;
    const deeds = live(3 * 60 * minute, (record, _, at) => ({
      sighting: inRun(record, record.run !== null && at - record.run.since >= lasts ? of.dead : atWork(at)),
      ...(record.run === null ? { sighting: of.gone } : {}),
    }));
    expect(new Set(wordsOf(deeds))).toEqual(new Set(["start"]));
    expect(deeds.length).toBeGreaterThanOrEqual(15);
  });

  it("of one whose tmux server is lost again and again is no failure, and never ends", () => {
    const deeds = live(60 * minute, (record, _, at) => {
      const up = record.run !== null && at - record.run.since < minute;
      return { sighting: up ? inRun(record, atWork(at)) : of.lost };
    });
    expect(new Set(wordsOf(deeds))).toEqual(new Set(["start"]));
    expect(deeds.length).toBeGreaterThan(50);
  });

  it("of one who wedges is found out within a tick of the time allowed, and begun anew", () => {
    const deeds = live(6 * minute, (record, done) => {
      if (isKilled(done)) return { sighting: of.gone };
      return { sighting: record.run === null ? of.gone : inRun(record, of.ready) };
    });
    expect(wordsOf(deeds)).toEqual(["start", "stop", "start"]);
    expect(sinceStart(deeds, "stop")[0]).toBeGreaterThanOrEqual(300);
    expect(sinceStart(deeds, "stop")[0]).toBeLessThanOrEqual(331);
  });

  it("of one who paces itself honestly and wakes late is never disturbed", () => {
    const pace = 10 * minute;
    const deeds = live(24 * 60 * minute, (record, _, at) => {
      if (record.run === null) return { sighting: of.gone };
      const cycle = at - ((at - NOW) % (pace + 2 * minute));
      const works = at - cycle < minute;
      const final = `WAITING-UNTIL: ${of.iso(cycle + minute + pace - second)}`;
      const idle = alive(read({ mood: "ready" }, { final }), { digest: final });
      return { sighting: inRun(record, works ? of.busy : idle) };
    });
    expect(wordsOf(deeds)).toEqual(["start"]);
  });

  it("of one who declares and never wakes is a wake message right after the grace, and then the end", () => {
    const until = NOW + 10 * minute;
    const deeds = live(20 * minute, (record, done) => {
      if (isKilled(done) || record.run === null) return { sighting: of.gone };
      const stopped = wordsOf(done).includes("stop");
      return { sighting: inRun(record, stopped ? of.busy : of.says(`WAITING-UNTIL: ${of.iso(until)}`)) };
    });
    expect(wordsOf(deeds)).toEqual(["start", "wake", "stop", "start"]);
    expect(sinceStart(deeds, "wake")).toEqual([10 * 60 + 180]);
    expect(sinceStart(deeds, "stop")[0]).toBeGreaterThanOrEqual(10 * 60 + 2 * 180);
    expect(sinceStart(deeds, "stop")[0]).toBeLessThanOrEqual(10 * 60 + 2 * 180 + 30);
  });

  it("of one who ignores the signal is ended by force, and only then begun anew", () => {
    const deeds = live(
      2 * minute,
      (record, done) => {
        if (wordsOf(done).includes("kill")) return { sighting: of.gone, wish: of.down(NOW + 1) };
        return { wish: of.down(NOW + 1), sighting: inRun(record, of.busy) };
      },
      running(minute),
    );
    expect(wordsOf(deeds)).toEqual(["stop", "kill"]);
    expect(sinceStart(deeds, "kill")).toEqual([10]);
  });

  it("of one whose children outlive it ends when the last of them has gone", () => {
    const deeds = live(2 * minute, (record, done, at) => {
      if (at < NOW + second) return { sighting: record.run === null ? of.gone : inRun(record, of.busy) };
      const restarted = wordsOf(done).filter((word) => word === "start").length > 1;
      if (restarted) return { sighting: inRun(record, of.busy) };
      return { sighting: of.gone, leftovers: wordsOf(done).includes("kill") ? 0 : 3 };
    });
    expect(wordsOf(deeds)).toEqual(["start", "stop", "kill", "start"]);
  });

  it("of one who was given up begins anew with the next wish, and forgets", () => {
    const record = fallen(minute, 6, { gaveUp: { at: NOW - minute, because: "too often", turn: null } });
    let last = record;
    live(
      minute,
      (now) => {
        last = now;
        return { wish: of.up(NOW), sighting: now.run === null ? of.gone : inRun(now, of.busy) };
      },
      record,
    );
    expect(last).toMatchObject({ gaveUp: null, served: NOW });
  });

  it("of one who swallows every Enter is sixty of them, ever slower, and then the message is given up", () => {
    const message = of.messageOf();
    const deeds = live(
      4.5 * minute,
      (record, done) => {
        const typed = wordsOf(done).includes("type");
        const there = alive(read({ mood: "ready" }, { draft: typed ? "[fleet 3f2a1c9] go on" : "" }));
        const dropped = wordsOf(done).includes("drop");
        return { message: dropped ? null : message, sighting: inRun(record, there) };
      },
      running(1_000),
    );
    expect(wordsOf(deeds)).toEqual(["type", ...Array(60).fill("press-enter"), "drop"]);
  });

  it("of a loop is one run a phase", () => {
    const deeds = live(30 * minute, (record, done, at) => {
      const turn = 1 + Math.floor((at - NOW) / (10 * minute));
      const there = record.run !== null && wordsOf(done).at(-1) !== "stop";
      return { turn, sighting: there ? inRun(record, atWork(at)) : of.gone };
    });
    expect(wordsOf(deeds)).toEqual(["start", "stop", "start", "stop", "start"]);
    expect(deeds.flatMap(({ action }) => (action.do === "start" ? [action.automatic] : []))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

const instant = fc.integer({ min: NOW - 100 * minute, max: NOW });
const moods: readonly Mood[] = [
  { mood: "busy" },
  { mood: "ready" },
  { mood: "unclear" },
  { mood: "asking", question: "Really?" },
  { mood: "limited", until: null },
  { mood: "fatal", error: "400" },
];
const mood = fc.constantFrom(...moods);
const reason = fc.constantFrom("unwanted", "next-phase", "stalled", "fatal", "leftover-processes");
const anySign = (way: Way): fc.Arbitrary<Sign> =>
  fc.record({
    rule: fc.constant("a rule"),
    mood: fc.option(mood),
    conversation: fc.constantFrom(null, "c-1", "c-2"),
    transcript: fc.constantFrom(null, "/t.jsonl"),
    heard: fc.constantFrom(null, "hello", "[fleet 3f2a1c9] go on"),
    given: fc.constantFrom(null, "[fleet 3f2a1c9] go on"),
    at: instant,
    way: fc.constant(way),
  });
const anyRecord: fc.Arbitrary<AgentRecord> = fc.record({
  run: fc.option(
    fc.record({
      instance: fc.constantFrom("i-1", "i-2"),
      since: instant,
      turn: fc.option(fc.nat(3)),
      model: fc.constant(null),
      backend: fc.option(fc.constant("demo")),
      server: fc.constantFrom(null, "i-s"),
      opened: fc.boolean(),
      resumed: fc.boolean(),
      conversation: fc.constantFrom(null, "c-1"),
      transcript: fc.constant(null),
      ready: fc.option(instant),
    }),
  ),
  seen: fc.option(
    fc.record({
      mood,
      since: instant,
      rule: fc.constant("screen: box"),
      dissent: fc.constant(null),
      shown: fc.record({ mood: mood.map((some) => some.mood), since: instant }),
      signs: fc.record(
        { event: anySign("event"), status: anySign("status"), transcript: anySign("transcript") },
        { requiredKeys: [] },
      ),
      heard: fc.subarray(["3f2a1c9"]),
      digest: fc.constantFrom("d-1", "d-2"),
      still: instant,
      running: fc.constantFrom(null, "a tool"),
      size: fc.constant("200x50"),
      wait: fc.option(fc.record({ until: instant, declared: instant, moved: fc.integer() })),
    }),
  ),
  stopping: fc.option(
    fc.oneof(
      fc.record({ step: fc.constant("told"), since: instant, enters: fc.nat(3), because: reason }),
      // Only who is ended by plan was ever asked.
      fc.record({
        step: fc.constantFrom("quit-typed", "quit-entered"),
        since: instant,
        enters: fc.nat(3),
        because: fc.constantFrom("unwanted", "next-phase", "restart-asked"),
      }),
    ),
  ) as fc.Arbitrary<AgentRecord["stopping"]>,
  restraint: fc.option(fc.constant({ by: "hold", because: "on hold", until: null } as const)),
  released: fc.option(instant),
  latest: fc.constantFrom(null, "i-1", "i-2"),
  served: fc.option(fc.constantFrom(ASKED, NOW)),
  slot: fc.constant(null),
  called: fc.option(fc.oneof(fc.constant(NOW), instant)),
  mail: fc.option(
    fc.record({
      id: fc.constantFrom("3f2a1c9", "0000000"),
      state: fc.constantFrom("typing", "typed"),
      since: instant,
      door: fc.boolean(),
      enters: fc.nat(30),
      tries: fc.nat(9),
    }),
  ),
  told: fc.option(fc.record({ first: instant, last: instant })),
  missed: fc.option(fc.record({ until: instant, at: instant })),
  cut: fc.option(
    fc.record({
      id: fc.constantFrom("go-on-1", "0000000"),
      run: fc.constantFrom("i-1", "i-2"),
      since: instant,
      until: fc.option(instant),
      told: fc.option(instant),
    }),
  ),
  ended: fc.option(
    fc.record({
      at: instant,
      how: fc.constantFrom("died", "next-phase"),
      exit: fc.constant(null),
      blame: fc.constantFrom("agent", "host", "server", "plan", "person"),
      limit: fc.option(instant),
    }),
  ),
  failures: fc.nat(9),
  restarts: fc.array(instant, { maxLength: 8 }),
  gaveUp: fc.option(fc.record({ at: instant, because: fc.constant("too often"), turn: fc.constant(null) })),
  conversation: fc.option(fc.record({ id: fc.constantFrom(null, "c-1") })),
  decided: fc.constant(null),
  failing: fc.option(
    fc.record({
      clear: fc.record({
        because: fc.constant("no server"),
        since: fc.nat(7_200_000).map((ago) => NOW - ago),
        times: fc.nat(),
        told: fc.constant(NOW),
      }),
    }),
    { nil: {} },
  ),
  killed: fc.nat(3),
});
const anySighting: fc.Arbitrary<Sighting> = fc.oneof(
  fc.constantFrom<Sighting>(
    of.gone,
    of.lost,
    of.dead,
    of.exited,
    { pane: "foreign" },
    { pane: "unreadable", because: "?" },
  ),
  fc
    .record({
      mood,
      draft: fc.constantFrom("", null, "my own words", "/quit", "[fleet 3f2a1c9] go on", "[fleet 3f2a1c"),
      final: fc.constantFrom(
        null,
        "done",
        "WAITING-UNTIL: 2026-06-13T12:05Z",
        "WAITING-UNTIL: 2099-01-01T00:00Z",
      ),
      scrolled: fc.boolean(),
      screen: fc.constantFrom("", "[fleet 3f2a1c9] go on"),
      digest: fc.constantFrom("d-1", "d-2"),
    })
    .map(({ mood, draft, final, ...more }) => alive(read(mood, { draft, final }), more)),
);
const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    agent: fc.constantFrom(of.LOOP, of.PERSISTENT, of.TASK, of.SERVICE, of.agentOf("loop", "none")),
    wish: fc.constantFrom(of.up(ASKED), of.up(NOW), of.up(NOW, true), of.down(ASKED)),
    drain: fc.constantFrom(null, NOW, NOW + 1),
    record: anyRecord,
    sighting: anySighting,
    signs: fc.oneof(
      fc.constant([]),
      fc.array(fc.oneof(anySign("event"), anySign("status"), anySign("transcript")), { maxLength: 3 }),
    ),
    turn: fc.option(fc.nat(3)),
    blocked: fc.option(fc.constant("no workdir")),
    restraint: fc.option(fc.constant({ by: "hold", because: "on hold", until: null } as const)),
    leftovers: fc.option(fc.nat(2)),
    door: fc.boolean(),
    restartGap: instant,
    quit: fc.constantFrom(null, "/quit"),
    rescue: fc.constantFrom("due", "under-way", "over"),
    stopsAfter: fc.constantFrom(null, "adversary"),
    message: fc.option(fc.record({ turn: fc.option(fc.nat(3)) }).map(of.messageOf)),
  })
  .map(scene);

describe("whatever the scene", () => {
  const always = (claim: (given: Scene) => void) =>
    fc.assert(fc.property(anyScene, claim), { numRuns: 3000 });
  const not = (pane: Sighting) => (given: Scene) => ({ ...given, sighting: pane });

  it.each([
    ["it could not see", { pane: "unreadable", because: "tmux hung" }],
    ["is foreign", { pane: "foreign" }],
  ] satisfies [string, Sighting][])("nothing at all is done to an agent that %s", (_, sighting) => {
    always((given) => {
      const thought = think(not(sighting)(given), NOW);
      expect(thought.noticed).toEqual([]);
      expect({ ...thought.record, decided: null }).toEqual(given.record);
      // A message of a phase that is over is dropped from the outbox; that is not done to the agent.
      expect(thought.actions.filter((action) => action.do !== "drop")).toEqual([]);
    });
  });

  it("nothing is typed unless it is ready with an empty box, and no copy mode", () => {
    always((given) => {
      const { actions, record } = think(given, NOW);
      const typed = actions.find((action) => action.do === "type");
      if (typed === undefined) return;
      // Not even when only the program itself said that it shows a dialog.
      expect(record.seen?.mood.mood).not.toBe("asking");
      expect(given.sighting).toMatchObject({ pane: "alive", scrolled: false, reading: { draft: "" } });
      const mood = given.sighting.pane === "alive" ? given.sighting.reading.mood : null;
      // What its screen still shows may be over: the trouble of its last run, or the limit after which it is told to go on.
      const rests = record.seen?.mood.mood === "ready" && mood !== "busy";
      const goesOn = typed.message.id === record.cut?.id && mood === "limited";
      expect(mood === "ready" || rests || goesOn).toBe(true);
    });
  });

  it("nothing is handed in while anybody says that there is a dialog or a limit, or where nobody is at the door", () => {
    always((given) => {
      const { actions, record } = think(given, NOW);
      if (!actions.some((action) => action.do === "hand-in")) return;
      expect(given.door).toBe(true);
      expect(["ready", "busy"]).toContain(record.seen?.mood.mood);
      const reading = given.sighting.pane === "alive" ? given.sighting.reading : null;
      expect(["ready", "busy", "unclear", "fatal"]).toContain(reading?.mood);
    });
  });

  it("nobody is asked to quit but over an empty box, and only by a wish or a phase", () => {
    always((given) => {
      const asked = think(given, NOW).actions.find((action) => action.do === "type-quit");
      if (asked?.do !== "type-quit") return;
      expect(["unwanted", "next-phase", "restart-asked"]).toContain(asked.because);
      expect(given.sighting).toMatchObject({ pane: "alive", scrolled: false, reading: { draft: "" } });
    });
  });

  it("Enter is pressed only where our own text stands, and not over a dialog", () => {
    always((given) => {
      if (!think(given, NOW).actions.some((action) => action.do === "press-enter")) return;
      expect(given.sighting).toMatchObject({ pane: "alive", scrolled: false });
      const reading = given.sighting.pane === "alive" ? given.sighting.reading : null;
      expect(reading?.draft).toMatch(/^\[fleet 3f2a1c9\]/);
      expect(reading?.mood).not.toBe("asking");
    });
  });

  it("nothing is begun with who is on hold, and its run is ended only where that is asked, or was begun before", () => {
    always((given) => {
      if (given.restraint === null) return;
      const { actions, record } = think(given, NOW);
      const words = actions.map((action) => action.do);
      for (const word of ["start", "wake", "type", "press-enter", "hand-in"])
        expect(words).not.toContain(word);
      if (!words.some((word) => ["type-quit", "stop"].includes(word))) return;
      const isDown = withCall(given.wish, given.agent, record).state === "down";
      expect(isDown || record.stopping !== null).toBe(true);
    });
  });

  it("one thing is done to its run at a time, and nothing is typed to what is being stopped", () => {
    always((given) => {
      const { actions } = think(given, NOW);
      const deeds = actions.filter((action) => !["drop", "settle", "take-back"].includes(action.do));
      expect(deeds.length).toBeLessThanOrEqual(1);
    });
  });

  it("a start happens only where nothing is left of the run before", () => {
    always((given) => {
      const { actions, record } = think(given, NOW);
      if (!actions.some((action) => action.do === "start")) return;
      expect(record.run).toBeNull();
      expect(["absent", "dead"]).toContain(given.sighting.pane);
      expect(given.record.run === null ? 0 : given.leftovers).toBe(0);
      expect(withCall(given.wish, given.agent, record).state).toBe("up");
      expect(given.blocked).toBeNull();
    });
  });

  it("a run is stopped only for one of four things when nobody watches it", () => {
    always((given) => {
      if (given.agent.watch !== "none") return;
      for (const action of think(given, NOW).actions)
        if (action.do === "stop")
          expect(["unwanted", "restart-asked", "next-phase", "leftover-processes"]).toContain(action.because);
    });
  });

  it("who is believed to ask or to be at a limit is stopped for a wish or a phase alone, or long after its limit", () => {
    always((given) => {
      const { record, actions } = think(given, NOW);
      const mood = given.sighting.pane === "alive" ? record.seen?.mood.mood : null;
      if (mood !== "asking" && mood !== "limited") return;
      const over = mood === "limited" ? ["limit-over"] : [];
      for (const action of actions)
        if (action.do === "stop")
          expect(["unwanted", "restart-asked", "next-phase", ...over]).toContain(action.because);
    });
  });

  it("the next look lies ahead, and not beyond a tick", () => {
    always((given) => {
      const { next, assessment } = think(given, NOW);
      expect(next).toBeGreaterThan(NOW);
      if (assessment.is !== "resting") expect(next).toBeLessThanOrEqual(NOW + policy.signal_tick);
    });
  });

  it("the same scene gives the same thought", () => {
    always((given) => {
      expect(think(structuredClone(given), NOW)).toEqual(think(given, NOW));
    });
  });
});

describe("whatever the world does", () => {
  const looks = fc.array(
    fc.tuple(
      fc.constantFrom<Sighting>(of.busy, of.ready, of.gone, of.lost, of.dead, of.exited, {
        pane: "unreadable",
        because: "?",
      }),
      fc.constantFrom(50, 1_000, 30_000, 240_000),
      fc.boolean(),
    ),
    { minLength: 50, maxLength: 400 },
  );

  /** The times of its automatic starts and of all others; a crash of the watchdog may come between the intent and the deed. */
  function startsIn(world: readonly (readonly [Sighting, number, boolean])[], agent = of.LOOP) {
    let record: AgentRecord = FRESH_RECORD;
    let at = NOW;
    const automatic: Instant[] = [];
    const others: Instant[] = [];
    world.forEach(([sighting, pause, crashes], count) => {
      at += pause;
      const given = scene({ agent, record, sighting: inRun(record, sighting) });
      const thought = think(given, at);
      record = thought.record;
      for (const action of thought.actions) {
        const happenings = outcomesOf(action, given, at, count);
        record = (crashes ? happenings.slice(0, 1) : happenings).reduce(evolve, record);
        if (action.do === "start") (action.automatic ? automatic : others).push(at);
      }
    });
    return { automatic, others };
  }

  it("no window holds more automatic starts than the limit", () => {
    fc.assert(
      fc.property(looks, fc.constantFrom(of.LOOP, of.PERSISTENT, of.SERVICE), (world, agent) => {
        const { automatic } = startsIn(world, agent);
        for (const first of automatic) {
          const within = automatic.filter((at) => at >= first && at < first + policy.start_limit_window);
          expect(within.length).toBeLessThanOrEqual(policy.start_limit);
        }
      }),
    );
  });

  it("a start that was not asked for counts, unless the tmux server was lost or the watchdog died", () => {
    fc.assert(
      fc.property(looks, (world) => {
        const calm = world
          .filter(([sighting]) => sighting !== of.lost)
          .map(([sighting, pause]) => [sighting, pause, false] as const);
        expect(startsIn(calm).others.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("a task is started once, and then no more", () => {
    fc.assert(
      fc.property(looks, (world) => {
        const { automatic, others } = startsIn(
          world.map(([sighting, pause]) => [sighting, pause, false]),
          of.TASK,
        );
        expect(automatic.length + others.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("a given-up agent gets nothing done to it until it is asked for again", () => {
    const record = fallen(minute, 6, { gaveUp: { at: NOW - minute, because: "too often", turn: null } });
    const deeds = live(48 * 60 * minute, () => ({ sighting: of.gone }), record);
    expect(deeds).toEqual([]);
  });
});

it("a stop that takes ten seconds is looked at ever later: often at first, and never a tenth too late", () => {
  const began = NOW;
  const looks: Instant[] = [];
  for (let at = began; at < began + 10 * second; at = looks.at(-1) ?? at + 1) {
    const stopping = { step: "told", since: began, enters: 0, because: "unwanted" } as const;
    const given = scene({ wish: of.down(began), record: running(minute, { stopping }), sighting: of.ready });
    looks.push(think(given, at).next);
  }
  const waited = looks.map((at) => at - began);
  const steps = waited.map((at, index) => at - (waited[index - 1] ?? 0));
  expect(Math.min(...steps)).toBe(50);
  for (const [index, step] of steps.entries())
    expect(step).toBeLessThanOrEqual(Math.max(50, (waited[index - 1] ?? 0) / 10 + 1));
  expect(looks.length).toBeLessThan(60);
});

describe("the end of a turn that is waited for", () => {
  const draining = (worked: number, more: Partial<Scene> = {}) => {
    const record = running(worked, { seen: of.seenFor(worked, { mood: "busy" }) });
    const given = scene({ wish: of.down(NOW), drain: NOW + minute, record, sighting: of.busy, ...more });
    const { assessment, next } = think(given, NOW);
    expect(assessment.is).toBe("draining");
    return next - NOW;
  };
  it.each([
    ["twice a second while the turn is young", 2 * second, {}, 500],
    ["late by a tenth of it at the most", 12 * second, {}, 1_200],
    ["late by two seconds at the most", 10 * minute, {}, 2_000],
    ["when its time is over", 10 * minute, { drain: NOW + 300 }, 300],
    ["twice a second where another is to end first", 10 * minute, { stopsAfter: "bob" }, 500],
  ])("is looked for %s", (_, worked, more, expected) => {
    expect(draining(worked, more)).toBe(expected);
  });
});
