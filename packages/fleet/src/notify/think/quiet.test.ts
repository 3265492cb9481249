import { describe, expect, it } from "vitest";
import type { QuietHours } from "../../fleet-file/notify.ts";
import { quietUntil } from "./quiet.ts";

const hours = (from: string, to: string, timeZone = "UTC"): QuietHours => {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { from: minutes(from), to: minutes(to), timeZone };
};

type Row = readonly [sentence: string, hours: QuietHours, now: string, until: string | null];

const NIGHT = hours("22:00", "07:00");
const BERLIN = hours("22:00", "07:00", "Europe/Berlin");

const ROWS: readonly Row[] = [
  ["a day is not quiet", NIGHT, "2026-01-10T12:00:00Z", null],
  ["the night begins with its first minute", NIGHT, "2026-01-10T22:00:00Z", "2026-01-11T07:00:00Z"],
  ["and not a second before", NIGHT, "2026-01-10T21:59:59Z", null],
  ["after midnight it ends the same day", NIGHT, "2026-01-11T03:12:34Z", "2026-01-11T07:00:00Z"],
  ["its last second is quiet", NIGHT, "2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"],
  ["its end is not", NIGHT, "2026-01-11T07:00:00Z", null],
  ["hours within a day", hours("12:00", "13:30"), "2026-01-10T12:30:00Z", "2026-01-10T13:30:00Z"],
  ["all but a minute", hours("07:01", "07:00"), "2026-01-10T07:01:00Z", "2026-01-11T07:00:00Z"],
  ["a zone of its own", BERLIN, "2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z"],
  [
    "a zone with a quarter of an hour",
    hours("22:00", "07:00", "Asia/Kathmandu"),
    "2026-01-10T20:00:00Z",
    "2026-01-11T01:15:00Z",
  ],
  [
    "in the night in which clocks go forward an hour is missing",
    BERLIN,
    "2026-03-28T21:00:00Z",
    "2026-03-29T05:00:00Z",
  ],
  [
    "in the night in which they go back one is there twice",
    BERLIN,
    "2026-10-24T20:00:00Z",
    "2026-10-25T06:00:00Z",
  ],
  [
    "an end that the clock leaps over comes with the leap",
    hours("22:00", "02:30", "Europe/Berlin"),
    "2026-03-28T23:00:00Z",
    "2026-03-29T01:00:00Z",
  ],
  [
    "an end that comes twice is the end the first time, and then it begins no second time",
    hours("22:00", "02:30", "Europe/Berlin"),
    "2026-10-24T22:00:00Z",
    "2026-10-25T00:30:00Z",
  ],
];

describe("quiet hours", () => {
  it.each(ROWS)("%s", (_, quiet, now, until) => {
    const at = quietUntil(quiet, Date.parse(now));
    expect(at === null ? null : new Date(at).toISOString().replace(".000", "")).toBe(until);
  });

  it("are none where none are said", () => {
    expect(quietUntil(null, 0)).toBeNull();
  });

  it("end at a minute that is not quiet, after minutes that all are, whenever one asks", () => {
    for (const quiet of [
      BERLIN,
      hours("01:15", "02:45", "Europe/Berlin"),
      hours("23:59", "00:01", "Australia/Lord_Howe"),
    ])
      for (
        let now = Date.parse("2026-03-27T00:07:00Z");
        now < Date.parse("2026-04-06T00:00:00Z");
        now += 41 * 60_000
      ) {
        const until = quietUntil(quiet, now);
        if (until === null) continue;
        expect(quietUntil(quiet, until)).toBeNull();
        expect(quietUntil(quiet, until - 1)).toBe(until);
        expect(until - now).toBeLessThanOrEqual(11 * 3_600_000);
      }
  });
});
