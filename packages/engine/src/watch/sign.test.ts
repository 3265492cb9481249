import { describe, expect, it } from "vitest";
import { NOW, second } from "../../test/scene.ts";
import { heardOf, NO_CLAIM, type Sign, shiftSigns, type Way, withSigns } from "./sign.ts";

const sign = (way: Way, more: Partial<Sign> = {}): Sign => ({
  ...NO_CLAIM,
  rule: "a rule",
  way,
  at: NOW,
  ...more,
});
const busy = { mood: "busy" } as const;

describe("the last signs", () => {
  it("are one of each way, and the later one counts", () => {
    const older = sign("event", { mood: { mood: "ready" } });
    const newer = sign("event", { mood: busy, at: NOW + 1 });
    const status = sign("status", { mood: busy });
    expect(withSigns(withSigns({}, [older, status]), [newer])).toEqual({ event: newer, status });
  });

  it("are none that say nothing of a mood, and never hold what was heard", () => {
    const named = sign("event", { conversation: "c-1" });
    const heard = sign("transcript", { mood: busy, heard: "a long message" });
    expect(withSigns({}, [named, heard])).toEqual({ transcript: { ...heard, heard: null, given: null } });
  });

  it("are the same object when nothing came", () => {
    const before = withSigns({}, [sign("event", { mood: busy })]);
    expect(withSigns(before, [])).toBe(before);
  });

  it("move along when the clock is moved", () => {
    const moved = shiftSigns({ event: sign("event", { mood: busy }) }, (at) => at + second);
    expect(moved.event?.at).toBe(NOW + second);
  });
});

describe("the messages that were heard", () => {
  it.each([
    ["a message of ours", "[fleet 3f2a1c9] go on", ["3f2a1c9"]],
    [
      "one wrapped by the program",
      '<pasted_content id="1a5b">[fleet 3f2a1c9] go on</pasted_content>',
      ["3f2a1c9"],
    ],
    ["several at once", "[fleet aaaaaaa] one\n[fleet bbbbbbb] two", ["aaaaaaa", "bbbbbbb"]],
    ["a person's words", "please go on", []],
    ["half a tag", "[fleet 3f2a", []],
  ])("are known by their ids in %s", (_, heard, ids) => {
    expect(heardOf([], [sign("event", { heard })], false)).toEqual(ids);
  });

  it("are those that it was given, unless it was at work", () => {
    const news = [sign("event", { given: "[fleet 3f2a1c9] go on" })];
    expect([heardOf([], news, false), heardOf([], news, true)]).toEqual([["3f2a1c9"], []]);
    expect(heardOf([], [sign("transcript", { heard: "[fleet 3f2a1c9] go on" })], true)).toEqual(["3f2a1c9"]);
  });

  it("are each remembered once, and not for ever", () => {
    const many = Array.from({ length: 60 }, (_, index) => sign("event", { heard: `[fleet m-${index}] x` }));
    const all = heardOf(["m-0"], many, false);
    expect(all).toHaveLength(50);
    expect(all.at(-1)).toBe("m-59");
    expect(heardOf(["m-1"], [sign("event", { heard: "[fleet m-1] x" })], false)).toEqual(["m-1"]);
  });
});
