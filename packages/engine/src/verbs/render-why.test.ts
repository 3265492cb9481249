import { expect, it } from "vitest";
import { agentOf, fallen, minute, NOW, running, says, scene, second, seenFor } from "../../test/scene.ts";
import { assess } from "../watch/assess.ts";
import { decisionOf } from "../watch/decision.ts";
import type { Scene } from "../watch/scene.ts";
import { decide } from "../watch/think.ts";
import { foresee } from "./foresee.ts";
import { explains, renderCounters, renderWhy, type Why } from "./render-why.ts";
import { toIso } from "./say.ts";
import { tellDecision } from "./tell-decision.ts";

const present = (name: string, more: Partial<Scene>): Why["agents"][number] => {
  const one = scene({ ...more, agent: { ...scene().agent, ...more.agent, name } });
  const assessment = assess(one, NOW);
  const decision = decisionOf(assessment, decide(assessment, one, NOW), one, NOW);
  const { text, at } = foresee(assessment, one);
  const next = { text, at: at === null ? null : toIso(at) };
  const pending = name === "upgrader";
  return { name, is: assessment.is, text: tellDecision(decision), evidence: decision, next, pending };
};

const ago = (duration: number) => toIso(NOW - duration);
const told = (duration: number, agent: string | null, what: string, text: string) => ({
  ...{ at: ago(duration), agent, what, text },
});

const watchdog = {
  ...{ pid: 7, epoch: 1, heartbeat: ago(0), version: "1", on_disk: "1", stale: false, trouble: null },
};
const why: Why = {
  ...{ schema_version: 1, project: "shop", at: ago(0), watchdog, keeper: null, counters: null },
  ...{ complete: null, notes: [] },
  agents: [
    present("builder", {
      record: running(9 * minute, {
        seen: seenFor(minute, undefined, {
          wait: { until: NOW + 5 * minute, declared: NOW - minute, moved: 0 },
        }),
      }),
      sighting: says("WAITING-UNTIL: 2026-06-13T12:05:00Z"),
    }),
    present("adversary", { record: fallen(10 * second, 3, { restarts: [NOW - 2 * minute, NOW - minute] }) }),
    present("upgrader", {
      agent: agentOf("task", "none"),
      record: fallen(minute, 0, {
        ended: { at: NOW, how: "died", exit: { code: 0 }, blame: "agent", limit: null },
      }),
    }),
  ],
  story: [
    told(3 * 60 * minute, null, "watchdog-started", "watchdog started, epoch 1, pid 7"),
    told(4 * minute, "adversary", "died", "died with exit 3"),
    told(10 * second, "adversary", "decided", "is gone: started"),
  ],
};

const GOLDEN = `builder declared to wait until 12:05:00Z, and has a grace of 180 s after that: left alone
  next: with its grace of 180 s over it is woken, and if it does not answer its run is ended (2026-06-13T12:08:00Z, in 8m)
adversary failed, and rests until 12:00:53Z; restart 3 of 5 in 30 min, the next death waits 120 s: left alone
  next: it is started again (2026-06-13T12:00:53Z, in 54s)
upgrader has finished with exit 0: left alone
  next: nothing: it has had its run; another one: up upgrader
  its new settings wait for its next start

2026-06-13T09:00:00Z    3h ago  fleet watchdog started, epoch 1, pid 7
2026-06-13T11:56:00Z    4m ago  adversary died with exit 3
2026-06-13T11:59:50Z   10s ago  adversary is gone: started
`;

it("tells how each agent is, what comes next and when, and what led to it", () => {
  expect(renderWhy(why, NOW)).toBe(GOLDEN);
});

it.each<[string, Partial<Why>, string]>([
  ["nobody watches", { watchdog: null }, "nobody watches: nothing comes next until: up\n\nbuilder"],
  [
    "the watchdog died",
    { watchdog: null, keeper: { pid: 1, deaths: 2, exit: 70, next: ago(-9_000) } },
    "the watchdog died (exit 70) and starts again at 2026-06-13T12:00:09.000Z\n\nbuilder",
  ],
  [
    "it can't go on",
    { watchdog: { ...watchdog, trouble: "the disk is full\u001b" } },
    "the watchdog can't go on: the disk is full\\u{1b}\n\nbuilder",
  ],
  [
    "it hangs",
    { watchdog: { ...watchdog, stale: true } },
    "the watchdog hangs since 2026-06-13T12:00:00.000Z: ",
  ],
  [
    "all phases are done",
    { watchdog: null, complete: ago(minute) },
    "nobody watches, for all phases are done since 2026-06-13T11:59:00.000Z: to go on, add a phase to agents.toml, then: up; to start over: up --fresh\n\nbuilder",
  ],
  [
    "all phases are done and somebody still watches",
    { complete: ago(minute), notes: ["this\u001b is to be known"] },
    "all phases are done since 2026-06-13T11:59:00.000Z: to go on, add a phase to agents.toml, then: up; to start over: up --fresh\nnote: this\\u{1b} is to be known\n\nbuilder",
  ],
])("says first when %s", (_, more, expected) => {
  expect(renderWhy({ ...why, ...more }, NOW).startsWith(expected)).toBe(true);
});

it("tells nothing of nothing", () => {
  expect(renderWhy({ ...why, agents: [], story: [] }, NOW)).toBe("\n");
});

it.each([
  ["typing", {}, false],
  ["starting", {}, false],
  ["said", { mood: { mood: "busy" }, wait: null }, false],
  ["said", { mood: { mood: "ready" }, wait: 5 }, true],
  ["said", { mood: { mood: "asking" }, wait: null }, true],
  ["decided", {}, true],
  ["died", {}, true],
  ["danced", {}, true],
])("leaves the steps out of the story: %s %j", (what, more, expected) => {
  expect(explains({ at: 1, agent: "a", what, ...more })).toBe(expected);
});

it("shows the counters, a line each", () => {
  const counters = {
    ...{ automaticRestarts: 7, falseRestarts: 0, lostMessages: 1, doubledMessages: 0, engineMessages: 12 },
    timeToHeal: { count: 7, median: 800, p99: 61_000, max: 1_200_000 },
    since: ago(0),
  };
  expect(renderCounters(counters)).toBe(`since 2026-06-13T12:00:00.000Z, as far as the journal goes back
automatic restarts      7
false restarts          0
lost messages           1
doubled messages        0
messages of the engine  12
healed                  7, median 800 ms, p99 61 s, longest 20 min
`);
});
