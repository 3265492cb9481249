import { expect, it } from "vitest";
import { publishedJson, renderPublished } from "./render-published.ts";

const published = {
  url: "ssh://x/e.git",
  pushed: ["main", "v0.2.0"],
  there: ["v0.1.0"],
  rewritten: true,
  headless: false,
  elsewhere: ["shop"],
};
const shown = { dryRun: false, file: "fleet.toml" };

it.each([
  [
    "what was pushed and written, and who does not know it",
    published,
    shown,
    'pushed to ssh://x/e.git: main, v0.2.0\nwritten into fleet.toml: url = "ssh://x/e.git" under [engine]\n' +
      "these projects fetch their engine from elsewhere: shop\n  git -C FOLDER submodule set-url engine URL, then commit .gitmodules\n",
  ],
  [
    "what would be",
    { ...published, elsewhere: [] },
    { ...shown, dryRun: true },
    'would be pushed to ssh://x/e.git: main, v0.2.0\nwould be written into fleet.toml: url = "ssh://x/e.git" under [engine]\n',
  ],
  [
    "that nothing can be made of it yet",
    { ...published, rewritten: false, headless: true, elsewhere: [] },
    shown,
    "pushed to ssh://x/e.git: main, v0.2.0\nno project can be made of it yet: its default branch is one that is not there\n" +
      "  make main its default branch; where it is on this machine: git -C FOLDER symbolic-ref HEAD refs/heads/main\n",
  ],
  [
    "that all is there",
    { ...published, pushed: [], rewritten: false, elsewhere: [] },
    shown,
    "ssh://x/e.git has every release already: v0.1.0\n",
  ],
])("of a publication it is said %s", (_, one, how, expected) => {
  expect(renderPublished(one, how)).toBe(expected);
  expect(JSON.parse(publishedJson(one, how))).toEqual({ schema_version: 1, dry_run: how.dryRun, ...one });
});
