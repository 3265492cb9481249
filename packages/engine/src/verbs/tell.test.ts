import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEntry } from "../watch/journal.ts";
import { renderEntry } from "./render-events.ts";
import { KINDS, tell } from "./tell.ts";

const entry = (what: string, more: object = {}): JournalEntry => ({ at: 1, agent: "builder", what, ...more });
const noon = Date.UTC(2026, 5, 13, 12);
const sha = "3f2a1c9".padEnd(40, "0");

describe("a line of the journal", () => {
  it.each<[string, object, string]>([
    ["starting", { run: { model: "m-1" } }, "quiet: is being started with m-1"],
    ["starting", { run: { model: null } }, "quiet: is being started"],
    ["starting", {}, "quiet: is being started"],
    ["started", { model: "m-1" }, "good: started with m-1"],
    ["started", { model: null }, "good: started"],
    ["resumed", {}, "good: started again, with its conversation"],
    ["start-failed", { because: "no tmux" }, "bad: could not be started: no tmux"],
    ["start-interrupted", {}, "plain: its start was interrupted, it is started anew"],
    ["found", {}, "good: was running already, taken over"],
    [
      "schedule-began",
      { of: "0 3 * * 6 UTC", slot: noon },
      "quiet: its schedule 0 3 * * 6 UTC counts from 2026-06-13T12:00Z",
    ],
    ["schedule-ended", {}, "quiet: has no schedule any more"],
    ["slot-came", { slot: noon }, "good: is called by its schedule, for 2026-06-13T12:00Z"],
    [
      "slots-missed",
      { slots: [noon], because: "too old" },
      "plain: missed its slot of 2026-06-13T12:00Z: too old",
    ],
    [
      "slots-missed",
      { slots: [noon, noon + 60_000], because: "too old" },
      "plain: missed 2 slots, 2026-06-13T12:00Z to 2026-06-13T12:01Z: too old",
    ],
    [
      "slot-skipped",
      { wish: noon, because: "busy" },
      "plain: goes on, its slot of 2026-06-13T12:00Z is skipped: busy",
    ],
    ["left-alone", { wish: noon, because: "busy" }, "plain: goes on, as it was asked for again: busy"],
    ["became-ready", {}, "quiet: is ready"],
    ["said", { mood: { mood: "busy" }, wait: null }, "quiet: works"],
    ["said", { mood: { mood: "ready" }, wait: null }, "quiet: is ready"],
    ["said", { mood: { mood: "ready" }, wait: noon }, "quiet: waits until 12:00:00Z"],
    ["said", { mood: { mood: "unclear" }, wait: null }, "quiet: shows a screen that says nothing"],
    ["said", { mood: { mood: "asking", question: "Trust?" } }, "bad: asks: Trust?"],
    ["said", { mood: { mood: "fatal", error: "400" } }, "bad: shows a fatal error: 400"],
    ["said", { mood: { mood: "limited", until: noon } }, "bad: is at its limit until 12:00:00Z"],
    ["said", { mood: { mood: "limited", until: null } }, "bad: is at its limit"],
    ["said", {}, "quiet: shows a screen that says nothing"],
    ["died", { exit: { code: 3 } }, "bad: died with exit 3"],
    ["died", { exit: { signal: "9" } }, "bad: died by signal 9"],
    ["vanished", { with: "server" }, "bad: vanished with its server"],
    ["quit-typed", { because: "unwanted" }, "plain: is asked to quit: unwanted"],
    ["quit-entered", {}, "quiet: Enter, for it to quit"],
    [
      "rescued",
      { ref: "refs/fleet/rescue/ada/1", commits: 2, files: 3, omitted: 0 },
      "good: 2 commits and 3 files of it are not pushed, kept as refs/fleet/rescue/ada/1",
    ],
    [
      "rescued",
      { ref: "refs/fleet/rescue/ada/1", commits: 0, files: 3, omitted: 1 },
      "good: 0 commits and 3 files of it are not pushed, kept as refs/fleet/rescue/ada/1, without 1 files",
    ],
    ["rescue-failed", { because: "slow" }, "bad: what it has not pushed could not be kept: slow"],
    ["told-to-stop", { because: "stalled" }, "plain: is told to stop: stalled"],
    ["killed", { processes: 2 }, "bad: was killed, 2 of its processes"],
    ["stopped", { because: "unwanted" }, "plain: stopped: unwanted"],
    ["cleared", {}, "quiet: its session was removed"],
    ["gave-up", { because: "start-limit 5" }, "bad: FAILED: start-limit 5"],
    ["typing", { message: "a" }, "quiet: message a is being typed"],
    ["typed", { message: "a" }, "quiet: message a stands in its input box"],
    ["pressed-enter", { message: "a" }, "quiet: Enter, for message a"],
    ["submitted", { message: "a", text: "go on" }, "good: was told (a): go on"],
    [
      "refused",
      { message: "a", because: "its phase is over" },
      "bad: message a was refused: its phase is over",
    ],
    ["pinged", { message: "[fleet a] New claim" }, "good: was pinged: [fleet a] New claim"],
    ["act-failed", { action: "type", because: "tmux hung" }, "bad: could not type: tmux hung"],
    [
      "act-mended",
      { action: "clear", times: 7, after: 61_000 },
      "good: could clear again, after 7 failures in 61 s",
    ],
    ["config-changed", { added: [], removed: [], pending: [] }, "plain: agents.toml was changed"],
    [
      "config-changed",
      { added: ["a", "b"], removed: ["c"], pending: ["d"] },
      "plain: agents.toml was changed; new: a, b; gone: c; with new settings at the next start: d",
    ],
    ["config-refused", { because: "no" }, "bad: agents.toml as it stands is not in force: no"],
    ["config-mended", {}, "good: agents.toml is in order again"],
    ["done-unpushed", { phase: "1c" }, "bad: phase 1c is done here, and its STATUS file is not pushed"],
    ["handoffs-replayed", { by: "ada", commits: [sha] }, "plain: ada had handoffs told again: 3f2a1c9"],
    ["phase-asked", { asked: "goto", phase: "2w", by: "ada" }, "plain: ada asked: phase goto 2w"],
    ["phase-asked", { asked: "pause", by: "ada" }, "plain: ada asked: phase pause"],
    ["phase-lost", { phase: "1c" }, "bad: phase 1c is no longer in agents.toml; see: phase goto"],
    ["phase-found", { phase: "1c" }, "good: phase 1c is in agents.toml again"],
    ["status-renewed", { phase: "1c" }, "quiet: the STATUS file of 1c has changed since the phase began"],
    ["phase-started", { phase: "1c" }, "good: phase 1c began"],
    ["phase-done", { phase: "1c" }, "good: phase 1c is done"],
    ["sequence-complete", { phases: 3 }, "good: all 3 phases are done: SEQUENCE-COMPLETE"],
    ["sequence-reopened", { phase: "1d" }, "plain: there is a further phase: 1d"],
    ["handoffs-from", { seen: sha, because: "first look" }, "quiet: handoffs count from 3f2a1c9: first look"],
    ["handoffs-from", { seen: "", because: "empty" }, "quiet: handoffs count from the beginning: empty"],
    [
      "handoffs-seen",
      {
        commits: [
          { sha, subject: "claim(a)" },
          { sha, subject: "b" },
        ],
      },
      "plain: pushed: 3f2a1c9 claim(a); 3f2a1c9 b",
    ],
    [
      "history-rewritten",
      { branch: "main", gone: [{ sha, kind: "claim" }], untold: [] },
      "bad: the history of origin/main was rewritten; gone: claim 3f2a1c9",
    ],
    [
      "history-rewritten",
      { branch: "main", gone: null, untold: [] },
      "bad: the history of origin/main was rewritten; what was told of it is not known any more",
    ],
    [
      "history-rewritten",
      {
        branch: "main",
        gone: [],
        untold: Array.from({ length: 7 }, (_, nth) => ({ sha: `${nth}`.repeat(40), kind: "review" })),
      },
      "bad: the history of origin/main was rewritten; new, and not told: review 2222222, review 3333333, review 4444444, review 5555555, review 6666666, 2 older ones",
    ],
    ["handoffs-seen", {}, "plain: pushed: "],
    ["handoffs-unread", { because: "timed out" }, "bad: the remote can't be read: timed out"],
    ["watchdog-started", { epoch: 2, pid: 99 }, "plain: watchdog started, epoch 2, pid 99"],
    ["watchdog-ended", { because: "off" }, "plain: watchdog ended: off"],
    ["pressing", { message: "a" }, "quiet: Enter is about to be pressed, for message a"],
    ["check-failed", { check: "phases", because: "EIO" }, "bad: its phases can't be checked: EIO"],
    ["check-mended", { check: "phases" }, "good: its phases can be checked again"],
    ["stumbled", { because: "the disk is full" }, "bad: the watchdog could not go on: the disk is full"],
    ["recovered", { after: 61_000 }, "good: the watchdog goes on after 61 s"],
    ["on-complete-ran", { code: 0 }, "good: on_complete ended with exit 0"],
    ["on-complete-ran", { code: 2 }, "bad: on_complete ended with exit 2"],
    ["on-complete-failed", { because: "no such file" }, "bad: on_complete could not be run: no such file"],
    ["decided", { is: "ready", does: [] }, "quiet: is ready: left alone"],
    [
      "decided",
      { is: "failed", because: "x", does: [] },
      "bad: FAILED (x), until it is asked for again: left alone",
    ],
    ["danced", {}, "plain: danced"],
  ])("%s %j", (what, more, expected) => {
    const { text, tone } = tell(entry(what, more));
    expect(`${tone}: ${text}`).toBe(expected);
  });

  it("stays one line, and no command to the terminal, whatever a commit or a screen said", () => {
    const evil = "a\u001b[2Jb\nc\u202ed\u009be";
    const told = [
      tell(entry("handoffs-seen", { commits: [{ sha, subject: evil }] })),
      tell(entry("said", { mood: { mood: "asking", question: evil } })),
      tell(entry("submitted", { message: evil, text: evil })),
      tell(entry(evil)),
    ];
    for (const { text } of told) expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });
});

describe("a line of the live view", () => {
  it("says when, who and what", () => {
    expect(renderEntry({ ...entry("phase-done", { phase: "a" }), at: 12_340, agent: null }, 0, false)).toBe(
      "  12.3s  fleet         phase a is done",
    );
    expect(renderEntry({ ...entry("died", { exit: { code: 1 } }), at: 500 }, 0, true)).toBe(
      "\u001b[2m   0.5s\u001b[22m  builder       \u001b[31mdied with exit 1\u001b[39m",
    );
  });

  it.each(["typing", "typed", "pressed-enter", "starting", "cleared"])("leaves out %s", (what) => {
    expect(renderEntry(entry(what, { message: "a" }), 0, false)).toBeNull();
  });
});

it("has every kind of entry in docs/why.md, and no other", async () => {
  const page = await readFile(path.join(import.meta.dirname, "../../../../docs/why.md"), "utf8");
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, kind]) => kind);
  expect(listed.toSorted()).toEqual(KINDS.toSorted());
});
