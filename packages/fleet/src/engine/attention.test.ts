import { describe, expect, it } from "vitest";
import { attentionOf, byAttention } from "./attention.ts";
import type { EngineStatus } from "./status.ts";

const agent = (name: string, is: string, why = is, is_since: string | null = null) => ({
  ...{
    name,
    is,
    why,
    is_since,
    state: is === "down" ? "stopped" : "RUNNING",
    enabled: true,
    session: `s-${name}`,
  },
});
const watchdog = { pid: 7, epoch: 1, heartbeat: "2026-01-01T00:00:00Z", stale: false, trouble: null };

const statusOf = (agents: EngineStatus["agents"], more: Partial<EngineStatus> = {}): EngineStatus => ({
  ...{
    schema_version: 1,
    project: "shop",
    socket: "/srv/shop/.s/tmux.sock",
    phase: null,
    agents,
    watchdog,
    ...more,
  },
});

const say = (status: EngineStatus): string => {
  const attention = attentionOf("shop", status);
  if (attention === null) return "well";
  const { level, agent: who, reason, since, command, others } = attention;
  return `${level} ${who ?? "-"}: ${reason} | ${since ?? "-"} | ${command} | +${others}`;
};

describe("what a person should look at", () => {
  it.each<[string, EngineStatus, string]>([
    ["is nothing while all work", statusOf([agent("a", "working"), agent("b", "waiting")]), "well"],
    ["is nothing in a project that is down", statusOf([agent("a", "down")], { watchdog: null }), "well"],
    [
      "is nothing when all phases are done, and the watchdog has ended by itself",
      statusOf([agent("a", "ready")], {
        watchdog: null,
        phase: { id: "three", index: 2, total: 3, plan: "three.md", state: "complete" },
      }),
      "well",
    ],
    [
      "is a question, with the way to its terminal",
      statusOf([agent("a", "asking", "asks: Trust?", "2026-01-01T09:00:00Z")]),
      "needs-you a: asks: Trust? | 2026-01-01T09:00:00Z | fleet attach shop a | +0",
    ],
    [
      "is nothing where it is on hold, as a person wished it",
      statusOf([agent("a", "held", "on hold")], {
        hold: { since: "2026-01-01T09:00:00Z", until: null, by: "ada", why: null },
      }),
      "well",
    ],
    [
      "is a limit of its login, with the way to all of them",
      statusOf([
        { ...agent("a", "held", "its login"), restraint: { by: "limit", because: "", until: null } },
      ]),
      "ailing a: its login | - | fleet limits | +0",
    ],
    [
      "is a question of an engine that does not tell its socket",
      statusOf([agent("a", "asking")], { socket: undefined }),
      "needs-you a: asking | - | fleet why shop a | +0",
    ],
    [
      "is a screen that nobody knows",
      statusOf([agent("a", "unread")]),
      "needs-you a: unread | - | fleet record shop a | +0",
    ],
    [
      "is first what stands still, and then what the engine deals with",
      statusOf([agent("a", "limited"), agent("b", "crash-looping", "died 5 times")]),
      "needs-you b: died 5 times | - | fleet why shop b | +1",
    ],
    [
      "is what is at its limit",
      statusOf([agent("a", "limited")]),
      "ailing a: limited | - | fleet why shop a | +0",
    ],
    [
      "is the longest first",
      statusOf([
        agent("a", "failed", "new", "2026-01-02T00:00:00Z"),
        agent("b", "failed", "old", "2026-01-01T00:00:00Z"),
      ]),
      "needs-you b: old | 2026-01-01T00:00:00Z | fleet why shop b | +1",
    ],
    [
      "is that nobody watches what runs",
      statusOf([agent("a", "working")], { watchdog: null }),
      "needs-you -: nobody watches it | - | fleet up shop | +0",
    ],
    [
      "is a watchdog that is started again and again",
      statusOf([], { watchdog: null, keeper: { deaths: 3, next: "2026-01-01T00:00:00Z" } }),
      "needs-you -: the watchdog died 3 times, and is started again | - | fleet logs shop watchdog -n 20 | +0",
    ],
    [
      "is a watchdog that hangs",
      statusOf([], { watchdog: { ...watchdog, stale: true } }),
      "needs-you -: the watchdog hangs | 2026-01-01T00:00:00Z | fleet watchdog shop restart | +0",
    ],
    [
      "is a watchdog that can't go on",
      statusOf([], { watchdog: { ...watchdog, trouble: "the disk is full" } }),
      "needs-you -: the watchdog can't go on: the disk is full | - | fleet logs shop watchdog -n 20 | +0",
    ],
    [
      "is nothing that an old engine does not tell",
      statusOf([{ name: "a", state: "RUNNING", enabled: true, session: "s" }]),
      "well",
    ],
  ])("%s", (_sentence, status, expected) => {
    expect(say(status)).toBe(expected);
  });

  it("is sorted: who needs a person, for longest; then who ails; and the rest as it was", () => {
    const one = (level: "needs-you" | "ailing", since: string | null) => ({
      ...{ level, since, agent: null, reason: "", command: "", others: 0 },
    });
    const sorted = [
      null,
      one("ailing", "1"),
      one("needs-you", null),
      one("needs-you", "2"),
      one("needs-you", "1"),
      null,
    ];
    expect(sorted.sort(byAttention).map((of) => of && `${of.level} ${of.since}`)).toEqual([
      "needs-you 1",
      "needs-you 2",
      "needs-you null",
      "ailing 1",
      null,
      null,
    ]);
  });
});
