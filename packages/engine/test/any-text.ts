import fc from "fast-check";

const character = (max: number) => fc.integer({ min: 0, max }).map((point) => String.fromCodePoint(point));

/** Any text at all: control characters, half surrogate pairs and all. Quicker to set up than fast-check's own "binary". */
export const anyText = (maxLength = 40): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.oneof(character(0x7f), character(0xff), character(0xffff), character(0x10ffff)),
    maxLength,
  });
