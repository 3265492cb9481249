import { expect, it } from "vitest";
import { viewOf } from "./view.ts";

const ESC = "\u001b[";

it("takes a screen without colours as it is", () => {
  expect(viewOf("❯ hello\n", "a title", 7)).toEqual({
    screen: "❯ hello\n",
    bright: "❯ hello\n",
    title: "a title",
    at: 7,
  });
});

it.each([
  ["faint words", `❯ ${ESC}2mTry this${ESC}0m now`, "❯ Try this now", "❯          now"],
  ["faint words to the line's end", `${ESC}2mTry\nthis${ESC}22m!`, "Try\nthis!", "   \n    !"],
  ["words that are faint and red", `${ESC}31;2mTry${ESC}m!`, "Try!", "   !"],
  ["a colour that has a 2 in it", `${ESC}38;5;2mTry${ESC}0m`, "Try", "Try"],
  ["a true colour that begins with a 2", `${ESC}48;2;2;2;2mTry${ESC}39mthis`, "Trythis", "Trythis"],
  ["faint words behind a colour", `${ESC}38;2;1;2;3;2mTry`, "Try", "   "],
  ["bold words", `${ESC}1mTry${ESC}0m`, "Try", "Try"],
  ["faint words behind a cursor", `❯ ${ESC}7mT${ESC}0;2mry this${ESC}0m`, "❯ Try this", "❯         "],
  ["a cursor on a word", `❯ ${ESC}7mT${ESC}0mry this`, "❯ Try this", "❯ Try this"],
  ["a link", "\u001b]8;;http://a.invalid\u001b\\here\u001b]8;;\u001b\\", "here", "here"],
])("knows %s", (_, captured, screen, bright) => {
  expect(viewOf(captured, "", 7)).toEqual({ screen, bright, title: "", at: 7 });
});
