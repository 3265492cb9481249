import { describe, expect, it } from "vitest";
import { agentOf, minute, NOW, running, says, scene, second, seenFor } from "../../test/scene.ts";
import { assess } from "../watch/assess.ts";
import { foresee } from "./foresee.ts";

describe("of an agent that declared to wait, what comes next", () => {
  const waiting = (moved: number, grace = 0, watch: "heal" | "heal+stall" = "heal+stall") => {
    const wait = { until: NOW + 5 * minute, declared: NOW - minute, moved };
    const one = scene({
      agent: agentOf("loop", watch),
      record: running(9 * minute, { seen: seenFor(minute, undefined, { wait }) }),
      sighting: says("WAITING-UNTIL: 2026-06-13T12:05:00Z"),
      grace,
    });
    return foresee(assess(one, NOW), one);
  };

  it("comes when its wait and its grace are over", () => {
    expect(waiting(0).at).toBe(NOW + 5 * minute + 180 * second);
  });

  it("comes by the clock as it is now, where that was set since", () => {
    expect(waiting(60 * minute).at).toBe(NOW + 65 * minute + 180 * second);
    expect(waiting(-4 * minute).at).toBe(NOW + minute + 180 * second);
  });

  it("does not come before the grace that a jump of the clock gives", () => {
    expect(waiting(0, NOW + 13 * minute).at).toBe(NOW + 13 * minute);
  });

  it("is nothing where nobody watches for stalls", () => {
    expect(waiting(0, 0, "heal").at).toBe(null);
  });
});

it("of an agent whose wait is too long to be one, its silence counts", () => {
  const wait = { until: NOW + 60 * minute, declared: NOW - minute, moved: 0 };
  const one = scene({
    record: running(9 * minute, { seen: seenFor(minute, undefined, { wait }) }),
    sighting: says("WAITING-UNTIL: 2026-06-13T13:00:00Z"),
  });
  expect(foresee(assess(one, NOW), one).at).toBe(NOW - minute + one.policy.stall_idle);
});

it("of an agent with whom nothing may be begun, nothing comes before that is over", () => {
  const restraint = { by: "hold", because: "on hold", until: NOW + minute } as const;
  const one = scene({
    restraint,
    record: running(9 * minute, { seen: seenFor(minute) }),
    sighting: says(""),
  });
  expect(foresee(assess(one, NOW), one)).toEqual({
    text: "whatever is due is begun when that is over",
    at: NOW + minute,
  });
});
