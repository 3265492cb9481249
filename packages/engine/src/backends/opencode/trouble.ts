import type { Mood } from "../../watch/sighting.ts";
import type { Instant } from "../../watch/time.ts";
import { parseReset } from "../reset-time.ts";
import { ask, fatal, limited, SERVER_REST, type Trouble } from "../trouble.ts";

/**
 * What ends a turn of opencode badly, as data, and what helps: to wait
 * ("limited"), a fresh conversation ("fatal"), or a person ("asking"). The words
 * are those of whichever vendor serves the model; the first that matches counts.
 * What the vendor would take again, opencode tries again by itself.
 */
const CATALOGUE: readonly (readonly [RegExp, (text: string, at: Instant) => Mood, string])[] = [
  [
    /credit balance|insufficient_quota|exceeded your current quota|out of credits|billing|payment required/i,
    ask,
    "billing",
  ],
  [/usage.?limit|limit reached/i, (text, at) => limited(parseReset(text, at)), "usage limit"],
  [
    /rate.?limit|too many requests|(?:^|\s)429(?:\s|$)/i,
    (text, at) => limited(parseReset(text, at) ?? at + SERVER_REST),
    "rate limit",
  ],
  [
    /ProviderAuthError|(?:^|\s)40[13](?:\s|$)|api.?key|unauthorized|authentication|token.*expired|refresh.*token/i,
    ask,
    "login",
  ],
  [/thinking.*cannot be modified|encrypted.content/i, fatal, "poisoned conversation"],
  [
    /ContextOverflowError|prompt is too long|context.?(?:length|window)|maximum context|too many tokens/i,
    fatal,
    "context overflow",
  ],
  [/ProviderModelNotFound|model.*(?:not (?:found|exist|supported|available)|retired)/i, ask, "model gone"],
  [
    /(?:^|\s)5\d\d(?:\s|$)|overloaded|internal server error|at capacity|unavailable|ECONN|ENOTFOUND|EAI_AGAIN|socket|connect|\btimed?(?: |-)?out\b|fetch failed/i,
    (_, at) => limited(at + SERVER_REST),
    "server error",
  ],
];

/** The words of what ended a turn; null for those that nobody knows. */
export function readWords(text: string, at: Instant): Trouble | null {
  const found = CATALOGUE.find(([pattern]) => pattern.test(text));
  return found === undefined ? null : { ...found[1](text, at), rule: found[2] };
}

/** What is known to have ended a turn. */
export const readError = (text: string, at: Instant): Trouble =>
  readWords(text, at) ?? { ...fatal(text), rule: "unknown error" };
