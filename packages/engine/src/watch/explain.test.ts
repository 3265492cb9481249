import { describe, expect, it } from "vitest";
import { explain, sayExit } from "./explain.ts";
import { type AgentRecord, FRESH_RECORD } from "./record.ts";
import type { Assessment } from "./scene.ts";

const ended: AgentRecord = {
  ...FRESH_RECORD,
  ended: { at: 1, how: "died", exit: { code: 2 }, blame: "agent", limit: null },
};

describe("an assessment in words", () => {
  it.each<[Assessment, string, string]>([
    [{ is: "unseen", because: "tmux does not answer" }, "tmux does not answer", "tmux does not answer"],
    [{ is: "held", because: "no workdir" }, "no workdir", "no workdir"],
    [
      { is: "foreign" },
      "a session with its name that is not ours",
      "a session with its name that is not ours",
    ],
    [{ is: "down" }, "never started", "ended: died with exit 2"],
    [{ is: "missing", automatic: true }, "to be started again", "to be started again"],
    [{ is: "missing", automatic: false }, "to be started", "to be started"],
    [
      { is: "resting", until: 9 },
      "waits before its next start",
      "waits before its next start, after: died with exit 2",
    ],
    [{ is: "starting", since: 1 }, "started, not ready yet", "started, not ready yet"],
    [{ is: "working", since: 1 }, "works", "works"],
    [{ is: "ready", since: 1 }, "is ready", "is ready"],
    [{ is: "waiting", until: 9 }, "waits, as it declared", "waits, as it declared"],
    [{ is: "asking", since: 1, question: "Trust?" }, "asks: Trust?", "asks: Trust?"],
    [{ is: "limited", since: 1, until: null, over: false }, "is at a usage limit", "is at a usage limit"],
    [{ is: "unwell", since: 1, error: "400" }, "shows an error: 400", "shows an error: 400"],
    [
      { is: "due-to-stop", because: "stalled", evidence: "idle" },
      "is to be stopped: idle",
      "is to be stopped: idle",
    ],
    [
      { is: "stopping", step: "told", since: 1, enters: 0, because: "stalled" },
      "is being stopped: stalled",
      "is being stopped: stalled",
    ],
    [
      { is: "draining", because: "its turn has not ended" },
      "goes down when its time has come: its turn has not ended",
      "goes down when its time has come: its turn has not ended",
    ],
    [
      { is: "outlived", processes: 2 },
      "ended, and 2 of its processes go on",
      "ended, and 2 of its processes go on",
    ],
    [{ is: "leftover" }, "ended, its session is still there", "ended, its session is still there"],
    [{ is: "finished", exit: null }, "finished", "ended: died"],
    [{ is: "finished", exit: { signal: "KILL" } }, "finished by signal KILL", "finished by signal KILL"],
    [{ is: "crash-looping", because: "start-limit 5" }, "start-limit 5", "start-limit 5"],
    [{ is: "failed", since: 1, because: "start-limit 5" }, "FAILED start-limit 5", "FAILED start-limit 5"],
  ])("%j", (assessment, before, after) => {
    expect([explain(assessment, FRESH_RECORD), explain(assessment, ended)]).toEqual([before, after]);
  });

  it.each([
    [null, ""],
    [{ code: 0 }, " with exit 0"],
    [{ code: 137 }, " with exit 137"],
    [{ signal: "TERM" }, " by signal TERM"],
  ])("says how it ended: %j", (exit, words) => {
    expect(sayExit(exit)).toBe(words);
  });
});
