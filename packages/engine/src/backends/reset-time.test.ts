import { expect, it } from "vitest";
import { parseReset } from "./reset-time.ts";

const at = (iso: string) => Date.parse(iso);
const NOON = "2026-11-21T12:00:00Z";

it.each([
  ["resets 5:33am (UTC)", NOON, "2026-11-22T05:33:00Z"],
  ["resets 5:33pm (UTC)", NOON, "2026-11-21T17:33:00Z"],
  ["resets 12am (UTC)", NOON, "2026-11-22T00:00:00Z"],
  ["resets 12:30pm (UTC)", NOON, "2026-11-21T12:30:00Z"],
  ["resets 5am (Europe/Berlin)", NOON, "2026-11-22T04:00:00Z"],
  ["continuing automatically at 5:33am (America/New_York) · esc to cancel", NOON, "2026-11-22T10:33:00Z"],
  ["resets Nov 24, 5am (UTC)", NOON, "2026-11-24T05:00:00Z"],
  ["resets Jan 2, 5am (UTC)", NOON, "2027-01-02T05:00:00Z"],
  ["try again at Nov 24th, 2026 5:33 PM (UTC)", NOON, "2026-11-24T17:33:00Z"],
  ["try again in 2 hours 5 minutes.", NOON, "2026-11-21T14:05:00Z"],
  ["try again in 4 days, 3 hours, 1 minute", NOON, "2026-11-25T15:01:00Z"],
  // It has just passed: that is no day from now.
  ["resets 11:55am (UTC)", NOON, "2026-11-21T11:55:00Z"],
  // The clocks change in the night between.
  ["resets 5am (Europe/Berlin)", "2026-10-24T20:00:00Z", "2026-10-25T04:00:00Z"],
  ["resets 5am (Europe/Berlin)", "2026-03-28T20:00:00Z", "2026-03-29T03:00:00Z"],
  // It is another day there already.
  ["resets 9am (Asia/Tokyo)", "2026-11-21T20:00:00Z", "2026-11-22T00:00:00Z"],
])("%s, said at %s, is %s", (text, said, expected) => {
  expect(new Date(parseReset(text, at(said)) ?? 0).toISOString()).toBe(new Date(expected).toISOString());
});

it.each([
  "",
  "resets soon",
  "resets 13pm (UTC)",
  "resets 5:99am (UTC)",
  "resets 5am (Mars/Olympus)",
  "in a while",
])("%j says no time", (text) => {
  expect(parseReset(text, at(NOON))).toBeNull();
});

it("counts by the machine's own clock where no zone is named", () => {
  const local = new Date(2026, 10, 21, 12, 0);
  expect(parseReset("resets 5:33pm", local.getTime())).toBe(new Date(2026, 10, 21, 17, 33).getTime());
});
