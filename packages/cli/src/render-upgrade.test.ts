import { Failure } from "@fleet/engine";
import type { FleetProject, Outcome, Step } from "@fleet/fleet";
import { describe, expect, it } from "vitest";
import { renderChanges, renderOutcome, upgradeJson } from "./render-upgrade.ts";

const project: FleetProject = {
  name: "shop",
  path: "p/shop",
  enabled: true,
  engine: null,
  tags: [],
  after: [],
  runner: "local",
  place: { file: "fleet.toml", line: 1, column: 1, end_line: 1, end_column: 1 },
  index: 0,
};
const step: Step = {
  project,
  from: { commit: "1".repeat(40), version: "0.1.0" },
  to: { commit: "2".repeat(40), version: "0.2.0" },
  changes: "## 0.2.0\n\n- It flies.",
  moves: true,
  ahead: false,
  restarts: true,
  workers: ["ada", "bob"],
};
const still = { moves: false, restarts: false };
const failure = new Failure("DENIED", "shop has staged changes", { hint: "commit them" });

describe("a line says", () => {
  it.each<[string, Outcome, string]>([
    [
      "what would be done",
      { result: "planned", ...step },
      "v0.1.0 → v0.2.0  up: its watchdog is restarted, 2 agents go on",
    ],
    [
      "that it is down",
      { result: "planned", ...step, restarts: false },
      "v0.1.0 → v0.2.0  down: it is not started",
    ],
    ["that nothing is to be done", { result: "planned", ...step, ...still }, "v0.2.0  nothing to do"],
    [
      "that its watchdog runs older code than its pin",
      { result: "planned", ...step, moves: false, workers: ["a"] },
      "v0.2.0  up: its watchdog is restarted, 1 agent goes on",
    ],
    [
      "that it is newer, in a plan",
      { result: "planned", ...step, ...still, ahead: true, from: { ...step.from, version: "0.3.0" } },
      "v0.3.0  stays: it is newer than v0.2.0",
    ],
    [
      "that it is newer",
      {
        ...step,
        ...still,
        ahead: true,
        from: { ...step.from, version: "0.3.0" },
        result: "unchanged",
        because: null,
      },
      "unchanged  v0.3.0",
    ],
    [
      "the commits where the versions are the same",
      { result: "planned", ...step, restarts: false, from: { ...step.from, version: "0.2.0" } },
      "v0.2.0 (1111111) → v0.2.0 (2222222)  down: it is not started",
    ],
    [
      "that it is done",
      { ...step, result: "upgraded", because: null },
      "moved  v0.1.0 → v0.2.0, 2 agents go on",
    ],
    [
      "that it is done for one that is down",
      { ...step, result: "upgraded", because: null, restarts: false },
      "moved  v0.1.0 → v0.2.0",
    ],
    [
      "that there was nothing to do",
      { ...step, ...still, result: "unchanged", because: null },
      "unchanged  v0.2.0",
    ],
    [
      "that it was taken back",
      { ...step, result: "rolled-back", because: "nobody\nwatches it" },
      "rolled back  to v0.1.0: nobody\\nwatches it",
    ],
    ["that it was not begun", { ...step, result: "held" }, "held  at v0.1.0: another project was not well"],
    ["that it could not be", { result: "failed", project, failure }, "failed  shop has staged changes"],
    [
      "an engine that does not say its version",
      { ...step, result: "upgraded", because: null, restarts: false, from: { ...step.from, version: null } },
      "moved  1111111 → v0.2.0",
    ],
  ])("%s", (_, outcome, expected) => {
    expect(renderOutcome(outcome)).toBe(`shop  ${expected}\n`);
    expect(renderOutcome(outcome, 7)).toBe(`shop     ${expected}\n`);
  });
});

it("changes are told once for each way", () => {
  const planned = { result: "planned", ...step } as const;
  expect(renderChanges([planned, planned, { ...planned, ...still }])).toBe(
    "\nv0.1.0 → v0.2.0:\n\n## 0.2.0\n\n- It flies.\n",
  );
  expect(renderChanges([{ ...planned, changes: "" }])).toContain("(the changelog says nothing)");
});

it("is JSON for scripts", () => {
  const outcomes: Outcome[] = [
    { ...step, result: "rolled-back", because: "nobody watches it" },
    { result: "failed", project, failure },
  ];
  const { project: _, moves: __, ...said } = step;
  expect(JSON.parse(upgradeJson(outcomes))).toEqual({
    schema_version: 1,
    projects: [
      { name: "shop", result: "rolled-back", because: "nobody watches it", ...said },
      {
        name: "shop",
        result: "failed",
        error: { code: "DENIED", message: "shop has staged changes", hint: "commit them", problems: [] },
      },
    ],
  });
});
