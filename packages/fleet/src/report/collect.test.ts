import type { JournalEntry } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { createCollector, spreadOf } from "./collect.ts";
import type { ProjectReport } from "./report.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PATIENCE = { stall_grace: 3 * MINUTE, max_wait: 10 * MINUTE };
const WINDOW = { from: 0, to: 10 * HOUR };

type Entry = readonly [at: number, agent: string | null, what: string, more?: object];

const collect = (
  entries: readonly Entry[],
  { window = WINDOW, seen = WINDOW.to, agents = ["ada"] } = {},
): ProjectReport => {
  const collector = createCollector(window, PATIENCE);
  for (const [at, agent, what, more] of entries) collector.add({ at, agent, what, ...more } as JournalEntry);
  return collector.end({ project: "shop", agents, seen, spent: new Map() });
};

/** "0-2 working", in hours. */
const timelineOf = (report: ProjectReport, name = "ada"): readonly string[] =>
  (report.agents.find((agent) => agent.name === name)?.timeline ?? []).map(
    ({ from, to, is }) => `${from / HOUR}-${to / HOUR} ${is}`,
  );

const is = (at: number, word: string): Entry => [at, "ada", "decided", { is: word, does: [] }];

describe("a timeline", () => {
  it.each<[string, readonly Entry[], { seen?: number } | undefined, readonly string[]]>([
    ["of somebody who was never started is empty", [], undefined, []],
    [
      "is what was decided, and goes on to the end",
      [
        is(0, "starting"),
        is(HOUR, "working"),
        is(2 * HOUR, "ready"),
        is(3 * HOUR, "waiting"),
        is(4 * HOUR, "limited"),
      ],
      undefined,
      ["0-1 starting", "1-2 working", "2-4 waiting", "4-10 limited"],
    ],
    [
      "is open at the end no longer than somebody looked",
      [is(0, "working")],
      { seen: 3 * HOUR },
      ["0-3 working", "3-10 unseen"],
    ],
    [
      "of who was taken down is down, whoever looks",
      [is(0, "working"), [HOUR, null, "watchdog-ended", { because: "off" }]],
      { seen: HOUR },
      ["0-1 working", "1-10 down"],
    ],
    [
      "goes on while a watchdog is started anew, also after one that was killed",
      [
        is(0, "working"),
        [HOUR, null, "watchdog-ended", { because: "interrupted" }],
        [HOUR + 1, null, "watchdog-started", { epoch: 2, pid: 7 }],
        [2 * HOUR, null, "watchdog-started", { epoch: 3, pid: 8 }],
        [3 * HOUR, "ada", "died", { exit: { code: 1 } }],
      ],
      undefined,
      ["0-3 working", "3-10 down"],
    ],
    [
      "is not known after the last phase, when nobody watches any more",
      [is(0, "waiting"), [HOUR, null, "watchdog-ended", { because: "complete" }]],
      undefined,
      ["0-1 waiting", "1-10 unseen"],
    ],
    [
      "leaves out the time in which the machine slept",
      [is(0, "working"), [5 * HOUR, null, "clock-jumped", { by: 3 * HOUR }]],
      undefined,
      ["0-2 working", "2-5 unseen", "5-10 working"],
    ],
    [
      "counts an hour twice that the clock was set back by, and none of it backwards",
      [
        is(3 * HOUR, "working"),
        [4 * HOUR, null, "clock-jumped", { by: -2 * HOUR }],
        is(2 * HOUR, "ready"),
        is(3 * HOUR, "working"),
      ],
      { seen: 4 * HOUR },
      ["2-3 waiting", "3-4 working", "4-10 unseen"],
    ],
    [
      "passes over words and kinds of a newer engine, and what is no entry",
      [
        is(0, "working"),
        is(HOUR, "dreaming"),
        [2 * HOUR, "ada", "transcended"],
        [3 * HOUR, "ada", "said", { mood: 7 }],
      ],
      undefined,
      ["0-10 working"],
    ],
    [
      "tells who was held back by a person, by the limit of its login, or by something else",
      [
        [0, "ada", "restrained", { by: "hold", because: "x", until: null }],
        is(0, "held"),
        [HOUR, "ada", "restrained", { by: "limit", because: "x", until: null }],
        is(HOUR, "held"),
        [2 * HOUR, "ada", "released"],
        is(2 * HOUR, "held"),
        is(3 * HOUR, "working"),
      ],
      undefined,
      ["0-1 on hold", "1-2 limited", "2-3 down", "3-10 working"],
    ],
    [
      "goes by the kinds of entries where an older engine noted no decisions",
      [
        [0, "ada", "starting", { automatic: false }],
        [HOUR, "ada", "became-ready"],
        [2 * HOUR, "ada", "said", { mood: { mood: "busy" } }],
        [3 * HOUR, "ada", "said", { mood: { mood: "asking", question: "?" } }],
        [4 * HOUR, "ada", "gave-up", { because: "x" }],
      ],
      { seen: 5 * HOUR },
      ["0-1 starting", "1-2 waiting", "2-3 working", "3-4 needs you", "4-10 failed"],
    ],
  ])("%s", (_, entries, given, expected) => {
    expect(timelineOf(collect(entries, given))).toEqual(expected);
  });

  it("is cut to the time that was asked for, with what was so before it", () => {
    const window = { from: 2 * HOUR, to: 4 * HOUR };
    const report = collect([is(0, "working"), is(3 * HOUR, "limited"), is(9 * HOUR, "ready")], { window });
    expect(timelineOf(report)).toEqual(["2-3 working", "3-4 limited"]);
    expect(report.agents[0]?.times).toMatchObject({ working: HOUR, limited: HOUR, waiting: 0 });
    expect(report.since).toBeNull();
  });

  it("knows who is not in agents.toml any more, and says from when on anything is known", () => {
    const report = collect([[HOUR, "bob", "decided", { is: "working" }]]);
    expect(report.agents.map(({ name }) => name)).toEqual(["ada", "bob"]);
    expect(report.since).toBe(HOUR);
  });
});

