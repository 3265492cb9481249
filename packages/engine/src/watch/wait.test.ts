import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCredible, parseWait } from "./wait.ts";

const at = (text: string) => Date.parse(text);

describe("a declared wait", () => {
  it.each([
    ["WAITING-UNTIL: 2026-06-13T19:30Z", "2026-06-13T19:30:00Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30:05Z", "2026-06-13T19:30:05Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30:05.5Z", "2026-06-13T19:30:05.500Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30:05.123Z", "2026-06-13T19:30:05.123Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30:05.123999999Z", "2026-06-13T19:30:05.123Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30Z   ", "2026-06-13T19:30:00Z"],
    ["WAITING-UNTIL: 2026-06-13T19:30Z\r", "2026-06-13T19:30:00Z"],
    ["WAITING-UNTIL: 2026-01-01T00:00Z", "2026-01-01T00:00:00Z"],
    ["WAITING-UNTIL: 2026-12-31T23:59:59Z", "2026-12-31T23:59:59Z"],
    ["WAITING-UNTIL: 2028-02-29T12:00Z", "2028-02-29T12:00:00Z"],
    ["WAITING-UNTIL: 2000-02-29T12:00Z", "2000-02-29T12:00:00Z"],
    ["WAITING-UNTIL: 1970-01-01T00:00Z", "1970-01-01T00:00:00Z"],
    ["WAITING-UNTIL: 1969-12-31T23:59Z", "1969-12-31T23:59:00Z"],
    ["WAITING-UNTIL: 2099-01-01T00:00Z", "2099-01-01T00:00:00Z"],
    ["WAITING-UNTIL: 9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%j is one", (line, expected) => {
    expect(parseWait(line)).toBe(at(expected));
  });

  it.each([
    // Not a time in UTC.
    "WAITING-UNTIL: 2026-06-13T19:30",
    "WAITING-UNTIL: 2026-06-13T19:30+00:00",
    "WAITING-UNTIL: 2026-06-13T19:30+02:00",
    "WAITING-UNTIL: 2026-06-13T19:30 UTC",
    "WAITING-UNTIL: 2026-06-13T19:30GMT",
    "WAITING-UNTIL: 2026-06-13T19:30z",
    "WAITING-UNTIL: 2026-06-13T19:30ZZ",
    // Not a whole date and time.
    "WAITING-UNTIL 19:19:30Z",
    "WAITING-UNTIL: 19:19:30Z",
    "WAITING-UNTIL: 2026-06-13",
    "WAITING-UNTIL: 2026-06-13Z",
    "WAITING-UNTIL: 2026-06-13T19Z",
    "WAITING-UNTIL: 2026-06-13 19:30Z",
    "WAITING-UNTIL: 2026-06-13t19:30Z",
    "WAITING-UNTIL: 2026-6-13T19:30Z",
    "WAITING-UNTIL: 26-06-13T19:30Z",
    "WAITING-UNTIL: 2026-06-13T9:30Z",
    "WAITING-UNTIL: 20260613T1930Z",
    "WAITING-UNTIL: 2026-W24-6T19:30Z",
    "WAITING-UNTIL: +002026-06-13T19:30Z",
    "WAITING-UNTIL: 12026-06-13T19:30Z",
    "WAITING-UNTIL: 2026-06-13T19:30:5Z",
    "WAITING-UNTIL: 2026-06-13T19:30:05.Z",
    "WAITING-UNTIL: 2026-06-13T19:30:05,5Z",
    "WAITING-UNTIL: 2026-06-13T19:30:05.1234567890Z",
    "WAITING-UNTIL: 1",
    "WAITING-UNTIL: 1781379000",
    "WAITING-UNTIL: in 5 minutes",
    "WAITING-UNTIL: tomorrow",
    "WAITING-UNTIL: ",
    "WAITING-UNTIL:",
    "",
    // No day or time that there is.
    "WAITING-UNTIL: 2026-02-30T12:00Z",
    "WAITING-UNTIL: 2026-02-29T12:00Z",
    "WAITING-UNTIL: 2100-02-29T12:00Z",
    "WAITING-UNTIL: 2026-04-31T12:00Z",
    "WAITING-UNTIL: 2026-00-13T12:00Z",
    "WAITING-UNTIL: 2026-13-13T12:00Z",
    "WAITING-UNTIL: 2026-06-00T12:00Z",
    "WAITING-UNTIL: 2026-06-32T12:00Z",
    "WAITING-UNTIL: 2026-06-13T24:00Z",
    "WAITING-UNTIL: 2026-06-13T25:00Z",
    "WAITING-UNTIL: 2026-06-13T19:60Z",
    "WAITING-UNTIL: 2026-06-13T19:30:60Z",
    // Not the line.
    " WAITING-UNTIL: 2026-06-13T19:30Z",
    "> WAITING-UNTIL: 2026-06-13T19:30Z",
    "`WAITING-UNTIL: 2026-06-13T19:30Z`",
    "- WAITING-UNTIL: 2026-06-13T19:30Z",
    "**WAITING-UNTIL: 2026-06-13T19:30Z**",
    "I am WAITING-UNTIL: 2026-06-13T19:30Z",
    "WAITING-UNTIL: 2026-06-13T19:30Z.",
    "WAITING-UNTIL: 2026-06-13T19:30Z then I go on",
    "WAITING-UNTIL: 2026-06-13T19:30Z WAITING-UNTIL: 2026-06-13T19:40Z",
    "WAITING-UNTIL: 2026-06-13T19:30Z\nand more",
    "waiting-until: 2026-06-13T19:30Z",
    "Waiting-Until: 2026-06-13T19:30Z",
    "WAITING-UNTIL:2026-06-13T19:30Z",
    "WAITING-UNTIL:  2026-06-13T19:30Z",
    "WAITING-UNTIL:\t2026-06-13T19:30Z",
    "WAITING UNTIL: 2026-06-13T19:30Z",
    "WAITING-UNTIL: ２０２６-06-13T19:30Z",
    "WAITING-UNTIL: -2026-06-13T19:30Z",
  ])("%j is none", (line) => {
    expect(parseWait(line)).toBeNull();
  });

  it("means the very moment that the calendar says", () => {
    const moment = fc.integer({
      min: new Date(0).setUTCFullYear(0, 0, 1),
      max: Date.UTC(9999, 11, 31, 23, 59, 59, 999),
    });
    fc.assert(
      fc.property(moment, (instant) => {
        expect(parseWait(`WAITING-UNTIL: ${new Date(instant).toISOString()}`)).toBe(instant);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is none on a day that the calendar does not know", () => {
    const [year, month, day] = [
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: 0, max: 14 }),
      fc.integer({ min: 0, max: 33 }),
    ];
    const pad = (number: number, width: number) => String(number).padStart(width, "0");
    fc.assert(
      fc.property(year, month, day, (y, m, d) => {
        const date = new Date(0);
        date.setUTCFullYear(y, m - 1, d);
        const real = date.getUTCFullYear() === y && date.getUTCMonth() === m - 1 && date.getUTCDate() === d;
        const parsed = parseWait(`WAITING-UNTIL: ${pad(y, 4)}-${pad(m, 2)}-${pad(d, 2)}T00:00Z`);
        expect(parsed).toBe(real ? date.getTime() : null);
      }),
      { numRuns: 5_000 },
    );
  });

  it("is never made of any other words", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseWait(text)).toBeNull();
      }),
    );
  });

  it.each([
    ["as long as allowed", 600_000, true],
    ["a minute longer", 660_000, true],
    ["longer than that", 660_001, false],
    ["in the past", -1, true],
  ])("is credible or not: %s", (_, ahead, expected) => {
    expect(isCredible(1_000_000 + ahead, 1_000_000, 600_000)).toBe(expected);
  });
});
