import { expect, it } from "vitest";
import { type Doing, type Stretch, slicesOf } from "./timeline.ts";

const window = { from: 0, to: 100 };
const slices = (count: number, ...stretches: readonly (readonly [number, number, Doing])[]) =>
  slicesOf(
    stretches.map(([from, to, is]): Stretch => ({ from, to, is })),
    window,
    count,
  );

it.each<[string, Parameters<typeof slices>, readonly (Doing | null)[]]>([
  ["nothing where nothing is known", [2], [null, null]],
  [
    "what fills most of it",
    [2, [0, 30, "working"], [30, 50, "waiting"], [50, 100, "waiting"]],
    ["working", "waiting"],
  ],
  ["what is loud, though it is short", [2, [0, 39, "working"], [39, 50, "limited"]], ["limited", null]],
  ["not what is loud for a moment", [1, [0, 95, "working"], [95, 100, "limited"]], ["working"]],
  ["a stretch over many", [4, [10, 90, "down"]], ["down", "down", "down", "down"]],
  ["a stretch up to the very end", [4, [75, 100, "failed"]], [null, null, null, "failed"]],
])("a slice shows %s", (_, given, expected) => {
  expect(slices(...given)).toEqual(expected);
});
