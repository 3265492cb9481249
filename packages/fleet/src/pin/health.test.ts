import { describe, expect, it } from "vitest";
import { isUp, judge, type Look, parseLook, workersIn } from "./health.ts";

const agent = (name: string, more: object = {}) => ({
  name,
  kind: "loop",
  state: "RUNNING",
  pid: 7,
  why: "",
  ...more,
});
const look = (more: object = {}): Look => {
  const watchdog = { epoch: 4, version: "0.1.0", stale: false, trouble: null };
  const parsed = parseLook(
    JSON.stringify({ phase: null, agents: [agent("ada"), agent("bob")], watchdog, keeper: null, ...more }),
  );
  if (parsed === null) throw new Error("not a look");
  return parsed;
};
const watchdog = (more: object = {}) => ({
  watchdog: { epoch: 5, version: "0.2.0", stale: false, trouble: null, ...more },
});

describe("after an upgrade a project is", () => {
  it.each<[string, Look | null, string]>([
    ["well under the new watchdog", look(watchdog()), "well"],
    ["well when the new watchdog died once", look(watchdog({ epoch: 6 })), "well"],
    ["not yet heard of", null, "not-yet its engine does not answer"],
    ["not yet watched", look({ watchdog: null }), "not-yet nobody watches it"],
    [
      "not yet given up when its watchdog died twice",
      look({ watchdog: null, keeper: { deaths: 2 } }),
      "not-yet nobody watches it",
    ],
    [
      "lost when its watchdog died again and again",
      look({ watchdog: null, keeper: { deaths: 3 } }),
      "lost its watchdog died 3 times",
    ],
    [
      "lost when its watchdog was started again and again",
      look(watchdog({ epoch: 8 })),
      "lost its watchdog had to be started 4 times",
    ],
    ["not yet under the new version", look(), "not-yet its watchdog runs 0.1.0, and not 0.2.0 yet"],
    [
      "not yet under a new watchdog",
      look(watchdog({ epoch: 4 })),
      "not-yet its watchdog is the one from before",
    ],
    [
      "not well with a watchdog that can't go on",
      look(watchdog({ trouble: "disk full" })),
      "not-yet its watchdog is in trouble: disk full",
    ],
    ["not well with a watchdog that hangs", look(watchdog({ stale: true })), "not-yet its watchdog hangs"],
    [
      "not well without one of its agents",
      look({ ...watchdog(), agents: [agent("ada"), agent("bob", { state: "stopped", why: "it rests" })] }),
      "not-yet bob does not run: it rests",
    ],
    [
      "not well when one is not known any more",
      look({ ...watchdog(), agents: [agent("ada")] }),
      "not-yet bob is not known any more",
    ],
    [
      "well when all phases are done by now",
      look({ ...watchdog(), phase: { state: "complete" }, agents: [agent("ada", { state: "stopped" })] }),
      "well",
    ],
  ])("%s", (_, now, expected) => {
    const verdict = judge(look(), now, "0.2.0");
    expect("because" in verdict ? `${verdict.is} ${verdict.because}` : verdict.is).toBe(expected);
  });

  it("measured by how it was: deaths from before do not count, nor who did not run, nor a task", () => {
    const before = look({
      watchdog: null,
      keeper: { deaths: 5 },
      agents: [agent("ada"), agent("bob", { state: "stopped" }), agent("up", { kind: "task" })],
    });
    expect(isUp(before)).toBe(true);
    expect(workersIn(before)).toEqual(["ada"]);
    expect(judge(before, look({ watchdog: null, keeper: { deaths: 6 } }), "0.2.0").is).toBe("not-yet");
    expect(judge(before, look({ ...watchdog(), agents: [agent("ada")] }), "0.2.0").is).toBe("well");
  });
});

it.each([
  [
    "an answer of a newer engine",
    JSON.stringify({ schema_version: 9, agents: [], watchdog: null, more: {} }),
    true,
  ],
  ["no JSON", "agents: no", false],
  ["another answer", "{}", false],
])("a look is read from %s: %s", (_, text, expected) => {
  expect(parseLook(text) !== null).toBe(expected);
});
