import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { Delay, Duration } from "./checked.ts";

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const WEEK = 7 * 24 * UNITS.h;
const unit = fc.constantFrom("ms", "s", "m", "h");
const read = (value: unknown, rule: typeof Duration = Duration) => {
  const parsed = rule.safeParse(value);
  return parsed.success ? parsed.data : null;
};

describe("a duration", () => {
  it.each([
    ["1ms", 1],
    ["30s", 30_000],
    ["005s", 5_000],
    ["90s", 90_000],
    ["5m", 300_000],
    ["168h", WEEK],
    ["604800000ms", WEEK],
  ])("of %j is %i ms", (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ...["", " ", "5", "s", "m5", "5 m", " 5m", "5m ", "5m\n", "5M", "5S", "5min", "5sec", "5d", "1w", "5y"],
    ...[
      "1.5h",
      "1,5h",
      ".5h",
      "1e3s",
      "0x10s",
      "1_000s",
      "+5s",
      "-5s",
      "--5s",
      "5s5",
      "1h30m",
      "PT5M",
      "5:00",
    ],
    ...["soon", "forever", "inf", "NaN", "Infinitys", "٥s", "５s", "5ｓ", "5s;id", "$5s", "0s", "0ms", "00h"],
    ...["169h", "10081m", "604800001ms", `${"9".repeat(400)}h`],
  ])("is not %j", (text) => {
    expect(read(text)).toBe(null);
  });

  it.each([[5], [0], [1.5], [Number.NaN], [true], [null], [undefined], [[]], [["5s"]], [{}], [new Date(0)]])(
    "is no text: %j",
    (value) => {
      expect(read(value)).toBe(null);
    },
  );

  it("is what it says, up to a week, and is refused beyond", () => {
    fc.assert(
      fc.property(fc.oneof(fc.nat(1_000), fc.nat(2 ** 31)), unit, (amount, word) => {
        const expected = amount * UNITS[word as keyof typeof UNITS];
        expect(read(`${amount}${word}`)).toBe(expected > 0 && expected <= WEEK ? expected : null);
        expect(read(`${amount}${word}`, Delay)).toBe(expected <= WEEK ? expected : null);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is made of nothing but digits and a unit", () => {
    const nearly = fc.stringMatching(/^[-+ .,0-9a-z]{0,8}$/);
    fc.assert(
      fc.property(fc.oneof(nearly, anyText(12)), (text) => {
        if (read(text) !== null) expect(text).toMatch(/^[0-9]+(ms|s|m|h)$/);
      }),
      { numRuns: 3_000 },
    );
  });
});
