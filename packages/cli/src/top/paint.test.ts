import { describe, expect, it } from "vitest";
import { line, span, widthOf, wrap } from "./cells.ts";
import { isAscii, type Look, paint, repaint } from "./paint.ts";
import { sayAge, sayLeft } from "./times.ts";

const ESC = "\u001b";
const LOOK: Look = { color: true, ascii: false, columns: 12 };
const DREADFUL = line([span("bad", "bad"), span(" …"), span("quiet", "quiet")], 12);

describe("a line on the terminal", () => {
  it.each<[string, Partial<Look>, boolean, string]>([
    ["has its colours", {}, false, `${ESC}[1;31mbad${ESC}[0m …${ESC}[2mquiet${ESC}[0m`],
    ["has only weight without colours", { color: false }, false, `${ESC}[1mbad${ESC}[0m …quiet`],
    [
      "is reversed over its whole width when it is selected",
      { color: false },
      true,
      `${ESC}[1;7mbad${ESC}[0m${ESC}[7m …${ESC}[0m${ESC}[7mquiet${ESC}[0m${ESC}[7m  ${ESC}[0m`,
    ],
    [
      "has no other characters than the terminal",
      { color: false, ascii: true },
      false,
      `${ESC}[1mbad${ESC}[0m ~quiet`,
    ],
  ])("%s", (_sentence, look, selected, expected) => {
    expect(paint({ ...DREADFUL, selected }, { ...LOOK, ...look })).toBe(expected);
  });

  it("keeps its width without the characters that the terminal has not", () => {
    const ascii = paint(line([span("店 ─█▒░›")], 12), { ...LOOK, color: false, ascii: true });
    expect(ascii).toBe("?? -#=.>");
  });

  it.each([
    [{}, false],
    [{ LANG: "C" }, true],
    [{ LANG: "C", LC_ALL: "en_GB.utf8" }, false],
    [{ LC_ALL: "", LANG: "POSIX" }, true],
  ])("with %j has other characters than ASCII or not", (env, ascii) => {
    expect(isAscii(env)).toBe(ascii);
  });
});

describe("a screen that is drawn again", () => {
  it("writes nothing when nothing is other than before", () => {
    expect(repaint(["a", "b"], ["a", "b"])).toBe("");
  });

  it("writes only the lines that are, each from its beginning", () => {
    const written = repaint(["a", "b", "c"], ["a", "x", "c"]);
    expect(written).toBe(`${ESC}[?2026h${ESC}[2;1H${ESC}[Kx${ESC}[?2026l`);
  });
});

describe("a long text", () => {
  it.each<[string, string, number, readonly string[]]>([
    ["is broken between words", "one two three", 8, ["one two", "three"]],
    ["is broken where it must be", "abcdefghij", 4, ["abcd", "efgh", "ij"]],
    ["fits as it is", "one two", 7, ["one two"]],
    ["is broken before a wide character that does not fit", "店店店", 5, ["店店", "店"]],
    ["comes to an end where nothing fits", "店店", 1, ["店", "店"]],
    ["that is empty is a line", "", 5, [""]],
  ])("%s", (_sentence, text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines);
    for (const one of wrap(text, Math.max(2, width)))
      expect(widthOf(one)).toBeLessThanOrEqual(Math.max(2, width));
  });
});

describe("times", () => {
  const now = Date.UTC(2026, 0, 10);
  const before = (seconds: number) => sayAge(new Date(now - seconds * 1000).toISOString(), now);

  it("say how long ago, and change once a minute at the most", () => {
    const said = [-5, 0, 59, 60, 119, 7199, 7200, 172_800].map(before);
    expect(said).toEqual(["<1m", "<1m", "<1m", "1m", "1m", "119m", "2h", "2d"]);
    expect(sayAge("nonsense", now)).toBe("");
  });

  it("count down to the second where it is near", () => {
    const said = [-1, 0, 1, 1000, 61_000, 3_599_001, 3_600_000, 90_061_000, 200_000_000].map(sayLeft);
    expect(said).toEqual(["now", "now", "0:01", "0:01", "1:01", "1:00:00", "1:00:00", "25:01:01", "2d"]);
  });
});
