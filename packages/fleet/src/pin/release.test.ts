import { describe, expect, it } from "vitest";
import { changesBetween, compareVersions, parseManifest } from "./release.ts";

it.each([
  ["0.1.0", "0.2.0"],
  ["0.9.0", "0.10.0"],
  ["1.2.3", "2.0.0"],
  ["1.0.0-rc.1", "1.0.0"],
  ["1.0.0-rc.2", "1.0.0-rc.10"],
  ["v0.1.0", "0.1.1"],
])("%s is older than %s", (older, newer) => {
  expect([compareVersions(older, newer) < 0, compareVersions(newer, older) > 0]).toEqual([true, true]);
  expect(compareVersions(older, older)).toBe(0);
});

describe("the changes between two versions", () => {
  const changelog = `# Changelog

## Unreleased
- not yet

## 0.3.0
- three

## 0.2.1 (a date)
- two and a bit

## 0.2.0
- two

## 0.1.0
- one
`;

  it.each([
    ["of the next", "0.2.1", "0.3.0", "## 0.3.0\n- three"],
    ["over several", "0.1.0", "0.2.1", "## 0.2.1 (a date)\n- two and a bit\n\n## 0.2.0\n- two"],
    ["of the same", "0.2.0", "0.2.0", ""],
    ["backwards", "0.3.0", "0.1.0", ""],
    ["from one that it does not know", "0.2.9", "0.3.0", "## 0.3.0\n- three"],
  ])("%s", (_, from, to, expected) => {
    expect(changesBetween(changelog, from, to)).toBe(expected);
  });
});

describe("a manifest", () => {
  const good = {
    name: "fleet-engine",
    version: "0.2.0",
    answers: 1,
    state: 1,
    files: { agents: "a".repeat(64) },
  };

  it("is read, with what a newer release says beyond that", () => {
    expect(parseManifest(JSON.stringify({ ...good, more: true }))).toEqual({ ...good, more: true });
  });

  it.each([
    ["no JSON", "{"],
    ["another program's", JSON.stringify({ ...good, name: "other" })],
    ["a version that is none", JSON.stringify({ ...good, version: "$(id)" })],
    ["a file outside", JSON.stringify({ ...good, files: { "../x": "a".repeat(64) } })],
    ["a hidden file", JSON.stringify({ ...good, files: { ".git/config": "a".repeat(64) } })],
    ["an absolute file", JSON.stringify({ ...good, files: { "/x": "a".repeat(64) } })],
    ["a hash that is none", JSON.stringify({ ...good, files: { agents: "abc" } })],
  ])("is refused with %s", (_, text) => {
    expect(parseManifest(text)).toBeNull();
  });
});
