import { parseAgentsFile } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { parseFleetFile } from "../fleet-file.ts";
import { appendEntry, goodNameFor, isGoodName, pathFor, planEntry, planProject } from "./plan.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("the plan of a new project", () => {
  const files = planProject({
    ...{ name: "site", engineUrl: "/srv/engine.git", prefix: "site-", backend: "demo", template: null },
  });

  it("has three files beside the engine", () => {
    expect(Object.keys(files)).toEqual([".gitignore", ".gitmodules", "agents.toml"]);
    expect(files[".gitmodules"]).toBe('[submodule "engine"]\n\tpath = engine\n\turl = /srv/engine.git\n');
    expect(files[".gitignore"]).toContain("/.ao-state/\n");
  });

  it("starts something at once: one demo agent that needs no further file", async () => {
    const parsed = await parseAgentsFile("agents.toml", bytes(files["agents.toml"] ?? ""));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.warnings).toEqual([]);
    expect(parsed.value).toMatchObject({ session_prefix: "site-", log_dir: ".ao-state", loop: null });
    expect(parsed.value.agents).toMatchObject([
      {
        name: "hello",
        session: "site-hello",
        kind: "persistent",
        backend: "demo",
        enabled: true,
        prompt: null,
      },
    ]);
  });

  it("has a table for fleet.toml that registers it disabled", async () => {
    const parsed = await parseFleetFile("fleet.toml", bytes(planEntry("site")));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    expect(parsed.value.projects).toMatchObject([{ name: "site", path: pathFor("site"), enabled: false }]);
  });
});

describe("a table at the end of a file", () => {
  it.each([
    ["of an empty file", "", "x = 1\n"],
    ["after a line", "a = 1\n", "a = 1\n\nx = 1\n"],
    ["after a line without an end", "a = 1", "a = 1\n\nx = 1\n"],
    ["keeps the line ends of Windows", "a = 1\r\n", "a = 1\r\n\r\nx = 1\r\n"],
  ])("%s", (_sentence, text, expected) => {
    expect(appendEntry(text, "x = 1\n")).toBe(expected);
  });
});

it.each([
  ["site", true, "site"],
  ["0day", true, "0day"],
  ["My Site", false, "my-site"],
  ["-rf", false, "rf"],
  ["a_b.c", false, "a-b-c"],
  ["Ünïcode", false, "unicode"],
  ["#(id)", false, "id"],
  ["日本", false, null],
  ["", false, null],
  [`${"a".repeat(31)}-b`, false, "a".repeat(31)],
])("the name %j is good: %s, and %j is near", (name, good, near) => {
  expect(isGoodName(name)).toBe(good);
  expect(goodNameFor(name)).toBe(near);
});
