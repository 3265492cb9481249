import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { messageOf } from "../../test/scene.ts";
import { tag, toPlain, toTyped } from "./message.ts";

const OBEYED = /(?!\n)[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

describe("the plain text of a message", () => {
  it.each([
    [
      "keeps words",
      'go on, please; it\'s "fine" #{x} $(id) `id` -x',
      'go on, please; it\'s "fine" #{x} $(id) `id` -x',
    ],
    ["keeps every script", "grüße 世界 ☃ 𝒳 👩‍💻", "grüße 世界 ☃ 𝒳 👩‍💻"],
    ["keeps lines", "a\nb\n\nc", "a\nb\n\nc"],
    ["has one kind of line end", "a\r\nb\rc", "a\nb\nc"],
    ["ends with a word", "a \n\n", "a"],
    ["cannot leave the paste", "a\u001b[201~\rrm -rf /", "a[201~\nrm -rf /"],
    ["cannot leave it with an eight-bit CSI", "a\u009b201~b", "a201~b"],
    ["cannot interrupt", "a\u0003b\u0004c\u001ad", "abcd"],
    ["cannot complete a word", "a\tb", "a    b"],
    ["cannot erase", "a\b\u007fb", "ab"],
    ["cannot turn the direction of reading", "a\u202eb\u2066c\u200fd", "abcd"],
    ["holds no NUL", "a\u0000b", "ab"],
  ])("%s", (_, text, expected) => {
    expect(toPlain(text)).toBe(expected);
  });

  const anything = anyText(300);
  const hostile = fc.string({
    unit: fc.integer({ min: 0, max: 0xa0 }).map((code) => String.fromCharCode(code)),
  });

  it("holds nothing that a terminal would obey", () => {
    fc.assert(
      fc.property(fc.oneof(anything, hostile), (text) => {
        expect(toPlain(text)).not.toMatch(OBEYED);
        expect(toPlain(toPlain(text))).toBe(toPlain(text));
      }),
      { numRuns: 10_000 },
    );
  });

  it("is typed behind its mark, which is as clean", () => {
    fc.assert(
      fc.property(fc.oneof(anything, hostile), fc.oneof(anything, hostile), (text, id) => {
        expect(toTyped(messageOf({ text, id }))).not.toMatch(OBEYED);
      }),
    );
  });

  it("stands behind its mark", () => {
    expect(toTyped(messageOf({ text: "go\ton\r\n" }))).toBe("[fleet 3f2a1c9] go    on");
    expect(tag("3f2a1c9")).toBe("[fleet 3f2a1c9]");
  });
});
