import type { Stopping, StopReason } from "./record.ts";
import type { Action, Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/*
 * How a run is brought to its end: its program is asked in its own way, then all
 * processes of the run are told by a signal, then killed. Each step stands in
 * the record with its time, so that another watchdog goes on where one ended.
 */

/** Who is ended by plan may take their leave. Who is wedged or broken is not asked. */
const PLANNED: ReadonlySet<StopReason> = new Set(["unwanted", "next-phase", "restart-asked"]);

/** A program needs a moment to take what was pasted before it takes the Enter. */
const SETTLE: Duration = 40;

export const beginStop = (because: StopReason, scene: Scene): readonly Action[] =>
  scene.quit !== null && PLANNED.has(because) && canBeAsked(scene)
    ? [{ do: "type-quit", because, text: scene.quit }]
    : [{ do: "stop", because }];

/** Only into an empty box that takes words now: never into a dialog, over a person's draft or a message, or in copy mode. */
function canBeAsked({ policy, record, sighting }: Scene): boolean {
  if (policy.quit_grace === 0 || record.mail !== null || record.run?.ready == null) return false;
  if (sighting.pane !== "alive" || sighting.scrolled) return false;
  const { mood, draft } = sighting.reading;
  return (mood === "ready" || mood === "limited") && draft === "";
}

export function carryOnStop(
  { step, since, because }: Stopping,
  { sighting, quit, policy }: Scene,
  now: Instant,
): readonly Action[] {
  const waited = now - since;
  if (step === "told") return waited >= policy.stop_grace ? [{ do: "kill" }] : [];
  // Its terminal has ended, and what outlived it is beyond asking.
  if (sighting.pane !== "alive" || waited >= policy.quit_grace) return [{ do: "stop", because }];
  const { scrolled, reading } = sighting;
  const stands = step === "quit-typed" && !scrolled && reading.draft === quit;
  return stands && waited >= SETTLE ? [{ do: "enter-quit" }] : [];
}
