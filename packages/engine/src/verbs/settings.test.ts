import { expect, it } from "vitest";
import { agentOf, LOOP, NOW, running, scene, up } from "../../test/scene.ts";
import { BUILT_IN_MODELS } from "../choose-model.ts";
import type { Agent, Project } from "../project.ts";
import { inForceOf } from "../watch/in-force.ts";
import type { Run } from "../watch/record.ts";
import { FRESH_RECORDS, NO_WISHES } from "../watch/records.ts";
import { settingsOf } from "./settings.ts";

const builder = { ...LOOP, model: "sonnet" };
const project = {
  models: BUILT_IN_MODELS,
  loop: { phases: [{ id: "one", plan: "p.md", models: { builder: "opus" } }] },
  agents: [builder],
} as unknown as Project;
const course = {
  ...{ phase: "one", turn: 2, since: NOW, obeyed: null, asked: false, complete: null },
  ...{ paused: false, stale: null, lost: false },
};

const settings = (
  run: Partial<Run> | null,
  env: Readonly<Record<string, string>> = {},
  agent: Agent = builder,
) =>
  settingsOf(
    { project, inForce: inForceOf("", project) },
    {
      agent,
      scene: scene({
        agent,
        turn: agent.kind === "loop" ? course.turn : null,
        ...(run === null ? {} : { record: running(1_000, {}, run) }),
        wish: up(NOW),
      }),
    },
    { records: { ...FRESH_RECORDS, course }, wishes: { ...NO_WISHES, env } },
  );

const OPUS = "claude-opus-4-8";
const SONNET = "claude-sonnet-4-6";
const chief = agentOf("persistent", "heal", { model: "sonnet" });

it.each([
  ["of who does not run are those of its next start", settings(null), OPUS, false],
  ["of who runs as it would be started", settings({ turn: 2, model: OPUS }), OPUS, false],
  [
    "of who runs with the model that its phase had before",
    settings({ turn: 2, model: SONNET }),
    SONNET,
    true,
  ],
  ["of a run whose phase is over are of the next one", settings({ turn: 1, model: SONNET }), OPUS, false],
  [
    "of who was taken over, and nothing is known of it",
    settings({ turn: 2, model: null, backend: null }),
    OPUS,
    false,
  ],
  [
    "of who is to have the model of another LOOP_MODEL",
    settings({ turn: 2, model: OPUS }, { LOOP_MODEL: "haiku" }),
    OPUS,
    true,
  ],
  ["of who follows no phases", settings({ model: SONNET }, {}, chief), SONNET, false],
])("the settings %s", (_, found, model, pending) => {
  expect(found).toEqual({ backend: "demo", model, pending });
});
