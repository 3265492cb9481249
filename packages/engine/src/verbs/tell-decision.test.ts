import { describe, expect, it } from "vitest";
import type { StopReason } from "../watch/record.ts";
import type { Action, Assessment } from "../watch/scene.ts";
import { type Evidence, tellDecision } from "./tell-decision.ts";

const noon = Date.UTC(2026, 5, 13, 12);
const tally = { failures: 2, restarts: 2, limit: 5, window: 1_800_000, pause: 60_000 };

/** One of each: a new word without a sentence does not compile. */
const EACH = {
  unseen: [{ because: "tmux hung" }, "could not be seen (tmux hung)"],
  foreign: [{}, "a session with its name is there that is not ours"],
  down: [{}, "is down, as it was wished"],
  missing: [{ automatic: false }, "is wished up"],
  held: [{ because: "its workdir is not there yet" }, "is wished up, but its workdir is not there yet"],
  resting: [
    { until: noon, ...tally },
    "failed, and rests until 12:00:00Z; restart 2 of 5 in 30 min, the next death waits 60 s",
  ],
  starting: [{ since: noon }, "was started, and is not ready yet"],
  draining: [{ because: "its turn has not ended" }, "is to go down, but its turn has not ended"],
  outlived: [{ processes: 2 }, "has ended, and 2 of its processes go on, which nobody heals"],
  working: [{ since: noon }, "works"],
  ready: [{ since: noon }, "is ready"],
  waiting: [
    { until: noon, grace: 180_000 },
    "declared to wait until 12:00:00Z, and has a grace of 180 s after that",
  ],
  overdue: [
    { until: noon, woken: true },
    "missed its declared wait until 12:00:00Z, and was told so; it has a grace to answer",
  ],
  asking: [{ question: "Trust?" }, "asks what only a person may answer (Trust?)"],
  limited: [{ until: noon }, "is at a usage limit until 12:00:00Z, which no restart would mend"],
  unread: [
    { since: noon },
    "has shown since 12:00:00Z what no rule knows, so that nothing is told to it; make a test case of it: fleet record",
  ],
  unwell: [{ error: "400" }, "shows an error (400)"],
  "due-to-stop": [{ because: "unwanted" }, "is wished down"],
  stopping: [{ because: "stalled" }, "is on its way down (stalled)"],
  leftover: [{}, "has ended, and its session is still there"],
  finished: [{ exit: { code: 3 } }, "has finished with exit 3"],
  "crash-looping": [
    { because: "start-limit 5 in 30 min" },
    "fails again and again (start-limit 5 in 30 min)",
  ],
  failed: [{ because: "start-limit 5" }, "FAILED (start-limit 5), until it is asked for again"],
} satisfies Record<Assessment["is"], readonly [Evidence, string]>;

const REASONS = {
  unwanted: [{}, "is wished down"],
  "next-phase": [{}, "its phase is over"],
  "restart-asked": [{}, "a new run was asked for"],
  "leftover-processes": [{ evidence: "2 of its processes outlived it" }, "2 of its processes outlived it"],
  "server-lost": [{ evidence: "its server oc has ended" }, "its server oc has ended"],
  "limit-over": [{ evidence: "still at its limit" }, "still at its limit"],
  fatal: [{ evidence: "400" }, "shows an error that no waiting mends (400)"],
  stalled: [
    { wait: { until: noon, declared: noon - 1 }, evidence: "it missed its declared wait by 181 s" },
    "declared to wait until 12:00:00Z: it missed its declared wait by 181 s",
  ],
  "never-ready": [{ evidence: "not ready after 120 s" }, "not ready after 120 s"],
} satisfies Record<StopReason, readonly [Evidence, string]>;

const DOES = {
  start: "started",
  rescue: "what it has not pushed is kept",
  "type-quit": "asked to quit",
  "enter-quit": "Enter is pressed, for it to quit",
  stop: "told to stop",
  kill: "killed",
  clear: "its session is removed",
  "give-up": "given up",
  type: "a message is typed",
  wake: "a wake message is queued",
  "press-enter": "Enter is pressed",
  "hand-in": "a message is handed in at its door",
  settle: "its message is settled",
  drop: "a message is dropped",
  "take-back": "a message is taken back, to be told again",
} satisfies Record<Action["do"], string>;

describe("a decision in words", () => {
  it.each(Object.entries(EACH))("says how it is: %s", (is, [evidence, words]) => {
    expect(tellDecision({ is, does: [], ...evidence })).toBe(`${words}: left alone`);
  });

  it.each(Object.entries(REASONS))("says why a run is ended: %s", (because, [evidence, words]) => {
    expect(tellDecision({ is: "due-to-stop", because, does: ["stop"], ...evidence })).toBe(
      `${words}: told to stop`,
    );
  });

  it.each(Object.entries(DOES))("says what is done: %s", (does, words) => {
    expect(tellDecision({ is: "ready", does: [does] })).toBe(`is ready: ${words}`);
  });

  it("says how often it was started again", () => {
    expect(tellDecision({ is: "missing", automatic: true, does: ["start"], ...tally })).toBe(
      "is gone; restart 2 of 5 in 30 min, the next death waits 60 s: started",
    );
  });

  it("says since when a stalled agent showed nothing new", () => {
    const evidence = { at: noon + 300_000, wait: null, still: noon, does: ["stop"] };
    expect(tellDecision({ is: "due-to-stop", because: "stalled", ...evidence })).toBe(
      "its screen has not changed since 12:00:00Z (300 s), and it declared no wait: told to stop",
    );
  });

  it("makes do with what another engine left out or thought of", () => {
    expect(tellDecision({ is: "dancing", does: ["sing"] })).toBe("dancing: sing");
    expect(tellDecision({ is: "due-to-stop", because: "tired" })).toBe("tired: left alone");
    expect(tellDecision({ is: "due-to-stop", because: "stalled", evidence: "idle" })).toBe(
      "idle: left alone",
    );
    expect(tellDecision({ is: "waiting" })).toContain("until ?");
  });
});

it("says by whom it is known, and who says otherwise", () => {
  const asking = { is: "asking", question: "Trust?", does: [], rule: "screen: dialog" };
  expect(tellDecision(asking)).toBe(
    "asks what only a person may answer (Trust?) (by its screen: dialog): left alone",
  );
  expect(
    tellDecision({ is: "working", does: [], rule: "event: Stop", dissent: "screen: box says ready" }),
  ).toBe("works (by its event: Stop; but screen: box says ready): left alone");
});
