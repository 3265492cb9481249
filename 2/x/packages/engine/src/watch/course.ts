import type { Loop, Phase } from "../project.ts";
import type { Instant } from "./time.ts";

/** Where the loop is in its phases. The id decides; the index is only shown. */
export interface Course {
  readonly phase: string;
  /** Counts the starts of phases: the same phase, entered again, is another turn. */
  readonly turn: number;
  readonly since: Instant;
  /** When the last phase was done; the sequence is complete. */
  readonly complete: Instant | null;
}

/** What a person asked of the phases. */
export interface CourseWish {
  readonly goto: string;
  readonly at: Instant;
}

export type CourseHappening = { readonly at: Instant } & (
  | { readonly what: "phase-started"; readonly phase: string; readonly turn: number }
  | { readonly what: "phase-done"; readonly phase: string }
  | { readonly what: "sequence-complete"; readonly phases: number }
  | { readonly what: "sequence-reopened"; readonly phase: string }
);

/** One look at the phases: what happened to them, given whether the current one's STATUS file says DONE. */
export function follow(
  loop: Loop,
  course: Course | null,
  wish: CourseWish | null,
  done: boolean,
  at: Instant,
): readonly CourseHappening[] {
  const [first] = loop.phases;
  if (first === undefined) return [];
  if (wish !== null && (course === null || wish.at > course.since) && has(loop, wish.goto))
    return [{ at, what: "phase-started", phase: wish.goto, turn: (course?.turn ?? 0) + 1 }];
  if (course === null) return [{ at, what: "phase-started", phase: first.id, turn: 1 }];
  if ((!done && course.complete === null) || !has(loop, course.phase)) return [];
  const next = loop.phases[indexOf(loop, course.phase) + 1];
  if (course.complete !== null) {
    // A phase appended after the end opens the sequence again.
    if (next === undefined) return [];
    return [
      { at, what: "sequence-reopened", phase: next.id },
      { at, what: "phase-started", phase: next.id, turn: course.turn + 1 },
    ];
  }
  const finished: CourseHappening = { at, what: "phase-done", phase: course.phase };
  if (next === undefined) return [finished, { at, what: "sequence-complete", phases: loop.phases.length }];
  return [finished, { at, what: "phase-started", phase: next.id, turn: course.turn + 1 }];
}

/** The only place where the course changes. */
export function steer(course: Course | null, happening: CourseHappening): Course | null {
  switch (happening.what) {
    case "phase-started":
      return { phase: happening.phase, turn: happening.turn, since: happening.at, complete: null };
    case "sequence-complete":
      return course && { ...course, complete: happening.at };
    case "phase-done":
    case "sequence-reopened":
      return course;
    default:
      return happening satisfies never;
  }
}

export const indexOf = (loop: Loop, phase: string): number => loop.phases.findIndex(({ id }) => id === phase);

export const phaseOf = (loop: Loop, course: Course | null): Phase | null =>
  loop.phases.find(({ id }) => id === course?.phase) ?? null;

/** The file that says whether a phase is done, relative to the workdir of done_by. */
export const statusFile = (loop: Loop, phase: string): string => `${loop.docs_dir}/STATUS-${phase}.md`;

const has = (loop: Loop, phase: string): boolean => indexOf(loop, phase) >= 0;
