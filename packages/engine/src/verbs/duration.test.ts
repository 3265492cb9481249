import { describe, expect, it } from "vitest";
import { readDuration } from "./duration.ts";

describe("a time on the command line", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["250ms", 250],
    ["0", 0],
    ["2", 2_000],
    ["0.3", 300],
    ["1.5h", 5_400_000],
  ])("of %j is %i ms", (text, expected) => {
    expect(readDuration("--timeout", text)).toBe(expected);
  });

  it.each([
    "",
    "s",
    "-1s",
    "+1s",
    "1 s",
    " 1s",
    "1s ",
    "1.s",
    ".5s",
    "1,5s",
    "1e3",
    "1d",
    "1S",
    "1s1",
    "soon",
    "Infinity",
    "1s\n",
  ])("is not %j, and the flag is named", (text) => {
    expect(() => readDuration("--timeout", text)).toThrow(
      /^--timeout takes a time such as 90s or 10m, not "/,
    );
  });
});
