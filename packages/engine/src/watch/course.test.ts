import { describe, expect, it } from "vitest";
import type { Loop } from "../project.ts";
import { type Course, type CourseWish, follow, indexOf, phaseOf, statusFile, steer } from "./course.ts";

const loopOf = (...ids: readonly string[]): Loop => ({
  kickoff_template: null,
  roles_dir: null,
  docs_dir: "machine-docs",
  done_by: "builder",
  phases: ids.map((id) => ({ id, plan: `plan-phase-${id}.md`, models: {} })),
  on_complete: null,
  handoff: null,
});
const at = 1_000;
const on = (phase: string, complete: number | null = null): Course => ({
  phase,
  turn: 7,
  since: 500,
  complete,
});
const goto = (phase: string, when = 600): CourseWish => ({ goto: phase, at: when });

type Row = readonly [
  sentence: string,
  loop: Loop,
  course: Course | null,
  wish: CourseWish | null,
  done: boolean,
  expected: readonly string[],
];

const told = (loop: Loop, course: Course | null, wish: CourseWish | null, done: boolean) =>
  follow(loop, course, wish, done, at).map((one) =>
    one.what === "sequence-complete"
      ? `${one.what} ${one.phases}`
      : "turn" in one
        ? `${one.what} ${one.phase} ${one.turn}`
        : `${one.what} ${one.phase}`,
  );

const abc = loopOf("a", "b", "c");

describe("the course of the phases", () => {
  it.each<Row>([
    ["begins with the first", abc, null, null, false, ["phase-started a 1"]],
    ["begins with the first, whatever an old file says", abc, null, null, true, ["phase-started a 1"]],
    ["begins where a person wants", abc, null, goto("b"), false, ["phase-started b 1"]],
    ["stays in a phase that is not done", abc, on("a"), null, false, []],
    ["goes on to the next", abc, on("a"), null, true, ["phase-done a", "phase-started b 8"]],
    ["is complete after the last", abc, on("c"), null, true, ["phase-done c", "sequence-complete 3"]],
    ["stays complete", abc, on("c", 900), null, true, []],
    ["stays complete, whatever becomes of the file", abc, on("c", 900), null, false, []],
    ["of no phases is nothing", loopOf(), null, null, true, []],
    ["goes where a person wants, back and forth", abc, on("b"), goto("a"), false, ["phase-started a 8"]],
    ["enters the same phase again when asked", abc, on("b"), goto("b"), false, ["phase-started b 8"]],
    ["goes there only once", abc, on("b"), goto("a", 500), false, []],
    ["goes there though the phase was done just now", abc, on("a"), goto("c"), true, ["phase-started c 8"]],
    ["goes nowhere for a phase that is not in the file", abc, on("a"), goto("z"), false, []],
    ["goes on in spite of such a wish", abc, on("a"), goto("z"), true, ["phase-done a", "phase-started b 8"]],
    ["leaves its end when asked", abc, on("c", 900), goto("a", 950), false, ["phase-started a 8"]],
    [
      "opens again when a phase was appended",
      loopOf("a", "b", "c", "d"),
      on("c", 900),
      null,
      true,
      ["sequence-reopened d", "phase-started d 8"],
    ],
    [
      "opens again though the file of its last phase is gone",
      loopOf("a", "b", "c", "d"),
      on("c", 900),
      null,
      false,
      ["sequence-reopened d", "phase-started d 8"],
    ],
    ["keeps its phase when one is inserted before it", loopOf("a", "x", "b"), on("b"), null, false, []],
    [
      "goes on behind its phase when one was inserted before it",
      loopOf("x", "a", "b"),
      on("a"),
      null,
      true,
      ["phase-done a", "phase-started b 8"],
    ],
    [
      "takes the phase that was inserted after it",
      loopOf("a", "x", "b"),
      on("a"),
      null,
      true,
      ["phase-done a", "phase-started x 8"],
    ],
    [
      "keeps to the id when the order was changed",
      loopOf("c", "a", "b"),
      on("c"),
      null,
      true,
      ["phase-done c", "phase-started a 8"],
    ],
    [
      "ends early when what came after was removed",
      loopOf("a"),
      on("a"),
      null,
      true,
      ["phase-done a", "sequence-complete 1"],
    ],
    ["stands still when its phase was removed", loopOf("a", "c"), on("b"), null, true, []],
    ["leaves a removed phase when asked", loopOf("a", "c"), on("b"), goto("c"), false, ["phase-started c 8"]],
    ["stays complete when its last phase was removed", loopOf("a", "b"), on("c", 900), null, true, []],
  ])("%s", (_, loop, course, wish, done, expected) => {
    expect(told(loop, course, wish, done)).toEqual(expected);
  });

  it("goes through the phases in the order of the file, each once", () => {
    let course: Course | null = null;
    const entered: string[] = [];
    for (let step = 0; step < 20; step++) {
      const happenings = follow(abc, course, null, step % 2 === 1, at + step);
      for (const one of happenings)
        if (one.what === "phase-started") entered.push(`${one.phase} ${one.turn}`);
      course = happenings.reduce<Course | null>(steer, course);
    }
    expect(entered).toEqual(["a 1", "b 2", "c 3"]);
    expect(course?.complete).not.toBeNull();
  });

  it("counts every entry as a turn of its own", () => {
    const again = follow(abc, on("a"), goto("a"), false, at).reduce<Course | null>(steer, on("a"));
    expect(again).toEqual({ phase: "a", turn: 8, since: at, complete: null });
  });

  it("asks a wish once, though the clock stands still", () => {
    const wish = goto("b", at);
    const course = follow(abc, on("a"), wish, false, at).reduce<Course | null>(steer, on("a"));
    expect(follow(abc, course, wish, false, at)).toEqual([]);
  });

  it("is not changed by what is only told", () => {
    expect(steer(on("a"), { at, what: "phase-done", phase: "a" })).toEqual(on("a"));
    expect(steer(on("c", 9), { at, what: "sequence-reopened", phase: "d" })).toEqual(on("c", 9));
    expect(steer(on("c"), { at, what: "sequence-complete", phases: 3 })).toEqual(on("c", at));
    expect(steer(null, { at, what: "sequence-complete", phases: 3 })).toBeNull();
  });

  it("asks only the file of its own phase", () => {
    expect(statusFile(abc, "a")).toBe("machine-docs/STATUS-a.md");
    expect(statusFile(abc, "b")).toBe("machine-docs/STATUS-b.md");
  });

  it("knows its phase by id", () => {
    expect(phaseOf(abc, on("b"))).toMatchObject({ id: "b", plan: "plan-phase-b.md" });
    expect([phaseOf(abc, on("z")), phaseOf(abc, null)]).toEqual([null, null]);
    expect([indexOf(abc, "c"), indexOf(abc, "z")]).toEqual([2, -1]);
  });
});
