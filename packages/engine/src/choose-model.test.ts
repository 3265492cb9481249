import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUILT_IN_MODELS, chooseBackend, chooseModel, NO_OVERRIDES } from "./choose-model.ts";
import type { Agent, Kind, Loop } from "./project.ts";

const agentOf = (kind: Kind, model: string | null = "own"): Agent => ({
  name: "night-upgrader",
  kind,
  enabled: true,
  session: "x-night-upgrader",
  workdir: ".",
  backend: kind === "service" ? null : "own",
  model,
  watch: "none",
  role: "night-upgrader",
  prompt: null,
  command: null,
  serves: null,
  args: [],
  deny_args: [],
  schedule: null,
  start: "use-or-create",
});

const loop = (models: Readonly<Record<string, string>>): Loop => ({
  kickoff_template: null,
  roles_dir: null,
  docs_dir: "docs",
  done_by: "night-upgrader",
  done_source: "local",
  phases: [
    { id: "p1", plan: "p1.md", models },
    { id: "p2", plan: "p2.md", models: {} },
  ],
  on_complete: null,
  handoff: null,
});

/** The sources in their order, by what they are called in the answer. */
const SOURCES = ["flag", "loop-env", "own-env", "phase", "own"] as const;
type Source = (typeof SOURCES)[number];

/** Who listens to what. */
const LISTENS: Readonly<Record<Kind, readonly Source[]>> = {
  loop: ["flag", "loop-env", "phase", "own"],
  task: ["flag", "loop-env", "own-env", "own"],
  persistent: ["flag", "own"],
  service: [],
};

const choose = (kind: Kind, given: readonly Source[], phase: string | null) => {
  const has = (source: Source) => given.includes(source);
  const overrides = {
    model: has("flag") ? "flag" : null,
    backend: has("flag") ? "flag" : null,
    env: {
      LOOP_MODEL: has("loop-env") ? "loop-env" : "",
      LOOP_BACKEND: has("loop-env") ? "loop-env" : undefined,
      NIGHT_UPGRADER_MODEL: has("own-env") ? "own-env" : "",
      NIGHT_UPGRADER_BACKEND: has("own-env") ? "own-env" : undefined,
    },
  };
  const agent = agentOf(kind, has("own") ? "own" : null);
  const project = { models: {}, loop: loop(has("phase") ? { "night-upgrader": "phase" } : {}) };
  return { model: chooseModel(project, agent, phase, overrides), backend: chooseBackend(agent, overrides) };
};

describe("the model", () => {
  it("is that of the first source that names one, for every kind and every set of sources", () => {
    fc.assert(
      fc.property(
        fc.subarray([...SOURCES]),
        fc.constantFrom<Kind>("loop", "task", "persistent", "service"),
        fc.constantFrom("p1", "p2", null),
        (given, kind, phase) => {
          const heard = SOURCES.filter((source) => given.includes(source) && LISTENS[kind].includes(source));
          const [model = null] = heard.filter((source) => source !== "phase" || phase === "p1");
          expect(choose(kind, given, phase).model).toBe(model);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ["opus", "claude-opus-4-8"],
    ["sonnet", "claude-sonnet-4-6"],
    ["haiku", "claude-haiku-4-5"],
    ["vendor/other-1", "vendor/other-1"],
    ["constructor", "constructor"],
  ])("%s is %s", (named, id) => {
    expect(chooseModel({ models: BUILT_IN_MODELS, loop: null }, agentOf("persistent", named), null)).toBe(id);
  });

  it("of an alias in the environment is its full id too", () => {
    const overrides = { model: null, backend: null, env: { LOOP_MODEL: "opus" } };
    expect(chooseModel({ models: { opus: "mine-1" }, loop: null }, agentOf("loop"), null, overrides)).toBe(
      "mine-1",
    );
  });
});

describe("the backend", () => {
  it("follows the same order, and no phase", () => {
    fc.assert(
      fc.property(
        fc.subarray([...SOURCES]),
        fc.constantFrom<Kind>("loop", "task", "persistent"),
        (given, kind) => {
          const heard = SOURCES.filter((source) => given.includes(source) && LISTENS[kind].includes(source));
          const [backend = "own"] = heard.filter((source) => source !== "phase" && source !== "own");
          expect(choose(kind, given, "p1").backend).toBe(backend);
        },
      ),
    );
  });

  it("of a service is none", () => expect(chooseBackend(agentOf("service"))).toBeNull());
});

describe("a task's model and backend, by the variables that are set", () => {
  const [LM, LB] = ["loop-model", "loop-backend"];
  const [UM, UB] = ["own-model", "own-backend"];
  it.each([
    ["", "", "", "", "own", "own"],
    ["", "", "", UB, "own", UB],
    ["", "", LB, "", "own", LB],
    ["", "", LB, UB, "own", LB],
    ["", UM, "", "", UM, "own"],
    ["", UM, "", UB, UM, UB],
    ["", UM, LB, "", UM, LB],
    ["", UM, LB, UB, UM, LB],
    [LM, "", "", "", LM, "own"],
    [LM, "", "", UB, LM, UB],
    [LM, "", LB, "", LM, LB],
    [LM, "", LB, UB, LM, LB],
    [LM, UM, "", "", LM, "own"],
    [LM, UM, "", UB, LM, UB],
    [LM, UM, LB, "", LM, LB],
    [LM, UM, LB, UB, LM, LB],
  ])(
    "LOOP_MODEL=%s NIGHT_UPGRADER_MODEL=%s LOOP_BACKEND=%s NIGHT_UPGRADER_BACKEND=%s: %s on %s",
    (...row) => {
      const [LOOP_MODEL, NIGHT_UPGRADER_MODEL, LOOP_BACKEND, NIGHT_UPGRADER_BACKEND, model, backend] = row;
      const env = { LOOP_MODEL, NIGHT_UPGRADER_MODEL, LOOP_BACKEND, NIGHT_UPGRADER_BACKEND };
      const overrides = { ...NO_OVERRIDES, env };
      expect([
        chooseModel({ models: {}, loop: null }, agentOf("task"), null, overrides),
        chooseBackend(agentOf("task"), overrides),
      ]).toEqual([model, backend]);
    },
  );
});
