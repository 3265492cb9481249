import type { Mood } from "../../watch/sighting.ts";
import type { Instant } from "../../watch/time.ts";
import { parseReset } from "../reset-time.ts";
import { ask, fatal, limited, SERVER_REST, type Trouble } from "../trouble.ts";

/** How it begins what ended a turn badly: on the screen, where it is cut into lines, and in its chat. */
export const API_ERROR = /^\[API Error: ([\s\S]*)/;

type Row = readonly [RegExp, (text: string, at: Instant) => Mood, string];

/** Some formats have a narrow blank before AM and PM. */
const resetOf = (text: string, at: Instant): Instant | null => parseReset(text.replaceAll("\u202f", " "), at);
const inAWhile = (_: string, at: Instant): Mood => limited(at + SERVER_REST);

/**
 * What ends a turn of Gemini badly, as data, and what helps: to wait ("limited"),
 * a fresh conversation ("fatal"), or a person ("asking"). The first that matches
 * counts. Limits and servers that fail it asks again by itself at first, for minutes and
 * without a word.
 */
const ERRORS: readonly Row[] = [
  [
    /RESOURCE_EXHAUSTED|exceeded your current quota|exhausted your|usage limit/i,
    (text, at) => limited(resetOf(text, at)),
    "usage limit",
  ],
  [/"code":429|\b429\b|rate.?limit|Too Many Requests/i, inAWhile, "rate limit"],
  [/billing|credits? (?:balance|are depleted)/i, ask, "billing"],
  [
    /API.?key (?:not valid|expired|was reported|is missing)|API_KEY_INVALID|UNAUTHENTICATED|PERMISSION_DENIED|"code":40[13]|\b40[13]\b|invalid_grant/i,
    ask,
    "login",
  ],
  [/thinking.*cannot be modified|thought.?signature/i, fatal, "poisoned conversation"],
  [
    /token count .*exceeds|context (?:window|length)|(?:prompt|input) is too long/i,
    fatal,
    "context overflow",
  ],
  [/"code":404|NOT_FOUND|is not found for API|model .*not (?:found|supported)/i, ask, "model gone"],
  [
    /"code":5\d\d|\b5(?:00|02|03|04|29)\b|UNAVAILABLE|overloaded|high demand|terminated|fetch failed|network|socket|ECONN|ENOTFOUND|timed? ?out/i,
    inAWhile,
    "server error",
  ],
];

/** What ended a turn; `solid` is the same without blanks, where lines were cut. */
export function readError(text: string, at: Instant, solid = ""): Trouble {
  const found = ERRORS.find(([pattern]) => pattern.test(text) || pattern.test(solid));
  const words = MESSAGE.exec(text)?.[1] ?? text.replace(/\]$/, "");
  return found === undefined
    ? { ...fatal(words), rule: "unknown error" }
    : { ...found[1](words, at), rule: found[2] };
}

/** The vendor's own words, in its JSON. */
const MESSAGE = /"message": ?"((?:[^"\\]|\\.)+)"/;

/** The trouble that the last item of a conversation shows. Behind the same sign it tells of commands of its own that it could not do. */
export function trouble(item: readonly string[], at: Instant): Trouble | null {
  if (!item[0]?.startsWith("✕ ")) return null;
  const words = item.map((line) => line.slice(2).trim()).filter((line) => line !== "");
  const text = API_ERROR.exec(words.join(" "))?.[1];
  // A long word is cut anywhere, and others between two.
  return text === undefined ? null : readError(text, at, words.join(""));
}

/** It asks what to do about a limit, and only to wait for its end helps: the engine answers nothing, and starts it again then. */
const DIALOGS: readonly Row[] = [
  [/^Usage limit reached for /, (text, at) => limited(resetOf(text, at)), "usage limit dialog"],
  [/^We are currently experiencing high demand/, inAWhile, "high demand dialog"],
];

/** The trouble that a dialog asks about. */
export function troubleAsked(text: string, at: Instant): Trouble | null {
  const found = DIALOGS.find(([pattern]) => pattern.test(text));
  return found === undefined ? null : { ...found[1](text, at), rule: found[2] };
}
