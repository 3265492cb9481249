import type { Mood } from "../../watch/sighting.ts";
import type { Instant } from "../../watch/time.ts";
import { parseReset } from "../reset-time.ts";
import { ask, fatal, limited, SERVER_REST, type Trouble } from "../trouble.ts";

/**
 * What ends a turn of Codex badly, as data, and what helps: to wait ("limited"),
 * a fresh conversation ("fatal"), or a person ("asking"). The first that matches
 * counts. Its own word for the error, where it has one, stands behind the text.
 */
const CATALOGUE: readonly (readonly [RegExp, (text: string, at: Instant) => Mood, string])[] = [
  [/out of credits|insufficient_quota|quota exceeded|usage_not_included|billing/i, ask, "billing"],
  [
    /hit your usage limit|usage_limit_(?:exceeded|reached)/i,
    (text, at) => limited(parseReset(text, at)),
    "usage limit",
  ],
  [
    /status: 429|Too Many Requests|rate.?limit/i,
    (text, at) => limited(parseReset(text, at) ?? at + SERVER_REST),
    "rate limit",
  ],
  [/thinking.*cannot be modified|redacted_thinking|encrypted.content/i, fatal, "poisoned conversation"],
  [/out of room in the model.s context window|context_(?:window|length)_exceeded/, fatal, "context overflow"],
  [/\b40[13] (?:Unauthorized|Forbidden)|"unauthorized"|refresh token|sign in again/i, ask, "login"],
  [/model.*(?:not (?:found|exist|supported|available)|retired)|model_not_found/i, ask, "model gone"],
  [
    /status:? 5\d\d|high demand|at capacity|overloaded|server_error|stream.disconnected|error sending request|connection|timed? ?out/i,
    (_, at) => limited(at + SERVER_REST),
    "server error",
  ],
];

/** What ended a turn. */
export function readError(text: string, at: Instant): Trouble {
  const found = CATALOGUE.find(([pattern]) => pattern.test(text));
  return found === undefined
    ? { ...fatal(text), rule: "unknown error" }
    : { ...found[1](text, at), rule: found[2] };
}

/**
 * The trouble that the last item of a conversation shows. Behind the same sign
 * it tells of an interruption, and of commands of its own that it could not do:
 * what is not known for an error of a turn is none.
 */
export function trouble(item: readonly string[], at: Instant): Trouble | null {
  const [first = ""] = item;
  if (!first.startsWith("■ ")) return null;
  const text = item.join(" ").slice(2).trim();
  const found = readError(text, at);
  const isRaw = text.startsWith('{"error"') || /^unexpected status/i.test(text);
  return found.rule === "unknown error" && !isRaw ? null : found;
}
