import { describe, expect, it } from "vitest";
import { readDuration, readMoment } from "./duration.ts";

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
    ["3d", 259_200_000],
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
    "1w",
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

describe("a moment to come, on the command line", () => {
  const now = new Date(2026, 10, 22, 17, 30).getTime();
  it.each([
    ["18:00", new Date(2026, 10, 22, 18, 0)],
    ["9:05", new Date(2026, 10, 23, 9, 5)],
    // The same minute is the one of tomorrow.
    ["17:30", new Date(2026, 10, 23, 17, 30)],
    ["2026-11-23", new Date(2026, 10, 23)],
    ["2026-11-23T08:00", new Date(2026, 10, 23, 8)],
    ["2026-12-01T08:00Z", new Date(Date.UTC(2026, 11, 1, 8))],
    ["2026-12-01T08:00:30+02:00", new Date(Date.UTC(2026, 11, 1, 6, 0, 30))],
  ])("of %j is %s", (text, expected) => {
    expect(new Date(readMoment("--until", text, now))).toEqual(expected);
  });

  it.each(["", "24:00", "8", "18:60", "tomorrow", "2h", "2026-13-01", "2026-11-23T25:00", "11/23/2026"])(
    "is not %j, and the flag is named",
    (text) => {
      expect(() => readMoment("--until", text, now)).toThrow(/^--until takes a time such as 18:00 or/);
    },
  );

  it("has not passed already", () => {
    expect(() => readMoment("--until", "2026-11-22", now)).toThrow("--until 2026-11-22 has passed already");
  });
});
