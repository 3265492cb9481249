import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { messageOf } from "../../test/scene.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import { FRESH_RECORDS, NO_WISHES, type Records, SCHEMA, type Wishes } from "./records.ts";
import type { Mood } from "./sighting.ts";
import type { Way } from "./sign.ts";
import { parseMessage, parseRecords, parseWishes } from "./stored.ts";

const instant = fc.integer({ min: 0, max: 2 ** 43 });
const text = anyText(20);
const exit = fc.oneof(fc.record({ code: fc.nat(255) }), fc.record({ signal: text }));
const mood: fc.Arbitrary<Mood> = fc.oneof(
  fc.constantFrom<Mood>({ mood: "busy" }, { mood: "ready" }, { mood: "unclear" }),
  fc.record({ mood: fc.constant("asking" as const), question: text }),
  fc.record({ mood: fc.constant("limited" as const), until: fc.option(instant) }),
  fc.record({ mood: fc.constant("fatal" as const), error: text }),
);
const sign = (way: Way) =>
  fc.record({
    rule: text,
    mood: fc.option(mood),
    conversation: fc.option(text),
    transcript: fc.option(text),
    heard: fc.option(text),
    given: fc.option(text),
    at: instant,
    way: fc.constant(way),
  });
const agent: fc.Arbitrary<AgentRecord> = fc.record({
  run: fc.option(
    fc.record({
      instance: text,
      since: instant,
      turn: fc.option(fc.nat()),
      model: fc.option(text),
      backend: fc.option(fc.constant("demo")),
      server: fc.constantFrom(null, "i-s"),
      opened: fc.boolean(),
      resumed: fc.boolean(),
      conversation: fc.option(text),
      transcript: fc.option(text),
      ready: fc.option(instant),
    }),
  ),
  seen: fc.option(
    fc.record({
      mood,
      since: instant,
      rule: text,
      dissent: fc.option(text),
      shown: fc.record({ mood: mood.map((some) => some.mood), since: instant }),
      signs: fc.record(
        { event: sign("event"), status: sign("status"), transcript: sign("transcript") },
        { requiredKeys: [] },
      ),
      heard: fc.array(text),
      digest: text,
      still: instant,
      running: fc.option(text),
      size: text,
      wait: fc.option(fc.record({ until: instant, declared: instant, moved: fc.integer() })),
    }),
  ),
  stopping: fc.option(
    fc.record({
      step: fc.constantFrom("quit-typed", "quit-entered", "told"),
      since: instant,
      enters: fc.nat(),
      because: fc.constantFrom(
        ...(["unwanted", "next-phase", "restart-asked", "limit-over", "leftover-processes"] as const),
        ...(["fatal", "stalled", "never-ready", "server-lost"] as const),
      ),
    }),
  ),
  latest: fc.option(text),
  served: fc.option(instant),
  slot: fc.option(fc.record({ of: text, at: instant })),
  called: fc.option(instant),
  mail: fc.option(
    fc.record({
      id: text,
      state: fc.constantFrom("typing", "typed"),
      since: instant,
      door: fc.boolean(),
      enters: fc.nat(),
      tries: fc.nat(),
    }),
  ),
  told: fc.option(fc.record({ first: instant, last: instant })),
  missed: fc.option(fc.record({ until: instant, at: instant })),
  cut: fc.option(
    fc.record({
      id: text,
      run: text,
      since: instant,
      until: fc.option(instant),
      told: fc.option(instant),
    }),
  ),
  ended: fc.option(
    fc.record({
      at: instant,
      how: text,
      exit: fc.option(exit),
      blame: fc.constantFrom("agent", "host", "server", "plan", "person"),
      limit: fc.option(instant),
    }),
  ),
  failures: fc.nat(),
  restarts: fc.array(instant),
  gaveUp: fc.option(fc.record({ at: instant, because: text, turn: fc.option(fc.nat()) })),
  conversation: fc.option(fc.record({ id: fc.option(text) })),
  decided: fc.option(text),
  failing: fc.dictionary(
    fc.constantFrom("kill", "clear"),
    fc.record({ because: text, since: instant, times: fc.nat(), told: instant }),
    { noNullPrototype: true },
  ),
  killed: fc.nat(),
  restraint: fc.option(
    fc.record({ by: fc.constantFrom("hold", "limit"), because: text, until: fc.option(instant) }),
  ),
  released: fc.option(instant),
});
const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,31}$/);
const handed = fc.record({ sha: text, kind: fc.constantFrom("claim", "review") });
const records: fc.Arbitrary<Records> = fc.record({
  schema: fc.constant(SCHEMA),
  epoch: fc.nat(),
  pid: fc.nat(),
  version: text,
  heartbeat: instant,
  server: fc.option(fc.nat()),
  booted: instant,
  clock: fc.option(fc.record({ wall: instant, steady: instant, boot: text })),
  grace: instant,
  serverLost: instant,
  serversLost: fc.nat(),
  course: fc.option(
    fc.record({
      phase: text,
      turn: fc.nat(),
      since: instant,
      obeyed: fc.option(instant),
      asked: fc.boolean(),
      complete: fc.option(instant),
      paused: fc.boolean(),
      stale: fc.option(text),
      lost: fc.boolean(),
    }),
  ),
  handoff: fc.option(fc.record({ seen: text, turn: fc.nat() })),
  rewritten: fc.option(
    fc.record({ base: fc.option(text), gone: fc.option(fc.array(handed)), untold: fc.array(handed) }),
  ),
  replayed: instant,
  unpushed: fc.option(fc.record({ phase: text, since: instant, told: fc.boolean() })),
  pushed: fc.option(text),
  restarted: instant,
  hold: fc.record({ told: fc.option(instant), over: fc.option(instant) }),
  completed: fc.boolean(),
  wished: fc.option(fc.array(instant)),
  troubles: fc.dictionary(fc.constantFrom("phases", "handoffs"), text),
  agents: fc.dictionary(name, agent, { noNullPrototype: true }),
});
const wishes: fc.Arbitrary<Wishes> = fc.record({
  schema: fc.constant(SCHEMA),
  agents: fc.dictionary(
    name,
    fc.record({ state: fc.constantFrom("up", "down"), at: instant, anew: fc.boolean() }),
    { noNullPrototype: true },
  ),
  phase: fc.option(fc.record({ goto: text, at: instant, by: text })),
  replay: fc.option(fc.record({ at: instant, by: text, commits: fc.array(text) })),
  pause: fc.option(fc.record({ on: fc.boolean(), at: instant, by: text })),
  standstill: fc.option(fc.record({ at: instant, by: text, why: fc.option(text) })),
  hold: fc.option(
    fc.record({
      on: fc.boolean(),
      at: instant,
      until: fc.option(instant),
      by: text,
      why: fc.option(text),
    }),
  ),
  off: fc.boolean(),
  env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}_MODEL$/), text, { noNullPrototype: true }),
});

