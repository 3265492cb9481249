import type { Passage } from "@fleet/engine";
import { expect, it } from "vitest";
import { createListener } from "./listen.ts";

const say = (...passages: readonly Passage[]) => {
  const listener = createListener("ada");
  const heard = passages.flatMap((passage) => listener.hear(passage));
  const line = ({ at, who, text }: (typeof heard)[number]) => `${at} ${who} ${text}`;
  return { heard: heard.map(line), rest: listener.rest().map(line) };
};

const called = (key: string, at: number | null = 2): Passage => ({
  key,
  at,
  is: "called",
  tool: key,
  what: `ran: ${key}`,
});
const answered = (tool: string, lines: number, failed = false): Passage => ({
  ...{ key: `${tool} answer`, at: 9, is: "answered", tool, lines, failed },
});
const said = (key: string, text: string, at: number | null = 1): Passage => ({
  key,
  at,
  is: "said",
  by: "agent",
  text,
});

it("folds a tool and its answer into one line, at the time of the call", () => {
  expect(
    say(said("a", "go"), called("ls"), called("rm"), answered("rm", 1, true), answered("ls", 12)),
  ).toEqual({
    heard: ["1 agent go", "2 tool ran: rm  → failed, 1 line", "2 tool ran: ls  → 12 lines"],
    rest: [],
  });
});

it("says once what is noted twice, a tool too", () => {
  const twice = [said("a", "go"), called("ls"), answered("ls", 0)];
  expect(say(...twice, ...twice)).toEqual({ heard: ["1 agent go", "2 tool ran: ls  → nothing"], rest: [] });
});

it("knows what has not answered yet, and says nothing of an answer without a call", () => {
  expect(say(called("ls"), answered("rm", 3))).toEqual({ heard: [], rest: ["2 tool ran: ls  → no answer"] });
});

it("takes what has no time for as old as what came before it", () => {
  expect(
    say(said("a", "one", 5), said("b", "two", null), called("ls", null), answered("ls", 2)).heard,
  ).toEqual(["5 agent one", "5 agent two", "5 tool ran: ls  → 2 lines"]);
});