describe("restarts", () => {
  const start = (at: number, automatic = true): Entry => [at, "ada", "starting", { automatic }];
  const restarts = (...entries: readonly Entry[]) => collect(entries).restarts.map(({ because }) => because);

  it.each<[string, readonly Entry[], readonly string[]]>([
    ["of a person are none", [start(1, false)], []],
    [
      "after a death say how it died",
      [[1, "ada", "died", { exit: { code: 3 } }], start(2)],
      ["died with exit 3"],
    ],
    ["by a signal too", [[1, "ada", "died", { exit: { signal: "KILL" } }], start(2)], ["died by KILL"]],
    [
      "say why it was ended, not how it ended then",
      [
        [1, "ada", "told-to-stop", { because: "stalled" }],
        [2, "ada", "died", { exit: { signal: "TERM" } }],
        [3, "ada", "stopped", { because: "stalled" }],
        start(4),
      ],
      ["stalled"],
    ],
    [
      "after the loss of a server",
      [[1, "ada", "vanished", { with: "server" }], start(2)],
      ["its tmux server was lost"],
    ],
    [
      "have each a reason of its own",
      [
        [1, "ada", "start-failed", { because: "x" }],
        start(2),
        [3, "ada", "died", { exit: { code: 1 } }],
        start(4),
        start(5),
      ],
      ["its start failed", "died with exit 1", "nobody knows why"],
    ],
    [
      "for a reason of a newer engine say it in its word",
      [[1, "ada", "stopped", { because: "moonlight" }], start(2)],
      ["moonlight"],
    ],
  ])("%s", (_, entries, expected) => {
    expect(restarts(...entries)).toEqual(expected);
  });
});

