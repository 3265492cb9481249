import type { Happening } from "./happening.ts";
import type { Action, Assessment, Scene } from "./scene.ts";
import type { Instant } from "./time.ts";

/** Why nothing may be begun with an agent: the project is on hold, or its login at a limit. What it does it may go on doing. */
export interface Restraint {
  readonly by: "hold" | "limit";
  readonly because: string;
  /** When it ends by itself; null when nobody knows. */
  readonly until: Instant | null;
}

export function noticeRestraint({ restraint, record, sighting }: Scene, at: Instant): readonly Happening[] {
  if (sighting.pane === "unreadable" || sighting.pane === "foreign") return [];
  const before = record.restraint;
  if (restraint?.because === before?.because && restraint?.until === before?.until) return [];
  const released: readonly Happening[] =
    before === null || before.by === restraint?.by ? [] : [{ at, what: "released", by: before.by }];
  return restraint === null ? released : [...released, { at, what: "restrained", ...restraint }];
}

/**
 * How an agent is with whom nothing may be begun: it is neither started nor ended to be started anew, and not woken.
 * What a person wishes down goes down all the same, and a stop that was begun comes to its end.
 */
export function restrain(assessment: Assessment, { wish, restraint }: Scene): Assessment {
  if (restraint === null) return assessment;
  const held = (else_: string): Assessment => ({ is: "held", because: `${restraint.because}${else_}` });
  switch (assessment.is) {
    case "missing":
      return held("");
    case "due-to-stop":
      return wish.state === "down" ? assessment : held(`; else it would be ended: ${assessment.because}`);
    case "draining":
      return wish.state === "down" ? assessment : held("; else its run would be ended");
    case "overdue":
      return assessment.woken ? assessment : held("; else it would be woken: it missed its declared wait");
    default:
      return assessment;
  }
}

const KEYS: ReadonlySet<Action["do"]> = new Set(["type", "press-enter", "hand-in"]);

/** What is on its way to it stays where it is. */
export const isWithheld = ({ do: what }: Action, { restraint }: Scene): boolean =>
  restraint !== null && KEYS.has(what);
