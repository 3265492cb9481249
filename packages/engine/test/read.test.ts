import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { ownDirectory, runAgents } from "./real.ts";

const SCREENS = path.join(import.meta.dirname, "../src/backends/claude/screens");
const screen = (name: string) => path.join(SCREENS, `${name}.120x40.txt`);

it("says what a screen means, in a sentence", async () => {
  const { code, out } = await runAgents(["read", "claude", screen("permission-prompt")]);
  expect([code, out]).toEqual([
    0,
    "asking (rule: permission dialog; Bash command: Do you want to proceed?)\n",
  ]);
  const drafted = await runAgents(["read", "claude", screen("error-400-credit")]);
  expect(drafted.out).toContain("in its box: Once fixed, resend your message");
});

it("says it for scripts, with times that can be read", async () => {
  const { out } = await runAgents(["read", "claude", screen("usage-limit-oauth"), "--json"]);
  expect(JSON.parse(out)).toEqual({
    mood: "limited",
    until: expect.stringMatching(/^\d{4}-\d\d-\d\dT05:33:00\.000Z$/),
    rule: "usage limit",
    draft: "",
    final: null,
    running: null,
  });
});

it("tells that no rule knows a screen", async () => {
  const file = path.join(await ownDirectory(), "screen.txt");
  await writeFile(file, "$ \n");
  expect((await runAgents(["read", "claude", file])).out).toBe("unclear (no rule knows this screen)\n");
});

it("says what is wrong with its words", async () => {
  const unknown = await runAgents(["read", "cluade", "x"]);
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining("did you mean claude?")]);
  const missing = await runAgents(["read", "claude", "/nowhere/x.txt"]);
  expect([missing.code, missing.err]).toEqual([3, expect.stringContaining("there is no /nowhere/x.txt")]);
});
