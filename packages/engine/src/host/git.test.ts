import { expect, it } from "vitest";
import { isLocal } from "./git.ts";

it.each([
  ["/srv/git/cc-ci.git", true],
  ["../origin.git", true],
  ["./origin.git", true],
  ["origin.git", true],
  ["file:///srv/git/cc-ci.git", true],
  ["/home/me/my repo.git", true],
  ["./a:b", true],
  ["/srv/a:b.git", true],
  ["../x/me@host:y", true],
  ["me@host", true],
  ["a:b", false],
  ["https://example.org/a.git", false],
  ["ssh://git@example.org/a.git", false],
  ["git@example.org:a/b.git", false],
  ["example.org:a/b.git", false],
  ["git://example.org/a.git", false],
  ["ext::sh -c id", false],
])("the remote %s is on this disk: %s", (url, expected) => {
  expect(isLocal(url)).toBe(expected);
});
