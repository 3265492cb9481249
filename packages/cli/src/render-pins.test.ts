import type { FleetProject, PinLine } from "@fleet/fleet";
import { describe, expect, it } from "vitest";
import { pinsJson, renderPins, renderVerified, verifiedJson } from "./render-pins.ts";

const ONE = "1".repeat(40);
const TWO = "2".repeat(40);

const project = (name: string, engine: string | null = null): FleetProject => ({
  name,
  path: `p/${name}`,
  enabled: true,
  engine,
  tags: [],
  after: [],
  runner: "local",
  place: { file: "fleet.toml", line: 1, column: 1, end_line: 1, end_column: 1 },
  index: 0,
});

const line = (more: Partial<PinLine> = {}): PinLine => ({
  project: project("shop"),
  commit: ONE,
  because: null,
  tag: "v0.1.0",
  checkedOut: ONE,
  dirty: [],
  current: true,
  ...more,
});

const engine = { url: "./e.git", ref: "v0.2.0" };

describe("the line of a pin says", () => {
  it.each<[string, Partial<PinLine>, string]>([
    ["that all is well", {}, "shop  1111111  v0.1.0  ok"],
    ["that no release is known", { tag: null, current: null }, "shop  1111111  -  ok"],
    ["that it is not checked out", { checkedOut: null }, "shop  1111111  v0.1.0  not checked out"],
    ["what is checked out instead", { checkedOut: TWO }, "shop  1111111  v0.1.0  2222222 is checked out"],
    ["what is changed", { dirty: ["a\nb"] }, "shop  1111111  v0.1.0  changed: engine/a\\nb"],
    [
      "how much is changed",
      { dirty: ["a", "b", "c"] },
      "shop  1111111  v0.1.0  changed: engine/a and 2 more",
    ],
    [
      "that nobody can tell",
      { dirty: null },
      "shop  1111111  v0.1.0  git can't tell what is changed in engine",
    ],
    [
      "what fleet.toml expects",
      { project: project("shop", TWO) },
      "shop  1111111  v0.1.0  fleet.toml expects 2222222",
    ],
    ["what new projects get", { current: false }, "shop  1111111  v0.1.0  new projects get v0.2.0 (2222222)"],
    [
      "that there is none",
      { commit: null, tag: null, because: "has no engine" },
      "shop  none  -  has no engine",
    ],
    [
      "that it needs none",
      { project: project("shop", "workspace"), commit: null, tag: null, because: "runs its own" },
      "shop  workspace  -  runs its own",
    ],
  ])("%s", (_, more, expected) => {
    expect(renderPins(engine, { wanted: TWO, lines: [line(more)] })).toBe(`${expected}\n`);
  });

  it("the same as JSON", () => {
    expect(JSON.parse(pinsJson(engine, { wanted: TWO, lines: [line({ current: false })] }))).toEqual({
      schema_version: 1,
      engine: { ...engine, commit: TWO },
      projects: [
        {
          name: "shop",
          path: "p/shop",
          pin: ONE,
          error: null,
          tag: "v0.1.0",
          checked_out: ONE,
          expected: null,
          dirty: [],
          current: false,
        },
      ],
    });
  });
});

describe("what was verified", () => {
  const good = { project: project("shop"), commit: ONE, version: "0.1.0", faults: [] };
  const bad = { ...good, faults: [{ message: "it is damaged", help: "git this\ngit that" }] };

  it.each([
    ["is well", [good], "OK, 1 engine\n"],
    ["is all well", [good, good], "OK, 2 engines\n"],
    ["is not", [good, bad], "shop:\n  it is damaged\n    git this\n    git that\n"],
  ])("%s", (_, verified, expected) => {
    expect(renderVerified(verified)).toBe(expected);
    expect(JSON.parse(verifiedJson(verified)).valid).toBe(expected.startsWith("OK"));
  });
});
