import { expect, it } from "vitest";
import { projectsInLines } from "./stoppable.ts";

it("a file that is no TOML any more still tells, line by line, where its projects are", () => {
  const text = `[engine]
url = "./x.git"
path = "none of ours"
[[project]]
name = "shop"
path = "projects/shop"   # where it sells
engine = "0123456789012345678901234567890123456789"
tags = ["a"
  [[ project ]]
path='projects/no-name'
[[project]]
name = "no-path"
[[project]]
  path = "p/last"
  name = "last"
enabled = maybe
`;
  expect(projectsInLines(text).map(({ name, path, engine }) => [name, path, engine])).toEqual([
    ["shop", "projects/shop", "0123456789012345678901234567890123456789"],
    ["projects/no-name", "projects/no-name", null],
    ["last", "p/last", null],
  ]);
  expect(projectsInLines("")).toEqual([]);
});
