import { describe, expect, it } from "vitest";
import { LOOP, minute, NOW, PERSISTENT, policy, runOf, SERVICE } from "../../test/scene.ts";
import type { Agent, Project } from "../project.ts";
import { onBackends } from "./in-force.ts";
import { FRESH_RECORD } from "./record.ts";

const named = (agent: Agent, name: string): Agent => ({ ...agent, name, role: name, session: `x-${name}` });
const project: Project = {
  session_prefix: "x-",
  log_dir: "state",
  models: {},
  backends: {},
  agents: [named(PERSISTENT, "chief"), named(LOOP, "builder"), named(SERVICE, "logs")],
  loop: null,
  supervision: policy,
};

describe("the backend of an agent", () => {
  const backends = (runs: Readonly<Record<string, string | null>>, env: Readonly<Record<string, string>>) =>
    onBackends(
      project,
      {
        agents: Object.fromEntries(
          Object.entries(runs).map(([name, backend]) => [
            name,
            { ...FRESH_RECORD, run: { ...runOf(NOW - minute), backend } },
          ]),
        ),
      },
      env,
    ).agents.map(({ backend }) => backend);

  it.each([
    ["is the file's when nobody says another", {}, {}, ["demo", "demo", null]],
    [
      "is that of LOOP_BACKEND for loops that are to be started",
      {},
      { LOOP_BACKEND: "codex" },
      ["demo", "codex", null],
    ],
    [
      "is that of its start while it runs",
      { builder: "demo" },
      { LOOP_BACKEND: "codex" },
      ["demo", "demo", null],
    ],
    ["stays that of its start when LOOP_BACKEND is gone", { builder: "codex" }, {}, ["demo", "codex", null]],
    [
      "of a run that was found is the one it would get",
      { builder: null },
      { LOOP_BACKEND: "codex" },
      ["demo", "codex", null],
    ],
  ] as const)("%s", (_, runs, env, expected) => {
    expect(backends(runs, env)).toEqual(expected);
  });
});
