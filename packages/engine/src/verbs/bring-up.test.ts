import { expect, it } from "vitest";
import { isHopeless, pauseAfter } from "./bring-up.ts";

it.each([
  [15_001, "no Node here", true],
  [15_000, "no Node here", false],
  [15_001, "", false],
  [120_000, "", false],
  [120_001, "", true],
])("after %i ms, and the words %j, the start of a watchdog is given up: %s", (waited, news, given) => {
  expect(isHopeless(waited, news)).toBe(given);
});

it.each([
  [1, 50],
  [30, 120],
  [2_000, 1_000],
])("after a look that took %i ms the next one is %i ms away", (look, pause) => {
  expect(pauseAfter(look)).toBe(pause);
});
