import { describe, expect, it } from "vitest";
import { agentIs, boardOf, statusOf } from "../../test/board.ts";
import { type Key, press } from "./press.ts";
import type { Board } from "./rows.ts";
import { BEGINNING, type Errand, type State } from "./state.ts";
import { sightOf } from "./view.ts";

const SIZE = { columns: 80, rows: 24 };
const BOARD = boardOf({
  shop: statusOf([agentIs("builder", "working"), agentIs("hello", "asking", { why: "asks: Trust?" })]),
  blog: statusOf([agentIs("writer", "ready")]),
});

const NAMED = /^(up|down|left|right|return|escape|space|home|end|pageup|pagedown|backspace|ctrl-.)$/;
const keyOf = (word: string): Key =>
  NAMED.test(word)
    ? { is: "key", name: word }
    : word.startsWith("paste:")
      ? { is: "paste", text: word.slice(6) }
      : { is: "text", text: word };

/** What comes of typing these, and the errands on the way. */
function type(words: readonly string[], board: Board = BOARD, state: State = BEGINNING) {
  const errands: Errand[] = [];
  let now = state;
  for (const word of words) {
    const step = press(now, keyOf(word), sightOf(board, now, SIZE));
    now = step.state;
    if (step.errand !== null) errands.push(step.errand);
  }
  return { state: now, errands, rows: sightOf(board, now, SIZE).rows.map(({ key }) => key) };
}

const of = { project: "shop", agent: "hello" };

describe("a key in the list", () => {
  it.each<[string, readonly string[], string | null]>([
    ["goes down", ["down"], "shop/builder"],
    ["goes up, and not beyond the first", ["k", "up", "up"], "shop"],
    ["goes to the last, and not beyond it", ["G", "j"], "blog/writer"],
    ["goes back to the first", ["end", "home"], "shop"],
    ["closes a project, and stands on it", ["left"], "shop"],
    ["opens it again", ["left", "right", "down"], "shop/hello"],
  ])("%s", (_sentence, words, selected) => {
    expect(type(words).state.selected).toBe(selected);
  });

  it("closes and opens what it stands on", () => {
    expect(type(["left"]).rows).toEqual(["shop", "blog", "blog/writer"]);
    expect(type(["left", "return"]).rows).toEqual(type([]).rows);
    expect(type(["space"]).rows).toEqual(["shop", "blog", "blog/writer"]);
  });

  it.each<[string, readonly string[], readonly Errand[]]>([
    ["attaches to who needs a person most, at once", ["return"], [{ do: "attach", ...of, readOnly: false }]],
    ["only looks", ["v"], [{ do: "attach", ...of, readOnly: true }]],
    ["asks why", ["w"], [{ do: "read", what: "why", ...of }]],
    ["reads a log, a project's too", ["l"], [{ do: "read", what: "logs", ...of }]],
    ["reads the log of a project", ["up", "l"], [{ do: "read", what: "logs", project: "shop", agent: null }]],
    ["leaves", ["q"], [{ do: "quit", exit: 0 }]],
    ["is interrupted, wherever it is", ["?", "ctrl-c"], [{ do: "quit", exit: 130 }]],
    ["restarts after a yes", ["r", "y"], [{ do: "restart", ...of }]],
    ["restarts nothing after anything else", ["r", "r", "r", "return", "r", "escape"], []],
    ["restarts a whole project", ["up", "r", "y"], [{ do: "restart", project: "shop", agent: null }]],
    [
      "sends what is typed",
      ["s", "g", "o", "space", "n", "x", "backspace", "return"],
      [{ do: "send", ...of, text: "go n" }],
    ],
    ["sends nothing that is empty", ["s", "space", "return", "escape"], []],
    ["does nothing that was pasted", ["paste:q\nr\ny\n"], []],
    [
      "sends what was pasted as one line, and only after Enter",
      ["s", "paste:one\ntwo", "return"],
      [{ do: "send", ...of, text: "one two" }],
    ],
    [
      "sends to all of a project",
      ["up", "s", "paste:hello", "return"],
      [{ do: "send", project: "shop", agent: null, text: "hello" }],
    ],
    ["looks at no project", ["up", "v"], []],
    ["does nothing that it does not know", ["x", "F", "1"], []],
  ])("%s", (_sentence, words, errands) => {
    expect(type(words).errands).toEqual(errands);
  });

  it("does nothing where there is nothing", () => {
    const none: Board = { looked: true, projects: [], happened: [] };
    expect(type(["return", "down", "r", "y", "s", "w", "l", "v", "space"], none).errands).toEqual([]);
  });
});

describe("the filter", () => {
  it("leaves the lines that have all its words, while it is typed", () => {
    expect(type(["/", "a", "s", "k"]).rows).toEqual(["shop", "shop/hello"]);
    expect(type([..."/w", "space", ..."rite"]).rows).toEqual(["blog", "blog/writer"]);
    expect(type([..."/blog"]).rows).toEqual(["blog", "blog/writer"]);
    expect(type([..."/nothing"]).rows).toEqual([]);
  });

  it("is kept by Enter, taken back by Esc, and gone by Esc in the list", () => {
    expect(type(["/", "a", "return"]).state).toMatchObject({ filter: "a", mode: { is: "list" } });
    expect(type(["/", "a", "return", "/", "b", "escape"]).state.filter).toBe("a");
    expect(type(["/", "a", "return", "escape"]).state.filter).toBe("");
  });
});

describe("what is selected", () => {
  it("stays it wherever it goes, and is its neighbour when it is gone", () => {
    const { state } = type(["down"]);
    expect(state.selected).toBe("shop/builder");
    const other = boardOf({
      blog: statusOf([agentIs("writer", "asking")]),
      shop: statusOf([agentIs("hello", "ready"), agentIs("builder", "working")]),
    });
    expect(type(["w"], other, state).errands).toMatchObject([{ agent: "builder" }]);
    const without = boardOf({ shop: statusOf([agentIs("hello", "ready")]), blog: statusOf([]) });
    expect(type(["w"], without, state).errands).toMatchObject([{ project: "blog", agent: null }]);
  });

  it("is fixed by the first key that is about it, whoever comes first then", () => {
    const { state } = type(["r"]);
    const other = boardOf({ blog: statusOf([agentIs("writer", "failed")]) });
    expect(type(["y"], other, state).errands).toEqual([{ do: "restart", ...of }]);
  });
});

describe("a text", () => {
  const long = Array.from({ length: 100 }, (_, nth) => `${nth}`).join("\n");
  const at = (top: number | "end", what: "why" | "logs"): State => ({
    ...BEGINNING,
    mode: { is: "text", title: "t", reading: { do: "read", what, ...of }, text: long, top },
  });

  it.each<[string, State, readonly string[], number | "end"]>([
    ["scrolls by lines", at(0, "why"), ["down", "j", "k"], 1],
    ["scrolls by pages", at(0, "why"), ["pagedown", "space"], 42],
    ["stops at its end", at(0, "why"), ["G", "down"], 78],
    ["leaves the end of a log by going up", at("end", "logs"), ["up"], 77],
    ["stays at the end of a log that it has come to", at(0, "logs"), ["end"], "end"],
  ])("%s", (_sentence, state, words, top) => {
    expect(type(words, BOARD, state).state.mode).toMatchObject({ top });
  });

  it("is closed by q and by Esc, and nothing else ends with it", () => {
    for (const key of ["q", "escape"]) {
      const { state, errands } = type([key], BOARD, at(0, "why"));
      expect([state.mode, errands]).toEqual([{ is: "list" }, []]);
    }
  });
});
