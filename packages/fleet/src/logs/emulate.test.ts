import { expect, it } from "vitest";
import { createEmulator } from "./emulate.ts";

/** What a terminal of twenty columns and four rows showed of these, each printed at its time. */
async function shown(...printed: readonly (readonly [at: number, text: string])[]) {
  const emulator = await createEmulator({ columns: 20, rows: 4 });
  const lines = [];
  for (const [at, text] of printed) {
    await emulator.print(text, at);
    lines.push(...emulator.settled());
  }
  lines.push(...emulator.rest());
  emulator.dispose();
  return lines.map(({ at, text }) => `${at} ${text}`);
}

it("shows what a line came to, not each turn of a wheel", async () => {
  const wheel = Array.from({ length: 500 }, (_, turn) => `\r${"|/-\\"[turn % 4]} working`).join("");
  expect(await shown([1, `${wheel}\r\u001b[Kdone\r\n`], [2, "next\r\n"])).toEqual(["1 done", "2 next"]);
});

it("has each line once, however far it scrolls, with the time at which it was so", async () => {
  const lines = Array.from({ length: 30_000 }, (_, nth) => `line ${nth}`);
  const told = await shown(
    [1, `${lines.slice(0, 10).join("\r\n")}\r\n`],
    [2, `${lines.slice(10).join("\r\n")}\r\n`],
  );
  expect(told).toEqual(lines.map((line, nth) => `${nth < 10 ? 1 : 2} ${line}`));
});

it("joins what was too long for a row, and loses no blank in it", async () => {
  const long = `${"word ".repeat(11)}end`;
  expect(await shown([1, `${long}\r\nshort`])).toEqual([`1 ${long}`, "1 short"]);
});

it("follows a program that draws over what it drew before", async () => {
  expect(
    await shown([1, "one\r\n* working\r\n> "], [2, "\r\u001b[K\u001b[A\r\u001b[Ktwo\r\n* working\r\n> "]),
  ).toEqual(["1 one", "2 two", "2 * working", "2 >"]);
});

it("tells each line's own time, also of one that says the same as another", async () => {
  expect(await shown([1, "same\r\n"], [2, "same\r\n"], [3, "more\r\n"])).toEqual([
    "1 same",
    "2 same",
    "3 more",
  ]);
});

it("knows its lines again when somebody made the terminal smaller", async () => {
  const emulator = await createEmulator({ columns: 20, rows: 4 });
  await emulator.print("one\r\ntwo\r\n", 1);
  emulator.resize({ columns: 10, rows: 3 });
  await emulator.print("a long line of words\r\n", 2);
  expect(emulator.rest().map(({ at, text }) => `${at} ${text}`)).toEqual([
    "1 one",
    "1 two",
    "2 a long line of words",
  ]);
  emulator.dispose();
});

it("shows a screen of a program's own while it stands, and nothing of it afterwards", async () => {
  expect(await shown([1, "before\r\n\u001b[?1049h\u001b[2J\u001b[Hfull screen"])).toEqual([
    "1 before",
    "null full screen",
  ]);
  expect(await shown([1, "before\r\n\u001b[?1049hfull\u001b[?1049l"], [2, "after"])).toEqual([
    "1 before",
    "2 after",
  ]);
});

it("gives to who watches the lines that stand still, and those that were written over once more", async () => {
  const emulator = await createEmulator({ columns: 20, rows: 4 });
  const texts = (now: number) => emulator.quiet(now).map(({ text }) => text);
  await emulator.print("one\r\n* working\r\n> ", 1);
  expect(texts(Date.now())).toEqual([]);
  const later = Date.now() + 60_000;
  expect(texts(later)).toEqual(["one", "* working"]);
  await emulator.print("\r\u001b[K\u001b[A\r\u001b[Ktwo\r\n> ", 2);
  expect(texts(later + 60_000)).toEqual(["two"]);
  expect(texts(later + 90_000)).toEqual([]);
  emulator.dispose();
});

it("loses nothing but what a program wiped away when it is flooded, or told to forget", async () => {
  expect(await shown([1, "kept?\r\n\u001b[3J\u001b[2J\u001b[Hnew"])).toEqual(["1 new"]);
  const flood = await shown([1, "\n".repeat(70_000)], [2, "end"]);
  expect(flood.at(-1)).toBe("2 end");
});
