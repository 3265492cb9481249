import { expect, it } from "vitest";
import { viewOf } from "./view.ts";

const ESC = "\u001b[";

it("takes a screen without colours as it is", () => {
  expect(viewOf("❯ hello\n", "a title")).toEqual({
    screen: "❯ hello\n",
    bright: "❯ hello\n",
    title: "a title",
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
  ["a link", "\u001b]8;;http://a.invalid\u001b\\here\u001b]8;;\u001b\\", "here", "here"],
])("knows %s", (_, captured, screen, bright) => {
  expect(viewOf(captured, "")).toEqual({ screen, bright, title: "" });
});
