import { describe, expect, it } from "vitest";
import { agentOf } from "../test/scene.ts";
import { argsFrom, refusalOf } from "./choose-args.ts";

const task = (args: readonly string[], deny_args: readonly string[] = []) =>
  agentOf("task", "none", { name: "night-build", args, deny_args });
const settings = { command: null, args: [], env: {}, env_file: null, trust_workdirs: false, server: null };

describe("the arguments in the environment", () => {
  it.each([
    ["--dry-run", ["--dry-run"]],
    ["  --dry-run\t--only x\n", ["--dry-run", "--only", "x"]],
    ['--name "two words"; rm -rf $HOME', ["--name", '"two', 'words";', "rm", "-rf", "$HOME"]],
    ["", []],
    [undefined, []],
  ])("%j are these words, and no shell reads them", (text, words) => {
    expect(argsFrom(task([]), { NIGHT_BUILD_ARGS: text, OTHER_ARGS: "no" })).toEqual(words);
  });

  it("are for tasks only", () => {
    expect(argsFrom(agentOf("loop", "heal", { name: "builder" }), { BUILDER_ARGS: "x" })).toEqual([]);
  });
});

describe("a start", () => {
  const denied = "`--with-tests` is denied to night-build";
  it.each([
    ["what is denied", task(["-v", "--with-tests"], ["--with-tests"]), settings, denied],
    [
      "it with a value",
      task(["--with-tests=a"], ["--with-tests"]),
      settings,
      "`--with-tests=a` is denied to night-build",
    ],
    ["a denied value in two words", task(["--with-tests", "all"], ["--with-tests=all"]), settings, denied],
    [
      "it among everyone's arguments",
      task([], ["--with-tests"]),
      { ...settings, args: ["--with-tests"] },
      denied,
    ],
    [
      "it in the command",
      task([], ["--with-tests"]),
      { ...settings, command: ["x", "--with-tests"] as [string, string] },
      denied,
    ],
    [
      "too many",
      task(Array(101).fill("x")),
      null,
      "night-build has too many arguments: 100 words and 8192 characters are the most",
    ],
    [
      "too long ones",
      task(["x".repeat(8_193)]),
      null,
      "night-build has too many arguments: 100 words and 8192 characters are the most",
    ],
    [
      "what a terminal obeys",
      task(["\u001b[2J"]),
      null,
      "an argument of night-build holds a control character",
    ],
  ])("is refused with %s", (_, agent, given, expected) => {
    expect(refusalOf(agent, given)).toBe(expected);
  });

  it.each([
    ["another that begins alike", task(["--with-tests-not"], ["--with-tests"])],
    ["another value", task(["--mode=b", "--mode", "b"], ["--mode=a"])],
    ["nothing at all", task([])],
  ])("is not refused with %s", (_, agent) => {
    expect(refusalOf(agent, settings)).toBeNull();
  });
});
