import fc from "fast-check";
import { expect, it } from "vitest";
import { anyText } from "../../test/any-text.ts";
import { digest } from "./digest.ts";

it("names a text, the same text always alike", () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(digest(text)).toMatch(/^[0-9a-f]{28}$/);
      expect(digest(`${text}`)).toBe(digest(text));
    }),
  );
  expect(digest("")).not.toBe(digest(" "));
});

it("tells a hundred thousand screens apart that differ in a number", () => {
  const names = new Set(Array.from({ length: 100_000 }, (_, index) => digest(`* working (${index}s)\n❯`)));
  expect(names.size).toBe(100_000);
});
