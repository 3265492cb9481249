import { describe, expect, it } from "vitest";
import { cutTape, endOfWhole, lookMark, tapeScript } from "./tape.ts";

const run = (at: number) => lookMark(at, "80x24").replace("look", "run");

describe("a tape", () => {
  it("is cut at its marks: what stands before one was printed by then", () => {
    expect(cutTape(`${run(1000)}hello\r\n${lookMark(2000, "100x30")}more`)).toEqual([
      { is: "run", at: 1000, columns: 80, rows: 24 },
      { is: "printed", text: "hello\r\n", at: 2000, size: { columns: 100, rows: 30 } },
      { is: "printed", text: "more", at: null, size: null },
    ]);
  });

  it("says of what the last run printed at its end no more than that it came before the next", () => {
    expect(cutTape(`bye${run(5000)}`)).toEqual([
      { is: "printed", text: "bye", at: null, size: null },
      { is: "run", at: 5000, columns: 80, rows: 24 },
    ]);
  });

  it("has nothing between two marks, and none in what only looks like one", () => {
    expect(cutTape(lookMark(1, "0x0") + lookMark(2, "0x0"))).toEqual([]);
    const odd = "\u001b]7447;x;80x24;look\u0007\u001b]0;title\u0007";
    expect(cutTape(odd)).toEqual([{ is: "printed", text: odd, at: null, size: null }]);
  });

  it("is whole up to where a mark may have begun, wherever a read ends", () => {
    const mark = lookMark(1_700_000_000_000, "200x50");
    for (let length = 1; length < mark.length; length++)
      expect(endOfWhole(`abc${mark.slice(0, length)}`)).toBe(3);
    expect(endOfWhole(`abc${mark}`)).toBe(3 + mark.length);
    expect(endOfWhole("abc\u001b[31mred")).toBe(11);
    expect(endOfWhole(`abc\u001b]7447;${"9".repeat(80)}`)).toBe(90);
    expect(endOfWhole("")).toBe(0);
  });

  it("is written by a script that quotes its file", () => {
    expect(tapeScript("/a b/it's", "200x50", "7")).toContain("cat >>'/a b/it'\\''s'");
  });
});
