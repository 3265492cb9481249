import type { Mood, Reading } from "../src/watch/sighting.ts";

/*
 * What the moments of the tours mean: the tests of captured screens and the
 * conformance of the living programs go by the same table.
 */

export interface Meaning {
  readonly mood: Mood["mood"];
  /** In the box: nothing, or something; not asked where it does not matter. */
  readonly draft?: "" | "something";
  readonly final?: string;
}

const MARKER = "WAITING-UNTIL: 2099-06-13T19:30:00Z";

/** By the beginning of the moment's name; the first that fits. */
const MEANINGS: readonly (readonly [string, Meaning])[] = [
  ["ready", { mood: "ready", draft: "" }],
  ["answered", { mood: "ready", draft: "" }],
  ["interrupted", { mood: "ready" }],
  ["waiting", { mood: "ready", draft: "", final: MARKER }],
  ["draft", { mood: "ready", draft: "something" }],
  ["quotes", { mood: "ready", draft: "" }],
  ["busy", { mood: "busy" }],
  ["retrying", { mood: "busy" }],
  ["compacting", { mood: "busy" }],
  ["permission", { mood: "asking" }],
  ["question", { mood: "asking" }],
  ["trust", { mood: "asking" }],
  ["login", { mood: "asking" }],
  ["theme", { mood: "asking" }],
  ["security-notes", { mood: "asking" }],
  ["error-credit", { mood: "asking" }],
  ["error-thinking", { mood: "fatal" }],
];

/** Null: a moment of which nothing is asked. */
export const meaningOf = (moment: string): Meaning | null =>
  MEANINGS.find(([beginning]) => moment.startsWith(beginning))?.[1] ?? null;

/** In what a reading is otherwise; nothing where it is right. */
export function misread({ mood, draft, final }: Meaning, reading: Reading): readonly string[] {
  const holds = /\S/.test(reading.draft ?? "") ? "something" : reading.draft;
  return [
    ...(reading.mood === mood ? [] : [`${reading.mood} instead of ${mood}`]),
    ...(draft === undefined || holds === draft ? [] : [`the box: ${JSON.stringify(reading.draft)}`]),
    ...(final === undefined || reading.final === final ? [] : [`the end: ${JSON.stringify(reading.final)}`]),
  ];
}
