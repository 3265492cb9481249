import { expect, it } from "vitest";
import { ASKED, fallen, LOOP, minute, NOW, running, second, TASK, up } from "../../test/scene.ts";
import { FRESH_RECORD } from "../watch/record.ts";
import { judge } from "./outcome.ts";
import type { AgentSurvey } from "./survey.ts";

const began = NOW - 5 * second;
const here = { state: "RUNNING", is: "ready" } as const;
const seen = (more: Partial<AgentSurvey> = {}): AgentSurvey => ({
  name: "builder",
  kind: "loop",
  backend: "demo",
  model: null,
  watch: "heal",
  enabled: true,
  state: "stopped",
  session: "x-builder",
  pid: null,
  since: null,
  is: "missing",
  why: "because",
  is_since: null,
  until: null,
  next_slot: null,
  last_slot: null,
  pending: false,
  orphan: false,
  restraint: null,
  ...more,
});
const crashed = fallen(second, 1);

it.each<[string, Parameters<typeof judge>[1], Partial<AgentSurvey> | null, string | null]>([
  ["nothing while there is no record", undefined, here, null],
  ["nothing while it was not looked at", running(second), null, null],
  ["started when it is ready and stays", running(250), here, "started"],
  ["nothing before it has stayed a moment", running(249), here, null],
  ["nothing before it is ready", running(4 * second, {}, { ready: null }), { ...here, is: "starting" }, null],
  ["resumed when it goes on with its conversation", running(second, {}, { resumed: true }), here, "resumed"],
  ["unchanged when it ran before", running(minute), here, "unchanged"],
  ["nothing while it is being stopped", running(minute), { ...here, is: "stopping" }, null],
  ["nothing while it is to be stopped", running(minute), { ...here, is: "due-to-stop" }, null],
  [
    "held when processes of a run that ended go on",
    running(minute),
    { is: "outlived" },
    "held (because; end them: agents down builder)",
  ],
  ["held when it asks", running(second, {}, { ready: null }), { ...here, is: "asking" }, "held (because)"],
  ["held when it is at its limit", running(second), { ...here, is: "limited" }, "held (because)"],
  ["held though it ran before, when it asks", running(minute), { ...here, is: "asking" }, "held (because)"],
  ["nothing while tmux does not answer", running(second), { state: "unknown", is: "unseen" }, null],
  ["failed when it was given up", fallen(minute, 6), { is: "failed" }, "failed (because)"],
  ["failed when its session is somebody else's", FRESH_RECORD, { is: "foreign" }, "failed (because)"],
  ["failed when it ended at once", crashed, {}, "failed (died with exit 1; see: agents logs builder)"],
  ["nothing when it ended before and is to be started", fallen(minute, 1), {}, null],
  ["nothing when it ended as it was told to", fallen(second, 0), {}, null],
  [
    "unchanged when it is a task that has finished",
    fallen(minute, 0),
    { is: "finished" },
    "unchanged (because)",
  ],
  ["nothing while it is held up", FRESH_RECORD, { is: "held" }, null],
])("up says %s", (_, record, survey, expected) => {
  const moment = { now: NOW, began, wish: up(ASKED), patient: true };
  expect(wordOf(judge(LOOP, record, survey === null ? undefined : seen(survey), moment))).toBe(expected);
});

it("up says held when its patience is over", () => {
  const moment = { now: NOW, began, wish: up(ASKED), patient: false };
  expect(wordOf(judge(LOOP, FRESH_RECORD, seen({ is: "held" }), moment))).toBe("held (because)");
});

it("up says held at once where the project is on hold, also of a run that was to be ended", () => {
  const moment = { now: NOW, began, wish: up(began, true), patient: true };
  const restraint = { by: "hold", because: "on hold", until: null } as const;
  const held = seen({ ...here, is: "held", restraint });
  expect(wordOf(judge(LOOP, FRESH_RECORD, seen({ is: "held", restraint }), moment))).toBe("held (because)");
  expect(wordOf(judge(LOOP, running(minute), held, moment))).toBe("held (because)");
  expect(wordOf(judge(LOOP, running(minute), seen(here), { ...moment, wish: up(ASKED) }))).toBe("unchanged");
});

it.each([
  ["waits while the old run is there", running(minute), null],
  ["says started of the new one", running(second), "started"],
])("restart %s", (_, record, expected) => {
  const moment = { now: NOW, began, wish: up(began, true), patient: true };
  expect(wordOf(judge(LOOP, record, seen(here), moment))).toBe(expected);
});

it.each([
  ["waits until the watchdog has judged its old run", running(minute), null],
  ["says unchanged when that is left alone", running(minute, { served: began }), "unchanged"],
  ["says started of the run that took its place", running(second, { served: began }), "started"],
  ["waits for a run that a slot asks for", running(second, { served: began, called: NOW }), null],
])("up of a task %s", (_, record, expected) => {
  const moment = { now: NOW, began, wish: up(began), patient: true };
  expect(wordOf(judge(TASK, record, seen(here), moment))).toBe(expected);
});

function wordOf(outcome: ReturnType<typeof judge>): string | null {
  if (outcome === null) return null;
  expect(outcome.agent).toBe("builder");
  return outcome.because === null ? outcome.outcome : `${outcome.outcome} (${outcome.because})`;
}
