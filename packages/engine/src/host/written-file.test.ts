import { expect, it } from "vitest";
import { readSteadily } from "./written-file.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

it.each([
  ["once when nobody touches it", [1, 1], ["whole"], "whole"],
  ["once more when it is written meanwhile", [1, 2], ["ha", "whole"], "whole"],
  ["not a third time, for whoever writes without an end", [1, 2, 3, 4], ["h", "ha", "whole"], "ha"],
] as const)("a file is read %s", (_, times, contents, expected) => {
  const looks = [...times];
  const reads = [...contents];
  const read = readSteadily(
    () => ({ mtimeMs: looks.shift() ?? 0, size: 5 }),
    () => bytes(reads.shift() ?? ""),
  );
  expect(new TextDecoder().decode(read)).toBe(expected);
});
