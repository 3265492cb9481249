import { describe, expect, it } from "vitest";
import type { Loop } from "../project.ts";
import {
  type Course,
  type CourseHappening,
  type CourseWish,
  follow,
  indexOf,
  isDone,
  type PauseWish,
  phaseOf,
  statusFile,
  steer,
} from "./course.ts";
import { digest } from "./digest.ts";

const loopOf = (...ids: readonly string[]): Loop => ({
  kickoff_template: null,
  roles_dir: null,
  docs_dir: "machine-docs",
  done_by: "builder",
  done_source: "local",
  phases: ids.map((id) => ({ id, plan: `plan-phase-${id}.md`, models: {} })),
  on_complete: null,
  handoff: null,
});
const at = 1_000;
const on = (phase: string, complete: number | null = null): Course => ({
  phase,
  turn: 7,
  since: 500,
  obeyed: 500,
  asked: false,
  complete,
  paused: false,
  stale: null,
  lost: false,
});
const goto = (phase: string, when = 600): CourseWish => ({ goto: phase, at: when, by: "ada" });
const wishing = (phase: CourseWish | null, pause: PauseWish | null = null) => ({ phase, pause });
const says = (done: boolean) => () => (done ? "## DONE\n" : null);

type Row = readonly [
  sentence: string,
  loop: Loop,
  course: Course | null,
  wish: CourseWish | null,
  done: boolean,
  expected: readonly string[],
];

const told = (loop: Loop, course: Course | null, wish: CourseWish | null, done: boolean) =>
  words(follow(loop, course, wishing(wish), says(done), at));