describe("messages", () => {
  it("are counted once each, whatever they tell of, and once more when they were said twice", () => {
    const { messages, agents } = collect([
      [1, "ada", "submitted", { message: "m1", state: "confirmed" }],
      [2, "ada", "pinged", { id: "m2", sha: "a", state: "submitted" }],
      [2, "ada", "pinged", { id: "m2", sha: "b", state: "submitted" }],
      [3, "ada", "pinged", { id: "m2", sha: "b", state: "submitted" }],
      [4, "bob", "refused", { message: "m3", because: "x" }],
      [5, "bob", "expired", { message: "m4", because: "x" }],
    ]);
    expect(messages).toEqual({ sent: 2, confirmed: 1, lost: 1, expired: 1, doubled: 1 });
    expect(agents.map(({ messages: { sent, lost } }) => [sent, lost])).toEqual([
      [2, 0],
      [0, 1],
    ]);
  });

  it("of before the time that was asked for are not counted", () => {
    const window = { from: HOUR, to: 2 * HOUR };
    expect(collect([[1, "ada", "submitted", { message: "m1" }]], { window }).messages.sent).toBe(0);
  });
});

describe("handoffs", () => {
  it("take from the push being seen to the message being said", () => {
    const push = (at: number, sha: string): Entry => [at, null, "handoffs-seen", { commits: [{ sha }] }];
    const ping = (at: number, sha: string): Entry => [
      at,
      "ada",
      "pinged",
      { sha, id: sha, state: "submitted" },
    ];
    const { handoffs } = collect([
      push(0, "a"),
      ping(100, "a"),
      push(200, "b"),
      ping(500, "b"),
      ping(600, "never seen"),
    ]);
    expect(handoffs).toMatchObject({ count: 2, median: 100, p90: 300, max: 300 });
    expect(handoffs.buckets.filter(({ count }) => count > 0)).toEqual([
      { within: 100, count: 1 },
      { within: 500, count: 1 },
    ]);
  });

  it.each<[readonly number[], readonly (number | null)[]]>([
    [[], [null, null, null]],
    [[7], [7, 7, 7]],
    [
      [5, 1, 4, 2, 3],
      [3, 5, 5],
    ],
    [Array.from({ length: 100 }, (_, nth) => nth + 1), [50, 90, 100]],
  ])("spread %j as median, nine in ten and slowest", (durations, [median, p90, max]) => {
    const { buckets, ...spread } = spreadOf(durations);
    expect(spread).toEqual({ count: durations.length, median, p90, max });
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(durations.length);
  });
});

describe("phases", () => {
  const began = (at: number, phase: string): Entry => [at, null, "phase-started", { phase, turn: 1 }];

  it("end when they are done, when another begins, or never", () => {
    const { phases } = collect([
      ...[began(0, "one"), [HOUR, null, "phase-done", { phase: "one" }] as const, began(HOUR, "two")],
      ...[began(2 * HOUR, "one"), [3 * HOUR, null, "watchdog-started"] as const],
    ]);
    expect(phases.map(({ id, from, to, done }) => [id, from / HOUR, to / HOUR, done])).toEqual([
      ["one", 0, 1, true],
      ["two", 1, 2, false],
      ["one", 2, 10, false],
    ]);
  });

  it("are known for every moment", () => {
    const collector = createCollector(WINDOW, PATIENCE);
    for (const [at, agent, what, more] of [began(HOUR, "one"), began(2 * HOUR, "two")])
      collector.add({ at, agent, what, ...more } as JournalEntry);
    expect([0, HOUR, 2 * HOUR + 1].map(collector.phaseAt)).toEqual(["", "one", "two"]);
  });
});

it("counts runs that were ended though they waited as they had said", () => {
  const until = 5 * MINUTE;
  const report = collect([
    [0, "ada", "started", {}],
    [1, "ada", "said", { mood: { mood: "ready" }, wait: until }],
    [2, "ada", "told-to-stop", { because: "stalled" }],
  ]);
  expect(report.falseRestarts).toBe(1);
});

it("makes nothing of lines that are no entries", () => {
  const collector = createCollector(WINDOW, PATIENCE);
  for (const odd of [
    { what: "died" },
    { at: "yesterday", agent: "ada", what: "died" },
    { at: 1, agent: 7, what: {} },
  ])
    collector.add(odd as unknown as JournalEntry);
  expect(collector.end({ project: "p", agents: [], seen: 0, spent: new Map() }).agents).toEqual([]);
});
