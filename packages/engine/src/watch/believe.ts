import type { Seen } from "./record.ts";
import type { Mood, Reading } from "./sighting.ts";
import type { Sign, Signs } from "./sign.ts";
import type { Duration, Instant } from "./time.ts";

/** What is believed of a run, and why. */
export interface Belief {
  readonly mood: Mood;
  /** By which way, and which rule of the backend. */
  readonly rule: string;
  /** Who says otherwise; null for nobody. */
  readonly dissent: string | null;
}

/** A program and its screen are given so long to be of one mind again; then the screen, which a person would see, is right. */
const SETTLED: Duration = 30_000;

/**
 * What a program says of itself is believed before its screen, and what it said last before what it said earlier: with
 * four exceptions. A dialog on the screen is one. A screen that has said the same for long is right. Being idle tells
 * nothing of why: after a limit or a fatal error it is that, by whomever it was told. And a way that is silent says nothing.
 */
export function believe(reading: Reading, shown: Seen["shown"], signs: Signs, now: Instant): Belief {
  const screen: Belief = {
    mood: moodOf(reading),
    rule: `screen: ${reading.rule ?? "no rule"}`,
    dissent: null,
  };
  const sign = saidOf(signs);
  if (sign?.mood == null) return screen;
  const said: Belief = { mood: sign.mood, rule: `${sign.way}: ${sign.rule}`, dissent: null };
  if (reading.mood === said.mood.mood) return richer(screen, said);
  if (reading.mood === "unclear") return said;
  if (reading.mood === "ready" && isTrouble(said.mood)) return said;
  if (said.mood.mood === "ready" && isTrouble(reading)) return against(screen, said);
  const isOld = now - sign.at >= SETTLED && now - shown.since >= SETTLED;
  return reading.mood === "asking" || isOld ? against(screen, said) : against(said, screen);
}

/** The last word of all. */
function saidOf(signs: Signs): Sign | null {
  const all = Object.values(signs).filter(({ mood }) => mood !== null);
  const last = all.reduce<Sign | null>(
    (latest, sign) => (latest === null || sign.at > latest.at ? sign : latest),
    null,
  );
  return last?.mood?.mood === "ready" ? (all.find(({ mood }) => isTrouble(mood)) ?? last) : last;
}

const isTrouble = (mood: Mood | null): boolean => mood?.mood === "limited" || mood?.mood === "fatal";

/** Of one mind; but only one of them may know until when. */
function richer(screen: Belief, said: Belief): Belief {
  const untold = said.mood.mood === "limited" && said.mood.until === null;
  return untold ? screen : said;
}

const against = (belief: Belief, other: Belief): Belief => ({
  ...belief,
  dissent: `${other.rule} says ${other.mood.mood}`,
});

/** Without what a reading says besides. */
export function moodOf({ draft: _, final: __, running: ___, rule: ____, ...mood }: Reading): Mood {
  return mood;
}