const words = (happenings: readonly CourseHappening[]): readonly string[] =>
  happenings
    .filter(({ what }) => what !== "phase-asked")
    .map((one) =>
      one.what === "sequence-complete"
        ? `${one.what} ${one.phases}`
        : "turn" in one
          ? `${one.what} ${one.phase} ${one.turn}`
          : "phase" in one
            ? `${one.what} ${one.phase}`
            : one.what,
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
    [
      "goes there though the clock was set back since",
      abc,
      on("b"),
      goto("a", 400),
      false,
      ["phase-started a 8"],
    ],
    [
      "goes there only once by an older engine's time",
      abc,
      { ...on("b"), obeyed: null },
      goto("a", 500),
      false,
      [],
    ],
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
    ["stands still when its phase was removed", loopOf("a", "c"), on("b"), null, true, ["phase-lost b"]],
    ["leaves a removed phase when asked", loopOf("a", "c"), on("b"), goto("c"), false, ["phase-started c 8"]],
    [
      "stays complete when its last phase was removed",
      loopOf("a", "b"),
      on("c", 900),
      null,
      true,
      ["phase-lost c"],
    ],
  ])("%s", (_, loop, course, wish, done, expected) => {
    expect(told(loop, course, wish, done)).toEqual(expected);
  });

  it("goes through the phases in the order of the file, each once", () => {
    let course: Course | null = null;
    const entered: string[] = [];
    for (let step = 0; step < 20; step++) {
      const happenings = follow(abc, course, wishing(null), says(step % 2 === 1), at + step);
      for (const one of happenings)
        if (one.what === "phase-started") entered.push(`${one.phase} ${one.turn}`);
      course = happenings.reduce<Course | null>(steer, course);
    }
    expect(entered).toEqual(["a 1", "b 2", "c 3"]);
    expect(course?.complete).not.toBeNull();
  });

  it("counts every entry as a turn of its own", () => {
    const again = follow(abc, on("a"), wishing(goto("a")), says(false), at).reduce<Course | null>(
      steer,
      on("a"),
    );
    expect(again).toEqual({ ...on("a"), turn: 8, since: at, obeyed: 600, asked: true });
  });

  it("remembers whether a person went there, or the phase before was done", () => {
    const went = follow(abc, on("a"), wishing(goto("b")), says(false), at).reduce<Course | null>(
      steer,
      on("a"),
    );
    expect(went).toMatchObject({ phase: "b", asked: true });
    const moved = follow(abc, went, wishing(goto("b")), says(true), at).reduce<Course | null>(steer, went);
    expect(moved).toMatchObject({ phase: "c", asked: false });
    const first = follow(abc, null, wishing(null), says(false), at).reduce<Course | null>(steer, null);
    expect(first).toMatchObject({ phase: "a", asked: false });
  });

  it("asks a wish once, though the clock stands still", () => {
    const wish = goto("b", at);
    const course = follow(abc, on("a"), wishing(wish), says(false), at).reduce<Course | null>(steer, on("a"));
    expect(follow(abc, course, wishing(wish), says(false), at)).toEqual([]);
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

  describe("that a person pauses", () => {
    const pause: PauseWish = { on: true, at: 600, by: "ada" };
    const paused = { ...on("a"), paused: true };
    const asks = (course: Course, wish: PauseWish | null, done: boolean, loop = abc) =>
      follow(loop, course, wishing(null, wish), says(done), at);

    it("tells who asked, once, and stays where it is though the phase is done", () => {
      expect(asks(on("a"), pause, true)).toEqual([{ at, what: "phase-asked", asked: "pause", by: "ada" }]);
      expect(steer(on("a"), { at, what: "phase-asked", asked: "pause", by: "ada" })).toEqual(paused);
      expect(asks(paused, pause, true)).toEqual([]);
    });

    it("goes on in the same look in which it is resumed", () => {
      const resume = { on: false, at: 700, by: "bob" };
      expect(asks(paused, resume, true)[0]).toEqual({ at, what: "phase-asked", asked: "resume", by: "bob" });
      expect(words(asks(paused, resume, true))).toEqual(["phase-done a", "phase-started b 8"]);
    });

    it("goes where a person wants all the same, and stays there", () => {
      const moved = follow(abc, paused, wishing(goto("b"), pause), says(false), at);
      const course = moved.reduce<Course | null>(steer, paused);
      expect(course).toMatchObject({ phase: "b", paused: true });
      expect(follow(abc, course, wishing(goto("b"), pause), says(true), at + 1)).toEqual([]);
    });

    it("does not open again for an appended phase until it is resumed", () => {
      expect(asks({ ...on("b", 900), paused: true }, pause, true)).toEqual([]);
    });
  });

  describe("that a person sends to a phase whose file says DONE already", () => {
    const old = "# b\n\n## DONE\n";
    const entered = follow(abc, on("a"), wishing(goto("b")), () => old, at).reduce<Course | null>(
      steer,
      on("a"),
    );
    const course: Course = entered ?? on("b");

    it("tells who asked and remembers what the file said", () => {
      expect(follow(abc, on("a"), wishing(goto("b")), () => old, at)).toEqual([
        { at, what: "phase-asked", asked: "goto", phase: "b", by: "ada" },
        { at, what: "phase-started", phase: "b", turn: 8, stale: digest(old), obeyed: 600 },
      ]);
      expect(course.stale).toBe(digest(old));
    });

    it("stays while the file says the same, and goes on when it says DONE anew", () => {
      expect(follow(abc, course, wishing(null), () => old, at)).toEqual([]);
      expect([isDone(course, old), isDone(course, `${old}\n`)]).toEqual([false, true]);
      expect(words(follow(abc, course, wishing(null), () => `${old}again\n`, at))).toEqual([
        "status-renewed b",
        "phase-done b",
        "phase-started c 9",
      ]);
    });

    it("takes the very same words for DONE once they were gone in between", () => {
      const gone = follow(abc, course, wishing(null), () => null, at);
      expect(words(gone)).toEqual(["status-renewed b"]);
      const renewed = gone.reduce<Course | null>(steer, course);
      expect(words(follow(abc, renewed, wishing(null), () => old, at))).toContain("phase-done b");
    });

    it("waits until it is known what the file says", () => {
      expect(follow(abc, on("a"), wishing(goto("b")), () => undefined, at)).toEqual([]);
      expect(follow(abc, course, wishing(null), () => undefined, at)).toEqual([]);
    });

    it("remembers nothing of a file that does not say DONE, nor on its own way on", () => {
      const fresh = follow(abc, on("a"), wishing(goto("b")), () => "# b\n", at);
      expect(fresh.at(-1)).toMatchObject({ what: "phase-started", stale: null });
      expect(follow(abc, on("a"), wishing(null), () => old, at).at(-1)).toMatchObject({ stale: null });
    });
  });

  it("tells once that its phase is gone, and that it is back, and then goes on", () => {
    const lost = { ...on("b"), lost: true };
    expect(steer(on("b"), { at, what: "phase-lost", phase: "b" })).toEqual(lost);
    expect(told(loopOf("a", "c"), lost, null, true)).toEqual([]);
    expect(told(abc, lost, null, true)).toEqual(["phase-found b", "phase-done b", "phase-started c 8"]);
    expect(steer(lost, { at, what: "phase-found", phase: "b" })).toEqual(on("b"));
  });
});
