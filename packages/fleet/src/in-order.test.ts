import { describe, expect, it } from "vitest";
import type { FleetProject } from "./fleet-file.ts";
import { inOrder, inStartOrder } from "./in-order.ts";

type Line = readonly [name: string, ...after: readonly string[]];

const projectsOf = (lines: readonly Line[]): readonly FleetProject[] =>
  lines.map(([name, ...after], index) => ({
    ...{ name, path: name, enabled: true, engine: null, tags: [], after, runner: "local", index },
    place: { file: "fleet.toml", line: 1, column: 1, end_line: 1, end_column: 1 },
  }));

describe("the order of starting", () => {
  it.each<[string, readonly Line[], readonly string[]]>([
    ["is the file's when nobody waits for anybody", [["b"], ["a"]], ["b", "a"]],
    ["puts first what others come after", [["web", "db"], ["db"]], ["db", "web"]],
    ["goes through a chain", [["c", "b"], ["b", "a"], ["a"]], ["a", "b", "c"]],
    ["names each once", [["c", "a", "b"], ["b", "a"], ["a"]], ["a", "b", "c"]],
  ])("%s", (_sentence, lines, expected) => {
    const projects = projectsOf(lines);
    expect(inStartOrder(projects).map(({ name }) => name)).toEqual(expected);
    expect(inStartOrder(projects, projects, true).map(({ name }) => name)).toEqual(expected.toReversed());
  });

  it("leaves out what was not chosen, and goes through it", () => {
    const all = projectsOf([["c", "b"], ["b", "a"], ["a"]]);
    const chosen = all.filter(({ name }) => name !== "b");
    expect(inStartOrder(chosen, all).map(({ name }) => name)).toEqual(["a", "c"]);
  });
});

/** What happens, in the order in which it does: "+a" begins, "-a" ends, "!b<a" is left out for a. */
async function story(
  lines: readonly Line[],
  { failing = "", atOnce = 9, reverse = false, chosen = "", skips = true, abortAt = "" } = {},
): Promise<string> {
  const all = projectsOf(lines);
  const told: string[] = [];
  const abort = new AbortController();
  await inOrder(
    all,
    all.filter(({ name }) => chosen === "" || chosen.includes(name)),
    {
      atOnce,
      reverse,
      signal: abort.signal,
      async take({ name }) {
        told.push(`+${name}`);
        if (name === abortAt) abort.abort();
        // Everybody who can begin does so before anybody ends.
        await new Promise(setImmediate);
        told.push(`-${name}`);
        return failing.includes(name) ? "failed" : "done";
      },
      ...(skips ? { skip: ({ name }, because) => told.push(`!${name}<${because.name}`) } : {}),
    },
  );
  return told.join(" ");
}

describe("projects that wait for each other", () => {
  const chain: readonly Line[] = [["c", "b"], ["b", "a"], ["a"], ["x"]];

  it.each<[string, readonly Line[], Parameters<typeof story>[1], string]>([
    ["go side by side where nobody waits", [["a"], ["b"]], {}, "+a +b -a -b"],
    ["wait for those they come after, and no longer", chain, {}, "+a +x -a +b -x -b +c -c"],
    ["are so many at a time", [["a"], ["b"], ["c"]], { atOnce: 1 }, "+a -a +b -b +c -c"],
    [
      "are left out when one before them failed, the others are not",
      chain,
      { failing: "a" },
      "+a +x -a !b<a !c<a -x",
    ],
    [
      "that are left out are all told of the one that failed",
      chain,
      { failing: "b" },
      "+a +x -a +b -x -b !c<b",
    ],
    ["wait for one by way of another that was not chosen", chain, { chosen: "ac" }, "+a -a +c -c"],
    [
      "fail for one by way of another that was not chosen",
      chain,
      { chosen: "ac", failing: "a" },
      "+a -a !c<a",
    ],
    ["go backwards", chain, { reverse: true }, "+x +c -x -c +b -b +a -a"],
    ["go backwards through one that was not chosen", chain, { reverse: true, chosen: "ac" }, "+c -c +a -a"],
    [
      "all have theirs where nobody may be left out",
      chain,
      { reverse: true, skips: false, failing: "c" },
      "+x +c -x -c +b -b +a -a",
    ],
    ["begin no more after an interruption", chain, { abortAt: "a" }, "+a -a"],
  ])("%s", async (_sentence, lines, how, expected) => {
    expect(await story(lines, how)).toBe(expected);
  });
});
