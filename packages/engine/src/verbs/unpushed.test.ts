import { expect, it } from "vitest";
import type { Site } from "../host/site.ts";
import { sayUnpushed, type Unpushed, unpushedSince } from "./unpushed.ts";

const rescued = (at: number, agent: string, ref: string) => ({
  ...{ at, agent, what: "rescued", ref },
  ...{ commits: 1, files: 2, omitted: 0 },
});

it("counts what was kept since the stop began, of those who were asked, the last word of each", () => {
  const entries = [
    rescued(4, "ada", "old"),
    rescued(5, "ada", "first"),
    { at: 6, agent: "ada", what: "stopped" },
    rescued(7, "ada", "second"),
    rescued(7, "eve", "other"),
    { at: 8, agent: "bob", what: "rescue-failed", because: "git add: timed out" },
  ];
  expect(unpushedSince(entries, 5, ["ada", "bob"])).toEqual([
    { agent: "ada", ref: "second", because: null, commits: 1, files: 2, omitted: 0 },
    { agent: "bob", ref: null, because: "git add: timed out", commits: 0, files: 0, omitted: 0 },
  ]);
});

it("says what it is, and how to get it back", () => {
  const agents = [{ name: "ada", workdir: "my clones/ada" }];
  const site = { root: "/p", project: { agents } } as unknown as Site;
  const one: Unpushed = { agent: "ada", ref: "refs/x", because: null, commits: 1, files: 2, omitted: 1 };
  expect(
    sayUnpushed(one, site),
  ).toBe(`ada: 1 commit and 2 changed files not pushed, kept as refs/x, without 1 file too large to keep or not readable
  look at it:    git -C '/p/my clones/ada' show --stat refs/x
  get it back:   git -C '/p/my clones/ada' checkout -b rescued refs/x
`);
  expect(sayUnpushed({ ...one, ref: null, because: "slow\u001b[2J" }, site)).toBe(
    "ada: what it has not pushed could not be kept: slow\\u{1b}[2J\n",
  );
});
