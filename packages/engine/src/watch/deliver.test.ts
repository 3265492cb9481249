import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as of from "../../test/scene.ts";
import { alive, gist, LOOP, messageOf, minute, NOW, read, running, scene, second } from "../../test/scene.ts";
import { demo } from "../backends/demo/demo.ts";
import { BACKENDS } from "../backends/index.ts";
import { evolve } from "./evolve.ts";
import type { Message } from "./message.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Mood, Sighting } from "./sighting.ts";
import { NO_CLAIM, type Sign } from "./sign.ts";
import { think } from "./think.ts";

type Row = readonly [sentence: string, scene: Partial<Scene>, expected: string];

const TYPED = "[fleet 3f2a1c9] go on";
const message = messageOf();
const LINES = messageOf({ text: "one\ntwo\nthree" });
const handoff = messageOf({ from: "handoff", turn: 2, sha: "3f2a1c9" });
const there = running(minute);
const idle = { record: there, message, sighting: of.ready };
const MOODS: Readonly<Record<string, Mood>> = {
  ready: { mood: "ready" },
  busy: { mood: "busy" },
  unclear: { mood: "unclear" },
  asking: { mood: "asking", question: "Really?" },
};
/** What the demo agent shows of what it heard. */
const ECHO = { screen: `  hello\n> ${TYPED}\n❯` };
const box = (draft: string | null, mood = "ready", more: Parameters<typeof alive>[1] = {}): Sighting =>
  alive(read(MOODS[mood] ?? { mood: "ready" }, { draft }), more);
/** Begun so long ago, with so many Enters. */
const begun = (ago: number, enters: number, more: Partial<AgentRecord> = {}): AgentRecord =>
  running(minute, {
    mail: { id: message.id, state: "typed", door: false, since: NOW - ago, enters, tries: 1 },
    ...more,
  });
const asks = { mood: "asking", question: "Really?" } as const;

const WORKED = { seen: of.seenFor(minute, { mood: "busy" }) };
const RESTED = { seen: of.seenFor(2 * second) };
const RESTS: Sign = { ...NO_CLAIM, rule: "opened", mood: { mood: "ready" }, way: "transcript", at: NOW };

const STARTING = { at: NOW, what: "starting", run: of.runOf(0), wish: of.ASKED, automatic: true } as const;

