import { describe, expect, it } from "vitest";
import { minute, NOW, running, second } from "../../test/scene.ts";
import { evolve } from "./evolve.ts";
import { isTold, mend, retryAt } from "./failing.ts";
import type { Happening } from "./happening.ts";
import { type AgentRecord, shift } from "./record.ts";

const failed = (at: number, because: string, action = "clear"): Happening => ({
  at,
  what: "act-failed",
  action,
  because,
});

/** What is told of all that happens, by its time from now on, and the record at the end. */
function live(happenings: readonly Happening[], before: AgentRecord = running(minute)) {
  const told: number[] = [];
  let record = before;
  for (const happening of happenings) {
    if (isTold(record, happening)) told.push(happening.at - NOW);
    record = evolve(record, happening);
  }
  return { told, record };
}

const night = (count: number, every: number, because = "no server") =>
  Array.from({ length: count }, (_, nth) => failed(NOW + nth * every, because));

describe("an action that fails", () => {
  it("is told once while it fails for the same reason, and when it fails for another", () => {
    const { told } = live([
      failed(NOW, "a"),
      failed(NOW + 1, "a"),
      failed(NOW + 2, "b"),
      failed(NOW + 3, "b"),
    ]);
    expect(told).toEqual([0, 2]);
  });

  it("is told for itself, whatever else fails", () => {
    const { told } = live([failed(NOW, "a"), failed(NOW + 1, "a", "kill"), failed(NOW + 2, "a")]);
    expect(told).toEqual([0, 1]);
  });

  it("is told once an hour in a night of failures, and counted", () => {
    const { told, record } = live(night(8 * 1_800, 2 * second));
    expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((hour) => hour * 60 * minute));
    expect(mend(record, "clear", [], NOW + 480 * minute)).toEqual([
      { at: NOW + 480 * minute, what: "act-mended", action: "clear", times: 14_400, after: 480 * minute },
    ]);
  });

  it("is mended when it works, once, and told anew when it fails again", () => {
    const { record } = live([failed(NOW, "a")]);
    expect(mend(record, "kill", [], NOW)).toEqual([]);
    expect(mend(record, "clear", [failed(NOW, "a")], NOW)).toEqual([]);
    const mended = live(mend(record, "clear", [], NOW + 1), record);
    expect([mended.told, mended.record.failing]).toEqual([[1], {}]);
    expect(mend(mended.record, "clear", [], NOW + 2)).toEqual([]);
    expect(live([failed(NOW + 3, "a")], mended.record).told).toEqual([3]);
  });

  it("is forgotten with its run", () => {
    const gone: Happening = {
      at: NOW,
      what: "vanished",
      with: "session",
      failures: 1,
      blame: "agent",
      limit: null,
    };
    expect(live([failed(NOW, "a"), gone]).record.failing).toEqual({});
  });

  it("is tried again ever later, whatever the clock does", () => {
    expect(retryAt(running(minute), NOW)).toBe(NOW);
    const { record } = live(night(2, second));
    expect(
      [0, 1, 5, 60].map((later) => retryAt(record, NOW + later * second) - NOW - later * second),
    ).toEqual([50, 100, 500, 2_000]);
    const back = shift(record, -60 * minute, NOW - 60 * minute);
    expect(retryAt(back, NOW - 59 * minute)).toBe(NOW - 59 * minute + 2_000);
  });
});

it("processes that no signal kills are told when their number is another", () => {
  const killed = (at: number, processes: number): Happening => ({ at: NOW + at, what: "killed", processes });
  expect(live([killed(0, 3), killed(1, 1), killed(2, 1), killed(3, 1)]).told).toEqual([0, 1]);
});