const RUN = {
  instance: "i-1",
  since: 5,
  turn: 2,
  model: "m",
  backend: null,
  server: null,
  opened: true,
  resumed: true,
  conversation: "c-1",
  transcript: "/c-1.jsonl",
  ready: 7,
};
const written = (builder: object, more: object = {}) =>
  JSON.stringify({
    ...FRESH_RECORDS,
    epoch: 3,
    agents: { builder: { ...FRESH_RECORD, ...builder } },
    ...more,
  });
const read = (builder: object) => parseRecords(written(builder))?.agents.builder;

describe("what stands on disk", () => {
  it("comes back as it was written", () => {
    fc.assert(
      fc.property(records, wishes, (one, other) => {
        expect(parseRecords(JSON.stringify(one))).toEqual(one);
        expect(parseWishes(JSON.stringify(other, null, 1))).toEqual(other);
      }),
    );
    expect(parseRecords(JSON.stringify(FRESH_RECORDS))).toEqual(FRESH_RECORDS);
    expect(parseWishes(JSON.stringify(NO_WISHES))).toEqual(NO_WISHES);
  });

  it.each([
    ["nothing", ""],
    ["half a file", '{"schema": 1, "epoch": 3, "agents": {'],
    ["no object", "[]"],
    ["null", "null"],
    ["zeros", "\0\0\0\0"],
    ["no schema", '{"epoch": 3}'],
    ["a newer schema", JSON.stringify({ ...FRESH_RECORDS, ...NO_WISHES, schema: SCHEMA + 1 })],
    ["a schema in words", JSON.stringify({ ...FRESH_RECORDS, ...NO_WISHES, schema: "1" })],
  ])("is refused when it is %s", (_, broken) => {
    expect([parseRecords(broken), parseWishes(broken), parseMessage(broken)]).toEqual([null, null, null]);
  });

  it("is refused without its epoch: an older watchdog must not pass for a newer one", () => {
    expect(parseRecords(JSON.stringify({ ...FRESH_RECORDS, epoch: undefined }))).toBeNull();
  });

  it("is refused with a broken course: the phases must not begin anew by accident", () => {
    expect(parseRecords(JSON.stringify({ ...FRESH_RECORDS, course: { phase: "a" } }))).toBeNull();
  });
});

