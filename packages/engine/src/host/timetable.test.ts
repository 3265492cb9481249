import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timetableOf } from "./timetable.ts";

const iso = (instant: number | null | undefined) =>
  instant == null ? null : `${new Date(instant).toISOString().slice(0, 16)}Z`;
const at = (text: string) => Date.parse(text);

async function between(cron: string, tz: string, from: string, to: string) {
  const timetable = await timetableOf({ cron, tz });
  const slots: (string | null)[] = [];
  for (let slot = timetable.next(at(from)); slot !== null && slot < at(to); slot = timetable.next(slot))
    slots.push(iso(slot));
  return slots;
}

describe("a timetable", () => {
  it("counts a moment to the slots until then, and not to the next", async () => {
    const weekly = await timetableOf({ cron: "0 3 * * 6", tz: "UTC" });
    const slot = at("2026-06-13T03:00Z");
    expect([slot - 1, slot, slot + 1, slot + 999].map((now) => iso(weekly.last(1, now)[0]))).toEqual([
      "2026-06-06T03:00Z",
      ...Array(3).fill("2026-06-13T03:00Z"),
    ]);
    expect([slot - 1, slot, slot + 1].map((now) => iso(weekly.next(now)))).toEqual([
      "2026-06-13T03:00Z",
      "2026-06-20T03:00Z",
      "2026-06-20T03:00Z",
    ]);
    expect(weekly.last(3, slot).map(iso)).toEqual([
      "2026-05-30T03:00Z",
      "2026-06-06T03:00Z",
      "2026-06-13T03:00Z",
    ]);
  });

  it("has no slot on a day that never comes", async () => {
    const never = await timetableOf({ cron: "0 0 31 2 *", tz: "UTC" });
    expect([never.last(1, at("2026-06-13T00:00Z")), never.next(at("2026-06-13T00:00Z"))]).toEqual([[], null]);
  });

  it("knows leap days", async () => {
    const days = await between("30 2 29 2 *", "UTC", "2026-01-01T00:00Z", "2037-01-01T00:00Z");
    expect(days).toEqual(["2028-02-29T02:30Z", "2032-02-29T02:30Z", "2036-02-29T02:30Z"]);
  });

  it.each([
    [
      "runs right after the gap what would fall into it",
      "30 2 * * *",
      "2026-03-28T12:00Z",
      "2026-03-30T12:00Z",
      ["2026-03-29T01:00Z", "2026-03-30T00:30Z"],
    ],
    [
      "runs once what comes twice",
      "30 2 * * *",
      "2026-10-24T12:00Z",
      "2026-10-26T12:00Z",
      ["2026-10-25T00:30Z", "2026-10-26T01:30Z"],
    ],
    [
      "runs a list of hours once too",
      "30 2,14 * * *",
      "2026-10-24T20:00Z",
      "2026-10-25T20:00Z",
      ["2026-10-25T00:30Z", "2026-10-25T13:30Z"],
    ],
    [
      "runs in each real hour what comes every hour",
      "30 * * * *",
      "2026-10-24T23:00Z",
      "2026-10-25T03:00Z",
      ["2026-10-24T23:30Z", "2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"],
    ],
  ])("in Berlin %s", async (_, cron, from, to, expected) => {
    expect(await between(cron, "Europe/Berlin", from, to)).toEqual(expected);
  });

  const ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
  ];
  const two = (most: number) =>
    fc.uniqueArray(fc.nat(most), { minLength: 1, maxLength: 2 }).map((list) => list.join());

  const localIn = (tz: string) => {
    const format = new Intl.DateTimeFormat("sv", { timeZone: tz, dateStyle: "short", timeStyle: "short" });
    return (slot: number) => format.format(slot);
  };

  it.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])(
    "gives each day of ten years one slot in %s",
    async (tz) => {
      const timetable = await timetableOf({ cron: "15 2 * * *", tz });
      const local = localIn(tz);
      const days: string[] = [];
      const end = at("2036-01-01T00:00Z");
      for (let slot = timetable.next(at("2026-01-01T00:00Z")); slot !== null && slot < end; ) {
        days.push(local(slot).slice(0, 10));
        slot = timetable.next(slot);
      }
      expect(days.length).toBeGreaterThanOrEqual(3651);
      expect(new Set(days).size).toBe(days.length);
    },
    20_000,
  );

  it("gives a local slot once, forwards as backwards", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...ZONES),
        fc.nat(3650),
        fc.tuple(
          fc.nat(59).map(String),
          two(23),
          fc.constantFrom("*", "29", "1,31"),
          fc.constantFrom("*", "2,3,10", "*/4"),
          fc.constantFrom("*", "0", "6"),
        ),
        async (tz, day, fields) => {
          const timetable = await timetableOf({ cron: fields.join(" "), tz });
          const local = localIn(tz);
          const seen: string[] = [];
          let before = at("2026-01-01T00:00Z") + day * 86_400_000;
          for (let slot = timetable.next(before); slot !== null && seen.length < 40; ) {
            expect(slot).toBeGreaterThan(before);
            expect(timetable.last(1, slot)).toEqual([slot]);
            seen.push(local(slot));
            before = slot;
            slot = timetable.next(slot);
          }
          expect(new Set(seen).size).toBe(seen.length);
        },
      ),
      { numRuns: 60 },
    );
  }, 20_000);
});
