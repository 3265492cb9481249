import { describe, expect, it } from "vitest";
import { essenceOf } from "./essence.ts";

const WORK = "● I fixed the parser.\n\n✻ Thinking… (12s · ↑ 340 tokens)\n❯ ";

describe("the essence of a screen", () => {
  it.each([
    ["a counter that counts", WORK.replace("12s", "379s").replace("340", "2840")],
    ["a spinner that turns", WORK.replace("✻", "✶")],
    ["a clock", WORK.replace("12s", "12:04:31").replace("12:04:31", "9s")],
    ["a line that is broken elsewhere", WORK.replace("I fixed", "I\nfixed")],
    ["blank space", `${WORK}\n\n   \n`],
  ])("stays the same for %s", (_, other) => {
    expect(essenceOf(other)).toBe(essenceOf(WORK));
  });

  it.each([
    ["⠋ loading", "⠙ loading"],
    ["| working", "/ working"],
    ["- working", "\\ working"],
    ["[████░░░░] 40 %", "[██████░░] 60 %"],
    ["◐ one moment", "◓ one moment"],
  ])("does not see that %s became %s", (one, other) => {
    expect(essenceOf(other)).toBe(essenceOf(one));
  });

  it.each([
    ["a new word", `${WORK}done`],
    ["a word less", WORK.replace("parser", "")],
    ["another word", WORK.replace("parser", "lexer")],
    ["a path", WORK.replace("parser", "a/b")],
  ])("changes with %s", (_, other) => {
    expect(essenceOf(other)).not.toBe(essenceOf(WORK));
  });
});
