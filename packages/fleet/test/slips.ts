/** The same numbers for the same seed, on every machine. */
export function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const PIECES = [
  ...[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    '"',
    "'",
    '"""',
    "'''",
    "#",
    "\\",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
  ],
  ...[
    "0",
    "-1",
    "1e9",
    "nan",
    "inf",
    "true",
    "1979-05-27",
    "25:00",
    "0x",
    "_",
    "é",
    "😀",
    "日本",
    "\u202e",
    "\ufeff",
  ],
  ...["\u0000", "\u001b", "__proto__", "constructor", "$HOME", "~", "../", "-rf", "name", "a.b.c", "\\u0000"],
].map((piece) => new TextEncoder().encode(piece));
const BROKEN = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xe2, 0x82]].map((bytes) =>
  Uint8Array.from(bytes),
);

/** One to three slips: something is put in, taken out, doubled or moved. */
export function mutate(bytes: Uint8Array, roll: (sides: number) => number): Uint8Array {
  let text = Buffer.from(bytes);
  for (let slips = 1 + roll(3); slips > 0; slips--) {
    const at = roll(text.length + 1);
    const length = roll(4) === 0 ? roll(120) : roll(6);
    const cut = text.subarray(at, at + length);
    const piece = (roll(20) === 0 ? BROKEN[roll(BROKEN.length)] : PIECES[roll(PIECES.length)]) ?? cut;
    const middle = [piece, new Uint8Array(), Buffer.concat([cut, cut]), Buffer.concat([piece, cut, piece])][
      roll(4)
    ];
    const rest = Buffer.concat([text.subarray(0, at), middle ?? cut, text.subarray(at + length)]);
    const to = roll(rest.length + 1);
    text = roll(6) === 0 ? Buffer.concat([rest.subarray(0, to), cut, rest.subarray(to)]) : rest;
  }
  return text;
}
