import { BACKENDS } from "../backends/index.ts";
import type { Stopping, StopReason } from "./record.ts";
import type { Action, Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/*
 * How a run is brought to its end: its program is asked in its own way, then all
 * processes of the run are told by a signal, then killed. Each step stands in
 * the record with its time, so that another watchdog goes on where one ended.
 */

/** A screen that stands still for so long, and takes words, shows a turn that has ended. */
const QUIET: Duration = 1_000;

/** Why a run that is to end by plan goes on for now; null when its time has come. */
export function goesOn(scene: Scene, now: Instant): string | null {
  const { drain, stopsAfter } = scene;
  if (stopsAfter !== null) return `${stopsAfter} is stopped first`;
  const drains = drain !== null && now < drain;
  return drains && isAtWork(scene, now) ? "its turn has not ended" : null;
}

/** Who asks, or is at a limit, is at the end of a turn as well: it does nothing by itself. */
function isAtWork({ agent, record }: Scene, now: Instant): boolean {
  if (agent.kind === "service") return false;
  const { seen, run, mail } = record;
  if (mail !== null || seen === null) return true;
  const mood = seen.mood.mood;
  if (mood === "ready") return run?.ready == null || now - seen.still < QUIET;
  return mood === "busy" || mood === "unclear";
}

/** Who is ended by plan may take their leave. Who is wedged or broken is not asked. */
const PLANNED: ReadonlySet<StopReason> = new Set(["unwanted", "next-phase", "restart-asked"]);

/**
 * An Enter that comes too soon after what was pasted is no Enter to a program: the
 * word still stands in its box then. So it does while a program that has heard takes
 * its time: each pause is twice the one before.
 */
const ENTER_AGAIN: Duration = 1_000;

/** First what it has not pushed is kept: the next run may begin by wiping its work tree. */
export function beginStop(because: StopReason, scene: Scene): readonly Action[] {
  const { sighting, rescue, quit } = scene;
  if (sighting.pane === "alive" && rescue !== "over") return rescue === "due" ? [{ do: "rescue" }] : [];
  return quit !== null && PLANNED.has(because) && canBeAsked(scene)
    ? [{ do: "type-quit", because, text: quit }]
    : [{ do: "stop", because }];
}

/** Only into an empty box that takes words now: never into a dialog, over a person's draft or a message, or in copy mode. */
function canBeAsked({ policy, record, sighting }: Scene): boolean {
  if (policy.quit_grace === 0 || record.mail !== null || record.run?.ready == null) return false;
  if (sighting.pane !== "alive" || sighting.scrolled) return false;
  const { mood, draft } = sighting.reading;
  return (mood === "ready" || mood === "limited") && draft === "";
}

export function carryOnStop(
  { step, since, enters, because }: Stopping,
  { agent, sighting, quit, policy }: Scene,
  now: Instant,
): readonly Action[] {
  const waited = now - since;
  if (step === "told") return waited >= policy.stop_grace ? [{ do: "kill" }] : [];
  // Its terminal has ended, and what outlived it is beyond asking.
  if (sighting.pane !== "alive" || waited >= policy.quit_grace) return [{ do: "stop", because }];
  const { scrolled, reading } = sighting;
  const stands = !scrolled && reading.draft?.trim() === quit;
  const pause =
    step === "quit-typed" ? (BACKENDS[agent.backend ?? ""]?.settle ?? 0) : (2 ** enters - 1) * ENTER_AGAIN;
  return stands && waited >= pause ? [{ do: "enter-quit" }] : [];
}
