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
 * three exceptions. A dialog on the screen, where the box would be, counts before all. A screen that has said the same for long is right. And an
 * idle status tells nothing of why it is idle: after a limit or a fatal error it is that, by whomever it was told.
 */
export function believe(reading: Reading, shown: Seen["shown"], signs: Signs, now: Instant): Belief {
  const screen: Belief = {
    mood: moodOf(reading),
    rule: `screen: ${reading.rule ?? "no rule"}`,
    dissent: null,
  };
  const sign = saidOf(signs);
  // From there on it tells no more.
  if (sign?.mood == null || sign.mood.mood === "unclear") return screen;
  const said: Belief = { mood: sign.mood, rule: `${sign.way}: ${sign.rule}`, dissent: null };
  if (reading.mood === said.mood.mood) return richer(screen, said);
  if (reading.mood === "unclear") return said;
  if (reading.mood === "ready" && isTrouble(said.mood)) return said;
  // What the screen shows may be quoted, or an earlier run's; but a status knows nothing of trouble.
  if (said.mood.mood === "ready" && (isTrouble(reading) || asksInBox(reading)))
    return sign.way === "status" ? against(screen, said) : against(said, screen);
  const isOld = now - sign.at >= SETTLED && now - shown.since >= SETTLED;
  return reading.mood === "asking" || isOld ? against(screen, said) : against(said, screen);
}

/**
 * The last word of all. A status that says idle doesn't know how the turn has ended: an event or the transcript does.
 */
function saidOf(signs: Signs): Sign | null {
  const last = newest(Object.values(signs));
  if (last?.way !== "status" || last.mood?.mood !== "ready") return last;
  const turn = newest(Object.values(signs).filter(({ way }) => way !== "status"));
  return turn === null || turn.mood?.mood === "busy" || turn.mood?.mood === "asking" ? last : turn;
}

function newest(signs: readonly Sign[]): Sign | null {
  const moods = signs.filter(({ mood }) => mood !== null);
  return moods.reduce<Sign | null>((last, sign) => (last === null || sign.at > last.at ? sign : last), null);
}

const isTrouble = (mood: Mood | null): boolean => mood?.mood === "limited" || mood?.mood === "fatal";

/** A dialog takes the place of the box: where that is, only an error wants a person. */
const asksInBox = ({ mood, draft }: Reading): boolean => mood === "asking" && draft !== null;

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
