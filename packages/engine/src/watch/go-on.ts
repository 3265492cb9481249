import type { Policy } from "../project.ts";
import { digest } from "./digest.ts";
import type { Happening } from "./happening.ts";
import { type Message, PLAIN } from "./message.ts";
import type { Cut } from "./record.ts";
import type { Scene } from "./scene.ts";
import type { Duration, Instant } from "./time.ts";

/*
 * A turn that a limit or a failing server has cut short is not taken up by
 * itself when that is over: most programs rest at their prompt. Who has a
 * conversation to go on with is told so, once, by the gate of all messages.
 */

/** At a limit that does not say how long it lasts, it is tried again this late. */
const UNKNOWN_LIMIT: Duration = 3_600_000;

/** It is over, and has been for as long as those need that go on by themselves. */
export const overAt = (
  { since, until }: { readonly since: Instant; readonly until: Instant | null },
  { stall_grace }: Policy,
): Instant => (until === null ? since + UNKNOWN_LIMIT : Math.max(until, since) + stall_grace);

/** A turn was cut short, or went on: by itself, by a person, or because it was told to. */
export function noticeCut({ agent, record, sighting, signs }: Scene, at: Instant): readonly Happening[] {
  const { run, seen, cut, mail } = record;
  if (agent.kind !== "persistent" || agent.watch === "none") return [];
  if (sighting.pane !== "alive" || run === null || seen === null || record.stopping !== null) return [];
  const { mood, since } = seen;
  if (mood.mood === "limited") {
    const isKnown = cut?.run === run.instance && cut.since === since && cut.until === mood.until;
    if (isKnown) return [];
    const id = cut?.since === since ? cut.id : idOf(run.instance, since);
    return [{ at, what: "cut-short", id, run: run.instance, since, until: mood.until }];
  }
  // Until it is settled, what it does may be our own words in its box.
  if (cut === null || mail?.id === cut.id) return [];
  const worked = signs.some((sign) => sign.mood?.mood === "busy" && sign.at > cut.since);
  const goesOn = mood.mood === "busy" || worked || (mood.mood === "ready" && cut.told !== null);
  return goesOn ? [{ at, what: "went-on" }] : [];
}

const idOf = (instance: string, since: Instant): string =>
  `go-on-${digest(`${instance} ${since}`).slice(0, 6)}`;

/** The next run takes the same turn up. What the last one was told in vain, it is told under another name. */
export const carryCut = (cut: Cut | null, instance: string): Cut | null =>
  cut?.told == null ? cut : { ...cut, id: idOf(instance, cut.since), told: null };

/** What it is told when its time has come; and as long as that is on its way. */
export function goOnMessage(
  { agent, record: { run, seen, cut, mail }, sighting, policy, grace }: Scene,
  now: Instant,
): Message | null {
  if (cut === null) return null;
  const message: Message = {
    ...PLAIN,
    id: cut.id,
    to: agent.name,
    at: cut.since,
    from: "engine",
    text: GO_ON,
  };
  if (mail !== null) return mail.id === cut.id ? message : null;
  const rests = seen?.mood.mood === "limited" || seen?.mood.mood === "ready";
  if (sighting.pane !== "alive" || run === null || !rests || cut.told !== null) return null;
  return now > Math.max(overAt(cut, policy), grace) ? message : null;
}

export const GO_ON = "What cut your last turn short is over. Go on where it ended.";