describe("records of another engine", () => {
  it("may hold what this one does not know", () => {
    const builder = { run: { ...RUN, colour: "red" }, mind: { state: "calm" } };
    const parsed = parseRecords(written(builder, { weather: "fine" }));
    expect(parsed?.agents.builder).toEqual({ ...FRESH_RECORD, run: RUN });
    expect(parsed).not.toHaveProperty("weather");
  });

  it("may lack what this one knows", () => {
    expect(parseRecords('{"schema": 1, "epoch": 3}')).toEqual({ ...FRESH_RECORDS, epoch: 3 });
    expect(parseRecords('{"schema": 1, "epoch": 3, "agents": {"builder": {}}}')?.agents.builder).toEqual(
      FRESH_RECORD,
    );
    expect(read({ run: { instance: "i-1", since: 5 } })?.run).toEqual({
      ...{ instance: "i-1", since: 5, turn: null, model: null, backend: null, server: null },
      ...{ opened: true, resumed: false, ready: null, conversation: null, transcript: null },
    });
  });

  it("may only say whether there is a conversation, and not which", () => {
    expect(read({ conversation: true })?.conversation).toEqual({ id: null });
    expect(read({ conversation: false })?.conversation).toBeNull();
  });

  it.each<[keyof AgentRecord, unknown]>([
    ["run", { instance: 5 }],
    ["seen", { mood: { mood: "dreaming" }, since: 5, digest: "d", still: 5 }],
    ["stopping", { since: 5, because: "of the moon" }],
    ["served", "yesterday"],
    ["mail", { id: "a", state: "flying", since: 5, enters: 0 }],
    ["ended", "badly"],
    ["failures", "many"],
    ["restarts", [5, "six"]],
    ["gaveUp", true],
    ["conversation", "yes"],
  ])("may hold a broken %s, which alone is forgotten", (key, broken) => {
    const whole = { ...FRESH_RECORD, run: RUN, failures: 2, served: 5, conversation: { id: "c-1" } };
    expect(read({ ...whole, [key]: broken })).toEqual({ ...whole, [key]: FRESH_RECORD[key] });
  });

  it("may hold a stop from before there were steps: its processes were told", () => {
    expect(read({ stopping: { since: 5, because: "stalled" } })?.stopping).toEqual({
      step: "told",
      since: 5,
      enters: 0,
      because: "stalled",
    });
  });

  it("may hold a run that is still going on: it is not an intent", () => {
    expect(read({ run: { instance: "i-1", since: 5 } })?.run?.opened).toBe(true);
  });
});

describe("wishes", () => {
  it("may lack everything but their schema", () => {
    expect(parseWishes('{"schema": 1}')).toEqual(NO_WISHES);
    expect(parseWishes('{"schema": 1, "agents": {"a": {"state": "up", "at": 5}}}')?.agents).toEqual({
      a: { state: "up", at: 5, anew: false },
    });
  });

  it("are refused when what was asked for can't be told", () => {
    expect(parseWishes('{"schema": 1, "agents": {"a": {"state": "sideways", "at": 5}}}')).toBeNull();
  });
});

describe("a message in the outbox", () => {
  it("comes back as it was written", () => {
    const message = messageOf({ text: "grüße\n\u0000", sha: "3f2a1c9", turn: 3 });
    expect(parseMessage(JSON.stringify(message))).toEqual(message);
    expect(parseMessage(JSON.stringify({ ...message, settled: "dropped" }))).toEqual(message);
  });

  it.each(["3f2a1c9", "3f2a1c9-1", "end-7", "a"])("may be called %s", (id) => {
    expect(parseMessage(JSON.stringify(messageOf({ id })))?.id).toBe(id);
  });

  it.each(["", "a b", "a;b", "a\n", "../a", "#(id)", "a]", "x".repeat(65)])(
    "must not be called %j: its name becomes part of a tmux command",
    (id) => {
      expect(parseMessage(JSON.stringify(messageOf({ id })))).toBeNull();
    },
  );
});
