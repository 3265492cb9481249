import { defineCommand } from "@fleet/engine";
import { expect, it } from "vitest";
import { planCompletion } from "./plan-completion.ts";

const command = (name: string, operands: string, flags = {}) =>
  defineCommand({ name, about: `to ${name}`, operands, flags, examples: [], run: async () => 0 });

const COMMANDS = [
  command("up", "[project..]", {
    all: { type: "boolean", about: "all" },
    tag: { type: "string", about: "tagged" },
    format: { type: "string", short: "f", about: "how", choices: ["pretty", "json"] },
  }),
  command("send", "<project> <agent> <message..>"),
  command("why", "<project> [agent..]"),
  command("pin", "[project..]"),
  command("pin verify", "[project..]"),
  command("phase", "<project> [verb] [id]"),
  { ...command("complete", "<at>"), hidden: true },
];

/** The last word is the one under the cursor. */
const at = (...words: readonly string[]): readonly string[] => {
  const { sources, typed, before } = planCompletion(COMMANDS, {
    words: ["fleet", ...words],
    at: words.length,
  });
  return sources.flatMap((source) => {
    if (source.of === "words")
      return source.candidates
        .filter(({ word }) => word.startsWith(typed))
        .map(({ word }) => `${before}${word}`);
    return [source.of === "agents" ? `agents of ${source.project}` : source.of];
  });
};

it.each<[string, readonly string[], readonly string[]]>([
  ["every command, and none that only programs call", [""], ["up", "send", "why", "pin", "phase"]],
  ["what begins so", ["p"], ["pin", "phase"]],
  ["nothing after a word that is none", ["upp", ""], []],
  ["projects", ["up", ""], ["projects"]],
  ["more projects, after a switch too", ["up", "--all", "shop", ""], ["projects"]],
  ["the agents of the project before", ["send", "shop", ""], ["agents of shop"]],
  ["more of them", ["why", "shop", "ada", ""], ["agents of shop"]],
  ["nothing in a message", ["send", "shop", "ada", ""], []],
  ["the second word of a command, and what may follow its first", ["pin", ""], ["verify", "projects"]],
  ["projects after both", ["pin", "verify", ""], ["projects"]],
  ["flags", ["up", "-"], ["--all", "--tag", "--format", "--help"]],
  ["those that are not there yet", ["up", "--all", "--"], ["--tag", "--format", "--help"]],
  ["no flags after the end of flags", ["up", "--", "-"], ["projects"]],
  ["a flag's values", ["up", "--format", ""], ["pretty", "json"]],
  ["by its letter", ["up", "-f", "j"], ["json"]],
  ["in one word", ["up", "--format=j"], ["--format=json"]],
  ["in the three that bash makes of it", ["up", "--format", "=", "j"], ["json"]],
  ["in two of them", ["up", "--format", "="], ["pretty", "json"]],
  ["tags", ["up", "--tag", ""], ["tags"]],
  ["verbs", ["phase", "shop", ""], ["goto", "pause", "resume"]],
])("offers %s", (_, words, expected) => {
  expect(at(...words)).toEqual(expected);
});

it("looks at the word under the cursor, wherever that is", () => {
  const line = { words: ["fleet", "up", "shop", "more"], at: 2 };
  expect(planCompletion(COMMANDS, line)).toMatchObject({
    typed: "shop",
    sources: expect.arrayContaining([{ of: "projects" }]),
  });
});
