import type { Loop, Phase } from "../project.ts";
import { digest } from "./digest.ts";
import { saysDone } from "./done.ts";
import type { Instant } from "./time.ts";

/** Where the loop is in its phases. The id decides; the index is only shown. */
export interface Course {
  readonly phase: string;
  /** Counts the starts of phases: the same phase, entered again, is another turn. */
  readonly turn: number;
  readonly since: Instant;
  /** The wish for a phase that was obeyed last, by its time as a name; null when an older engine began the phase. */
  readonly obeyed: Instant | null;
  /** A person went to it; else the phase before it was done, or it is the first. */
  readonly asked: boolean;
  /** When the last phase was done; the sequence is complete. */
  readonly complete: Instant | null;
  /** A person has asked to stay in this phase. */
  readonly paused: boolean;
  /** Of a STATUS file that said DONE already when a person went here; as long as it says the same, it does not count. */
  readonly stale: string | null;
  /** The phase is no longer in agents.toml. */
  readonly lost: boolean;
}

/** What a person asked of the phases, and who it was. */
export interface CourseWish {
  readonly goto: string;
  readonly at: Instant;
  readonly by: string;
}

export interface PauseWish {
  readonly on: boolean;
  readonly at: Instant;
  readonly by: string;
}

export interface CourseWishes {
  readonly phase: CourseWish | null;
  readonly pause: PauseWish | null;
}

export type CourseHappening = { readonly at: Instant } & (
  | { readonly what: "phase-asked"; readonly asked: "goto"; readonly phase: string; readonly by: string }
  | { readonly what: "phase-asked"; readonly asked: "pause" | "resume"; readonly by: string }
  | {
      readonly what: "phase-started";
      readonly phase: string;
      readonly turn: number;
      readonly stale: string | null;
      readonly obeyed: Instant | null;
    }
  | { readonly what: "phase-done"; readonly phase: string }
  | { readonly what: "phase-lost" | "phase-found"; readonly phase: string }
  | { readonly what: "status-renewed"; readonly phase: string }
  | { readonly what: "sequence-complete"; readonly phases: number }
  | { readonly what: "sequence-reopened"; readonly phase: string }
);

/** The text of a phase's STATUS file; null when there is none, undefined while it is not known. */
export type StatusOf = (phase: string) => string | null | undefined;

/** One look at the phases: what happened to them, given what people asked for and what the STATUS files say. */
export function follow(
  loop: Loop,
  course: Course | null,
  wishes: CourseWishes,
  status: StatusOf,
  at: Instant,
): readonly CourseHappening[] {
  const [first] = loop.phases;
  if (first === undefined) return [];
  const wish = wishes.phase;
  if (wish !== null && isNew(wish, course) && has(loop, wish.goto)) {
    const { goto: phase, by, at: obeyed } = wish;
    const text = status(phase);
    // Whether it says DONE already must be known before the phase begins.
    if (text === undefined) return [];
    const stale = text !== null && saysDone(text) ? digest(text) : null;
    return [
      { at, what: "phase-asked", asked: "goto", phase, by },
      { at, what: "phase-started", phase, turn: (course?.turn ?? 0) + 1, stale, obeyed },
    ];
  }
  if (course === null) return [begin(first.id, 1, wish?.at ?? 0, at)];
  const told = tell(loop, course, wishes.pause, status, at);
  const now = told.reduce<Course | null>(steer, course) ?? course;
  return now.paused || now.lost ? told : [...told, ...move(loop, now, status, at)];
}

/** By its name, not by its time: the clock may have been set back since. */
const isNew = ({ at }: CourseWish, course: Course | null): boolean =>
  course === null || (course.obeyed === null ? at > course.since : at !== course.obeyed);

const begin = (phase: string, turn: number, obeyed: Instant | null, at: Instant): CourseHappening => ({
  at,
  what: "phase-started",
  phase,
  turn,
  stale: null,
  obeyed,
});

/** What is new about the phase that is on. */
function tell(
  loop: Loop,
  { phase, paused, lost, stale }: Course,
  pause: PauseWish | null,
  status: StatusOf,
  at: Instant,
): readonly CourseHappening[] {
  const told: CourseHappening[] = [];
  if (pause !== null && pause.on !== paused)
    told.push({ at, what: "phase-asked", asked: pause.on ? "pause" : "resume", by: pause.by });
  if (has(loop, phase) === lost) told.push({ at, what: lost ? "phase-found" : "phase-lost", phase });
  const text = status(phase);
  if (stale !== null && text !== undefined && digest(text ?? "") !== stale)
    told.push({ at, what: "status-renewed", phase });
  return told;
}

function move(loop: Loop, course: Course, status: StatusOf, at: Instant): readonly CourseHappening[] {
  const { phase, turn, complete, obeyed } = course;
  const next = loop.phases[indexOf(loop, phase) + 1];
  if (complete !== null) {
    // A phase appended after the end opens the sequence again.
    if (next === undefined) return [];
    return [{ at, what: "sequence-reopened", phase: next.id }, begin(next.id, turn + 1, obeyed, at)];
  }
  if (!isDone(course, status(phase))) return [];
  const finished: CourseHappening = { at, what: "phase-done", phase };
  if (next === undefined) return [finished, { at, what: "sequence-complete", phases: loop.phases.length }];
  return [finished, begin(next.id, turn + 1, obeyed, at)];
}

/** Does the STATUS file say that the phase is done, and did it not say just that when a person went here? */
export const isDone = ({ stale }: Course, status: string | null | undefined): boolean =>
  status != null && saysDone(status) && (stale === null || digest(status) !== stale);

/** The only place where the course changes. */
export function steer(course: Course | null, happening: CourseHappening): Course | null {
  switch (happening.what) {
    case "phase-started": {
      const { at: since, phase, turn, stale, obeyed } = happening;
      const paused = course?.paused ?? false;
      const asked = course !== null && obeyed !== course.obeyed;
      return { phase, turn, since, obeyed, asked, complete: null, paused, stale, lost: false };
    }
    case "phase-asked":
      return course && happening.asked !== "goto"
        ? { ...course, paused: happening.asked === "pause" }
        : course;
    case "phase-lost":
    case "phase-found":
      return course && { ...course, lost: happening.what === "phase-lost" };
    case "status-renewed":
      return course && { ...course, stale: null };
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