describe("a message", () => {
  it.each<Row>([
    ["is typed into the empty box of who is ready", idle, "ready → type"],
    [
      "is typed to who waits",
      { ...idle, sighting: of.says(`WAITING-UNTIL: ${of.iso(NOW + minute)}`) },
      "waiting → type",
    ],
    ["waits for who works", { ...idle, sighting: of.busy }, "working"],
    ["waits for a dialog", { ...idle, sighting: alive(read(asks, { draft: null })) }, "asking"],
    ["waits for a limit", { ...idle, sighting: alive(read({ mood: "limited", until: null })) }, "limited"],
    [
      "is typed below the limit of an earlier run",
      { ...idle, signs: [RESTS], sighting: alive(read({ mood: "limited", until: null })) },
      "ready → type",
    ],
    [
      "is typed below an error of an earlier run that wanted a person",
      { ...idle, signs: [RESTS], sighting: alive(read(asks)) },
      "ready → type",
    ],
    [
      "waits for a dialog of who is said to rest",
      { ...idle, signs: [RESTS], sighting: alive(read(asks, { draft: null })) },
      "asking",
    ],
    ["waits for who works and is said to rest", { ...idle, signs: [RESTS], sighting: of.busy }, "ready"],
    ["waits for a readable screen", { ...idle, sighting: of.unclear }, "working"],
    [
      "waits for a fatal error to be seen to",
      { ...idle, sighting: alive(read({ mood: "fatal", error: "400" })) },
      "unwell",
    ],
    ["waits for a person's draft", { ...idle, sighting: box("my own words") }, "ready"],
    ["waits for a draft that merely mentions it", { ...idle, sighting: box(`see ${TYPED}`) }, "ready"],
    ["waits for a box", { ...idle, sighting: box(null) }, "ready"],
    ["waits for the end of copy mode", { ...idle, sighting: box("", "ready", { scrolled: true }) }, "ready"],
    [
      "waits for who is starting",
      { ...idle, record: running(1, {}, { ready: null }), sighting: of.unclear },
      "starting",
    ],
    ["waits for who is gone", { ...idle, sighting: of.gone }, "missing → start"],
    [
      "waits for who is down",
      { ...idle, record: FRESH_RECORD, sighting: of.gone, wish: of.down(NOW) },
      "down",
    ],
    [
      "is not typed to who is to be stopped",
      { ...idle, wish: of.down(NOW) },
      "due-to-stop (unwanted) → stop",
    ],
    [
      "is not typed to who is being stopped",
      {
        ...idle,
        record: { ...there, stopping: { step: "told", since: NOW, enters: 0, because: "stalled" } },
      },
      "stopping (stalled)",
    ],
    [
      "is typed after another one that went its way",
      {
        ...idle,
        record: begun(second, 1, {
          mail: { id: "0000000", state: "typed", door: false, since: NOW, enters: 1, tries: 1 },
        }),
      },
      "ready → type",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});

describe("a message of a phase", () => {
  const off = { record: FRESH_RECORD, sighting: of.gone, wish: of.down(NOW) };
  it.each<Row>([
    ["is typed in it", { ...idle, message: handoff, turn: 2 }, "ready → type"],
    ["is dropped after it", { ...idle, message: handoff, turn: 3 }, "ready → drop"],
    ["is dropped though its agent is down", { ...off, message: handoff, turn: 3 }, "down → drop"],
    [
      "is dropped though the rest of another one is remembered",
      {
        ...idle,
        record: begun(0, 0, {
          mail: { id: "0000000", state: "typed", door: false, since: NOW, enters: 1, tries: 1 },
        }),
        message: handoff,
        turn: 3,
      },
      "ready → drop",
    ],
    [
      "is finished when it was begun",
      { record: begun(second, 0), sighting: box(TYPED), message: handoff, turn: 3 },
      "ready → press-enter",
    ],
    [
      "is typed to who follows no phases",
      { ...idle, agent: of.PERSISTENT, message: handoff, turn: null },
      "ready → type",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("is dropped with the reason", () => {
    expect(think(scene({ ...idle, message: handoff, turn: 3 }), NOW).actions).toEqual([
      { do: "drop", state: "expired", message: handoff, because: "its phase is over" },
    ]);
  });
});

describe("a message that expires", () => {
  const soon = messageOf({ expires: NOW + 1 });
  const late = messageOf({ expires: NOW });
  it.each<Row>([
    ["is typed before that", { ...idle, message: soon }, "ready → type"],
    ["is dropped after it", { ...idle, message: late }, "ready → drop"],
    ["is dropped though its agent is busy", { ...idle, message: late, sighting: of.busy }, "working → drop"],
    [
      "is finished when it was begun",
      { record: begun(second, 0), sighting: box(TYPED), message: late },
      "ready → press-enter",
    ],
    [
      "is settled when it was heard",
      { ...idle, message: late, sighting: box("", "ready", ECHO) },
      "ready → settle",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });
});

describe("a message that was typed", () => {
  const typed = (record: AgentRecord, sighting: Sighting): Partial<Scene> => ({ record, sighting, message });
  it.each<Row>([
    ["is given a moment before Enter", typed(begun(39, 0), box(TYPED)), "ready"],
    ["is submitted then", typed(begun(40, 0), box(TYPED)), "ready → press-enter"],
    [
      "is submitted to who began to work meanwhile",
      typed(begun(40, 0), box(TYPED, "busy")),
      "working → press-enter",
    ],
    [
      "is submitted when only its beginning shows",
      typed(begun(40, 0), box("[fleet 3f2a1c9] g")),
      "ready → press-enter",
    ],
    ["gives Enter a moment to be taken", typed(begun(199, 1), box(TYPED)), "ready"],
    [
      "gets another Enter when the first was swallowed",
      typed(begun(200, 1), box(TYPED)),
      "ready → press-enter",
    ],
    ["gets the last of its Enters", typed(begun(5_000, 59), box(TYPED)), "ready → press-enter"],
    ["is refused after that", typed(begun(5_000, 60), box(TYPED)), "ready → drop"],
    ["gets no Enter over a dialog", typed(begun(second, 0), box(TYPED, "asking")), "asking"],
    ["gets no Enter in copy mode", typed(begun(second, 0), box(TYPED, "ready", { scrolled: true })), "ready"],
    ["gets no Enter when a person wrote before it", typed(begun(second, 0), box(`so: ${TYPED}`)), "ready"],
    [
      "gets no Enter while only a part of its mark shows",
      typed(begun(second, 0), box("[fleet 3f2a")),
      "ready",
    ],
    [
      "is confirmed when its agent shows it as heard",
      typed(begun(0, 1), box("", "ready", ECHO)),
      "ready → settle",
    ],
    ["is given a moment to be shown", typed(begun(1_999, 1), box("")), "ready"],
    ["is submitted when it left the box", typed(begun(2_000, 1), box("")), "ready → settle"],
    [
      "is submitted when its agent works and shows no box",
      typed(begun(2_000, 1), box(null, "busy")),
      "working → settle",
    ],
    ["is not typed again when it left the box", typed(begun(minute, 1, {}), box("")), "ready → settle"],
    [
      "is submitted as a placeholder with as many lines",
      { record: begun(second, 0), sighting: box("[Pasted text #1 +2 lines]"), message: LINES },
      "ready → press-enter",
    ],
    [
      "leaves a placeholder with other lines alone",
      { record: begun(second, 0), sighting: box("[Pasted text #1 +3 lines]"), message: LINES },
      "ready",
    ],
    [
      "takes no placeholder for its own before it was typed",
      { ...idle, sighting: box("[Pasted text #1 +2 lines]"), message: LINES },
      "ready",
    ],
    [
      "is not called submitted while a dialog hides the box",
      typed(begun(second, 1), box(null, "asking")),
      "asking",
    ],
    [
      "is not called submitted while the screen can't be read",
      typed(begun(second, 1), box(null, "unclear")),
      "working",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it.each<[string, number, Sighting, string]>([
    ["is noted when it was submitted", 1, box(""), "due-to-stop (unwanted) → stop → settle"],
    ["is noted when it was heard", 0, box("", "ready", ECHO), "due-to-stop (unwanted) → stop → settle"],
    ["gets no Enter", 0, box(TYPED), "due-to-stop (unwanted) → stop"],
    ["is not typed again", 0, box(""), "due-to-stop (unwanted) → stop"],
  ])("to who is to be stopped %s", (_, enters, sighting, expected) => {
    expect(gist({ ...typed(begun(minute, enters), sighting), wish: of.down(NOW) })).toBe(expected);
  });

  it("says why it was given up", () => {
    expect(think(scene(typed(begun(5_000, 60), box(TYPED))), NOW).actions).toMatchObject([
      { do: "drop", state: "refused", because: "it was typed, and Enter was not taken" },
    ]);
  });
});

describe("after a crash of the watchdog, a message", () => {
  const after = (ago: number, sighting: Sighting): Partial<Scene> => ({
    record: begun(ago, 0),
    sighting,
    message,
  });
  const above = { screen: `> ${TYPED}\n\n❯` };
  it.each<Row>([
    ["that was typed is submitted, not typed again", after(minute, box(TYPED)), "ready → press-enter"],
    ["that was submitted is only noted", after(minute, box("", "ready", above)), "ready → settle"],
    [
      "that was submitted and is worked on is only noted",
      after(minute, box("", "busy", above)),
      "working → settle",
    ],
    ["that was never typed is not typed at once, it may still appear", after(2_999, box("")), "ready"],
    ["that was never typed is typed", after(3_000, box("")), "ready → type"],
    ["that was never typed waits for who works", after(3_000, box("", "busy")), "working"],
    ["that was never typed waits for a person's draft", after(minute, box("my own words")), "ready"],
    ["that was never typed waits for a box", after(minute, box(null)), "ready"],
    [
      "that was never typed waits for the end of copy mode",
      after(minute, box("", "ready", { scrolled: true })),
      "ready",
    ],
    ["that was never typed waits behind a dialog", after(minute, box(null, "asking")), "asking"],
    [
      "that was heard is noted, though a dialog is up",
      after(minute, box(null, "asking", above)),
      "asking → settle",
    ],
    [
      "whose Enter was about to be pressed gets it when it still stands in the box",
      { record: begun(second, 1), sighting: box(TYPED), message },
      "ready → press-enter",
    ],
    [
      "that stands in the box, with all memory lost, is submitted",
      { ...idle, sighting: box(TYPED) },
      "ready → press-enter",
    ],
    [
      "that was heard, with all memory lost, is only noted",
      { ...idle, sighting: box("", "ready", above) },
      "ready → settle",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("is typed into the next run when its own has ended", () => {
    const ended = think(scene({ record: begun(second, 0), sighting: of.dead, message }), NOW);
    expect(ended.record.mail).toBeNull();
    const next = evolve(ended.record, STARTING);
    expect(gist({ record: next, sighting: of.ready, message })).toBe("ready → type");
  });
});

describe("a message whose run ended after its Enter", () => {
  const left = (screen: string): Sighting => ({ ...of.dead, screen }) as Sighting;
  const ended = (sighting: Sighting, enters = 1) =>
    think(scene({ agent: of.PERSISTENT, record: begun(0, enters), sighting, message }), NOW).actions.at(-1);
  it.each<[string, Sighting, object]>([
    [
      "is confirmed when the screen shows it as heard",
      left(`> ${TYPED}\n❯`),
      { do: "settle", state: "confirmed" },
    ],
    ["is told to the next run when it stands in the box", left(`  hello\n❯ ${TYPED}`), { do: "take-back" }],
    ["is submitted when nothing is left of it", left("$"), { do: "settle", state: "submitted" }],
    ["is submitted when nothing is left at all", of.gone, { do: "settle", state: "submitted" }],
  ])("%s", (_, sighting, expected) => {
    expect(ended(sighting)).toMatchObject(expected);
  });

  it("is told to the next run when it was taken back", () => {
    const record = evolve(begun(0, 1), { at: NOW, what: "taken-back", message: message.id });
    const next = evolve({ ...record, run: null }, STARTING);
    expect(gist({ record: next, sighting: of.ready, message })).toBe("ready → type");
  });
});

describe("a message that no one sees", () => {
  const tried = (tries: number, ago: number, more: Partial<Message> = {}) => {
    const one = messageOf(more);
    const mail = { id: one.id, state: "typed", door: false, since: NOW - ago, enters: 0, tries } as const;
    return gist({ record: running(minute, { mail }), sighting: box(""), message: one });
  };
  it("is typed again ever later, so that a program that hangs does not find it a hundred times", () => {
    expect([tried(1, 3_000), tried(2, 5_999), tried(2, 6_000), tried(9, minute)]).toEqual([
      "ready → type",
      "ready",
      "ready → type",
      "ready",
    ]);
  });

  it("is given more time when it is long", () => {
    const text = "x".repeat(100 * 1024);
    expect([tried(1, 12_999, { text }), tried(1, 13_000, { text })]).toEqual(["ready", "ready → type"]);
  });
});

describe("a key that tmux held back at the last moment", () => {
  const after = (key: "text" | "Enter", record: AgentRecord) =>
    evolve(record, { at: NOW, what: "held-back", message: message.id, key });
  it("leaves a message as if it had not been begun, when it was the text", () => {
    const typing = evolve(there, { at: NOW, what: "typing", message: message.id });
    expect(after("text", typing).mail).toBeNull();
  });

  it("does not count as an Enter", () => {
    const pressing = evolve(begun(second, 2), { at: NOW, what: "pressing", message: message.id });
    expect([pressing.mail?.enters, after("Enter", pressing).mail?.enters]).toEqual([3, 2]);
  });
});

describe("the next look", () => {
  const next = (given: Partial<Scene>) => think(scene(given), NOW).next - NOW;
  it.each([
    ["comes when Enter may be pressed", { record: begun(10, 0), sighting: box(TYPED), message }, 30],
    ["comes when Enter may be pressed again", { record: begun(50, 1), sighting: box(TYPED), message }, 150],
    ["comes at once after a key", { ...idle }, 40],
    ["comes shortly while the text has to appear", { record: begun(10, 0), sighting: box(""), message }, 40],
    [
      "comes a tenth later than before while a person writes",
      { record: begun(20 * second, 0), sighting: box("my own words"), message },
      2_000,
    ],
    [
      "takes its time while a person writes for long",
      { record: begun(minute, 0), sighting: box("my own words"), message },
      5_000,
    ],
    ["takes its time while the agent works", { ...idle, sighting: of.busy }, 250],
    ["is an ordinary one when nothing is to be said", { record: there, sighting: of.ready }, 30_000],
  ] satisfies [string, Partial<Scene>, number][])("%s", (_, given, expected) => {
    expect(next(given)).toBe(expected);
  });
});

describe("a message to a program that keeps it for later", () => {
  const KEEPER = { ...of.LOOP, backend: "keeper" };
  const KEPT = { screen: `  working\n↳ ${TYPED}\n❯` };
  beforeAll(() => {
    const keeps = (screen: string, mark: string) => screen.includes(`↳ ${mark}`);
    Object.assign(BACKENDS, { keeper: { ...demo, queues: true, keeps } });
  });
  afterAll(() => {
    Reflect.deleteProperty(BACKENDS, "keeper");
  });

  it.each<Row>([
    [
      "is not settled before it is heard",
      { agent: KEEPER, record: begun(minute, 1), message, sighting: box("", "busy", KEPT) },
      "working",
    ],
    [
      "is not typed again though nothing is remembered of it",
      { agent: KEEPER, record: there, message, sighting: box("", "busy", KEPT) },
      "working",
    ],
    [
      "is not settled in the moment in which its work ends",
      { agent: KEEPER, record: begun(minute, 1, WORKED), message, sighting: box("") },
      "ready",
    ],
    [
      "is settled when it has rested for a moment, and told nothing",
      { agent: KEEPER, record: begun(minute, 1, RESTED), message, sighting: box("") },
      "ready → settle",
    ],
    [
      "is settled when it was heard",
      { agent: KEEPER, record: begun(minute, 1), message, sighting: box("", "busy", ECHO) },
      "working → settle",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("is told to the next run when this one dies with it", () => {
    const sighting = { ...of.dead, ...KEPT } as Sighting;
    const given = { agent: { ...of.PERSISTENT, backend: "keeper" }, record: begun(0, 1), sighting, message };
    expect(think(scene(given), NOW).actions.at(-1)).toMatchObject({ do: "take-back" });
  });
});

describe("a message to a program that tells of itself", () => {
  const TALKER = { ...of.LOOP, backend: "talker" };
  const sign = (heard: string): Sign => ({
    ...NO_CLAIM,
    rule: "UserPromptSubmit",
    way: "event",
    at: NOW,
    heard,
  });
  const said = { agent: TALKER, message, signs: [sign(`<pasted id="1">${TYPED}</pasted>`)] };
  const asking = running(minute, {
    seen: of.seenFor(
      minute,
      { mood: "asking", question: "May I?" },
      { signs: { status: { ...NO_CLAIM, rule: "waiting", way: "status", at: NOW, mood: asks } } },
    ),
  });
  beforeAll(() => {
    Object.assign(BACKENDS, {
      talker: { ...demo, heard: undefined, queues: true, settle: 300, showing: 3_000 },
    });
  });
  afterAll(() => {
    Reflect.deleteProperty(BACKENDS, "talker");
  });

  it.each<Row>([
    [
      "is typed while it works",
      { agent: TALKER, record: there, message, sighting: of.busy },
      "working → type",
    ],
    [
      "waits for the end of a draft while it works",
      { agent: TALKER, record: there, message, sighting: box("my words", "busy") },
      "working",
    ],
    [
      "gets no second Enter while it may yet show the first one",
      { agent: TALKER, record: begun(2_999, 1), message, sighting: box(TYPED) },
      "ready",
    ],
    [
      "gets a second Enter after that",
      { agent: TALKER, record: begun(3_000, 1), message, sighting: box(TYPED) },
      "ready → press-enter",
    ],
    [
      "is not typed over a dialog that only the program tells of",
      { agent: TALKER, record: asking, message, sighting: of.ready },
      "asking",
    ],
    [
      "gets no Enter over such a dialog",
      { agent: TALKER, record: { ...asking, mail: begun(second, 0).mail }, message, sighting: box(TYPED) },
      "asking",
    ],
    [
      "waits for the Enter as long as the program needs",
      { agent: TALKER, record: begun(299, 0), message, sighting: box(TYPED) },
      "ready",
    ],
    [
      "gets its Enter then",
      { agent: TALKER, record: begun(300, 0), message, sighting: box(TYPED) },
      "ready → press-enter",
    ],
    [
      "is confirmed when the program says it has it",
      { ...said, record: begun(second, 1), sighting: box("") },
      "ready → settle",
    ],
    [
      "is confirmed though nothing is remembered of it",
      { ...said, record: there, sighting: of.busy },
      "working → settle",
    ],
    [
      "is confirmed though its run has died of it",
      { ...said, record: begun(second, 1), sighting: of.dead },
      "missing → start → settle",
    ],
    [
      "is not confirmed by the words of another",
      {
        ...said,
        signs: [sign("[fleet 1111111] go on")],
        record: begun(second, 1),
        sighting: box("", "busy"),
      },
      "working → settle",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("is confirmed, and not only submitted, by its own words", () => {
    const states = [said, { ...said, signs: [] }].map((given) => {
      const { actions } = think(
        scene({ ...given, record: begun(second, 1), sighting: box("", "busy") }),
        NOW,
      );
      return actions.flatMap((action) => (action.do === "settle" ? action.state : []));
    });
    expect(states).toEqual([["confirmed"], ["submitted"]]);
  });

  it("is remembered as heard, also when it is queued again after a crash", () => {
    const { record } = think(scene({ ...said, record: begun(second, 1), sighting: box("") }), NOW);
    const again = think(scene({ agent: TALKER, message, record, sighting: of.ready }), NOW + minute);
    expect(again.actions).toMatchObject([{ do: "settle", state: "confirmed" }]);
  });
});

describe("a message to a program that takes it at a door", () => {
  /** It was handed in so long ago. */
  const handed = (ago: number, more: Partial<AgentRecord> = {}): AgentRecord =>
    running(minute, {
      mail: { id: message.id, state: "typed", door: true, since: NOW - ago, enters: 0, tries: 1 },
      ...more,
    });
  const heard: Sign = { ...NO_CLAIM, rule: "told", heard: TYPED, at: NOW, way: "event" };
  const open = { ...idle, door: true };

  it.each<Row>([
    ["is handed in to who is ready", open, "ready → hand-in"],
    ["is handed in to who works", { ...open, sighting: of.busy }, "working → hand-in"],
    ["is in nobody's way: not a draft's", { ...open, sighting: box("my own words") }, "ready → hand-in"],
    ["nor copy mode's", { ...open, sighting: box("", "ready", { scrolled: true }) }, "ready → hand-in"],
    ["waits for a dialog", { ...open, sighting: alive(read(asks, { draft: null })) }, "asking"],
    ["waits for a limit", { ...open, sighting: alive(read({ mood: "limited", until: null })) }, "limited"],
    ["is not typed while it lies there", { ...idle, record: handed(second) }, "ready"],
    [
      "is settled as soon as it was heard",
      { ...idle, record: handed(second), signs: [heard] },
      "ready → settle",
    ],
    ["is taken back when nobody takes it", { ...idle, record: handed(30 * second) }, "ready → take-back"],
    [
      "is taken back from a run that ended",
      { ...idle, record: handed(second), sighting: of.dead },
      "missing → start → take-back",
    ],
    [
      "waits while nobody can look",
      { ...idle, record: handed(minute), sighting: { pane: "unreadable", because: "?" } },
      "unseen",
    ],
  ])("%s", (_, given, expected) => {
    expect(gist(given)).toBe(expected);
  });

  it("lies there until it is heard, and is taken back from a run that dies before", () => {
    const happenings = [
      { at: NOW, what: "handing-in", message: message.id },
      { at: NOW, what: "handed-in", message: message.id },
    ] as const;
    const record = happenings.reduce(evolve, there);
    const later = (sighting: Sighting) => think(scene({ ...open, record, sighting }), NOW + 10 * second);
    expect(later(of.ready).actions).toEqual([]);
    const died = later(of.dead);
    expect(died.record).toMatchObject({ run: null, mail: { id: message.id, door: true } });
    expect(died.actions).toContainEqual({ do: "take-back", message });
  });

  it("waits for the door of who has just come up, and is typed to who opens none", () => {
    const agent = { ...LOOP, backend: "opencode" };
    const ready = { ...idle, agent, sighting: box("") };
    const came = (ago: number) => running(minute, {}, { ready: NOW - ago });
    expect(gist({ ...ready, record: came(19 * second) })).toBe("ready");
    expect(gist({ ...ready, record: came(20 * second) })).toBe("ready → type");
  });
});
