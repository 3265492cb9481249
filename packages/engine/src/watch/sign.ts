import type { Mood } from "./sighting.ts";
import type { Instant } from "./time.ts";

/** By which way a program told of itself, besides its screen. */
export type Way = "event" | "status" | "transcript";

/** What a program said of itself in one event, record or file, as its backend reads it. */
export interface Claim {
  /** Which rule of the backend read it. */
  readonly rule: string;
  /** What it does from then on; null when this tells nothing of it, unclear when what was told before holds no more. */
  readonly mood: Mood | null;
  /** The conversation that it is in; null when this does not tell. */
  readonly conversation: string | null;
  /** Where it notes its conversation: an absolute path; null when this does not tell. */
  readonly transcript: string | null;
  /** A message that it has taken, whole or in part; null for none. */
  readonly heard: string | null;
  /** A message that it was given: taken at once, unless it was at work, when it may only be kept in its memory. */
  readonly given: string | null;
  /** When, by the program's own word; null where it does not say. */
  readonly at: Instant | null;
}

/** A claim, when it was made, and by which way it came. */
export interface Sign extends Claim {
  readonly at: Instant;
  readonly way: Way;
}

/** The last one of each way. */
export type Signs = Readonly<Partial<Record<Way, Sign>>>;

/** The last ones, after these came too. Who comes by the same way later counts. */
export const withSigns = (before: Signs, news: readonly Sign[]): Signs =>
  news.length === 0
    ? before
    : Object.fromEntries(
        [...Object.values(before), ...news]
          .filter(({ mood }) => mood !== null)
          // What it heard may be long, and is kept elsewhere.
          .map((sign) => [sign.way, { ...sign, heard: null, given: null }]),
      );

/** The clock was moved, and their moments with it. */
export function shiftSigns(signs: Signs, move: (at: Instant) => Instant): Signs {
  return Object.fromEntries(
    Object.entries(signs).map(([way, sign]) => [way, { ...sign, at: move(sign.at) }]),
  );
}

/** As many messages are remembered as were taken. */
const HEARD_KEPT = 50;
const TAG = /\[fleet ([\w-]{1,64})\]/g;

/** The messages of ours that they say were taken, by id, after those from before. `wasBusy`: it was seen at work before that. */
export function heardOf(
  before: readonly string[],
  news: readonly Sign[],
  wasBusy: boolean,
): readonly string[] {
  const texts = news.map(({ heard, given }) => heard ?? (wasBusy ? null : given) ?? "");
  const ids = texts.flatMap((text) => [...text.matchAll(TAG)].map(([, id = ""]) => id));
  return ids.length === 0 ? before : [...new Set([...before, ...ids])].slice(-HEARD_KEPT);
}

export const NO_CLAIM: Omit<Claim, "rule"> = {
  mood: null,
  conversation: null,
  transcript: null,
  heard: null,
  given: null,
  at: null,
};
