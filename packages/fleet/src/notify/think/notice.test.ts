import { expect, it } from "vitest";
import { bounded, type Notice, textOf, titleOf, withinBytes } from "./notice.ts";

const notice = (more: Partial<Notice>): Notice => ({
  id: "n",
  event: "needs-human",
  project: "demo",
  agent: "builder",
  at: 0,
  text: "asks: Trust it?",
  command: "fleet why demo builder",
  ...more,
});

const DONE = notice({
  event: "phase-done",
  agent: null,
  text: "phase one is done",
  command: "fleet status demo",
});

it("says one notice in a title and a sentence, and what to type", () => {
  const delivery = { id: "d", at: 0, notices: [notice({})] };
  expect(titleOf(delivery)).toBe("demo/builder needs you");
  expect(textOf(delivery)).toBe("demo/builder asks: Trust it?\ntype: fleet why demo builder");
});

it("says of several the pressing one first, and how many more there are", () => {
  const delivery = { id: "d", at: 0, notices: [DONE, notice({ at: 5 })] };
  expect(titleOf(delivery)).toBe("demo/builder needs you (and 1 more)");
  expect(textOf(delivery)).toBe(
    "demo/builder asks: Trust it?\ndemo: phase one is done\ntype: fleet why demo builder",
  );
});

it("says of many the first ten, and the number of the others", () => {
  const notices = Array.from({ length: 22 }, (_, nth) => notice({ agent: `a${nth}`, at: nth }));
  const lines = textOf({ id: "d", at: 0, notices }).split("\n");
  expect([lines.length, lines[9], lines[10], lines[11]]).toEqual([
    12,
    "demo/a9 asks: Trust it?",
    "12 more",
    "type: fleet why demo builder",
  ]);
});

it("makes one short line of whatever an agent shows", () => {
  expect(bounded("  Trust\n\tthis\u001b[31m folder?\u202e ")).toBe("Trust this\\u{1b}[31m folder?\\u{202e}");
  const long = bounded(`${"x".repeat(298)}👍👍`);
  expect([long.length, long.endsWith("x…"), long.isWellFormed()]).toEqual([299, true, true]);
});

it("leaves out the last lines of what is too long for a phone", () => {
  expect(withinBytes("größe\nzwei\ndrei", 12)).toBe("größe\nzwei");
  expect(withinBytes("größe\nzwei\ndrei", 11)).toBe("größe");
  expect(withinBytes("größe", 3)).toBe("größe");
});
