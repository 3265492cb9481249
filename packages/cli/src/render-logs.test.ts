import type { LogLine } from "@fleet/fleet";
import { expect, it } from "vitest";
import { createLogPrinter } from "./render-logs.ts";

const AT = Date.parse("2026-11-21T23:59:58Z");
const said = (text: string, more: Partial<LogLine> = {}): LogLine => ({
  at: AT,
  agent: "ada",
  who: "agent",
  text,
  ...more,
});

const print = (lines: readonly LogLine[], manner: Partial<Parameters<typeof createLogPrinter>[0]> = {}) =>
  lines.map(createLogPrinter({ names: false, json: false, color: false, ...manner })).join("");

it("says when and who, keeps lines together, and tells a day when it begins", () => {
  expect(
    print([
      said("one\r\ntwo\n\n"),
      said("three", { at: AT + 5_000, who: "you" }),
      said("four", { at: null, who: "tool" }),
    ]),
  ).toBe(
    `-- 2026-11-21 --
23:59:58Z  agent  one
                  two
-- 2026-11-22 --
00:00:03Z  you    three
           tool   four
`,
  );
});

it("says of a terminal only what it showed, and whose it is where there are several", () => {
  expect(
    print([said("a\u0007b", { who: "terminal" }), said("hi", { agent: "\u001b[2J" })], { names: true }),
  ).toBe("-- 2026-11-21 --\n23:59:58Z  ada           a\\u{7}b\n23:59:58Z  \\u{1b}[2J     agent  hi\n");
});

it("colours for eyes, and leaves for scripts everything as it was said", () => {
  expect(print([said("x", { who: "tool" })], { color: true })).toContain("\u001b[2mtool   x\u001b[22m");
  expect(JSON.parse(print([said("a\u0007\nb")], { json: true }))).toEqual({
    ...{ at: "2026-11-21T23:59:58.000Z", agent: "ada", who: "agent", text: "a\u0007\nb" },
  });
});
