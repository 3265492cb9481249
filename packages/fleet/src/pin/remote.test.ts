import { describe, expect, it } from "vitest";
import { lastLine, moveCommands, movedTo } from "./remote.ts";

describe("git's words", () => {
  it.each([
    [
      "of a redirect",
      "warning: redirecting to https://new.example.org/engine.git/\n",
      "https://new.example.org/engine.git",
    ],
    ["of a redirect among others", "a\nwarning: redirecting to https://x/e.git\nb\n", "https://x/e.git"],
    ["of anything else", "warning: you appear to have cloned an empty repository\n", null],
    ["none", "", null],
  ])("says where a repository went: %s", (_, stderr, expected) => {
    expect(movedTo(stderr)).toBe(expected);
  });

  it.each([
    ["the first that says why", "fatal: repository 'x' not found\nfatal: more\n", "repository 'x' not found"],
    [
      "past what a server greets with",
      "Welcome!\nssh: connect to host x: timed out\n",
      "ssh: connect to host x: timed out",
    ],
    ["whatever there is", "odd\n", "odd"],
    ["that there are none", "", "git failed and said nothing"],
  ])("become one line: %s", (_, stderr, expected) => {
    expect(lastLine(stderr)).toBe(expected);
  });

  it("come with the commands that lead to the new place", () => {
    expect(moveCommands("projects/shop", "https://x/e.git")).toBe(
      'git -C projects/shop submodule set-url engine https://x/e.git\ngit -C projects/shop commit -m "Fetch the engine from where it is now" .gitmodules',
    );
  });
});
