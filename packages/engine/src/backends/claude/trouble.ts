import type { Mood } from "../../watch/sighting.ts";
import type { Instant } from "../../watch/time.ts";
import { parseReset } from "../reset-time.ts";
import { ask, fatal, limited, SERVER_REST, type Trouble } from "../trouble.ts";

/**
 * What ends a turn of Claude Code badly, as data, and what helps: to wait
 * ("limited"), a fresh conversation ("fatal"), or a person ("asking"). The
 * first that matches counts.
 */
const CATALOGUE: readonly (readonly [RegExp, (text: string, at: Instant) => Mood, string])[] = [
  [
    /Usage limit reached|You've (?:hit|reached) your .*\blimit/,
    (text, at) => limited(parseReset(text, at)),
    "usage limit",
  ],
  [/Request rejected \(429\)|rate.?limit/i, (text, at) => limited(parseReset(text, at)), "rate limit"],
  [/Credit balance too low|billing/i, ask, "billing"],
  [/\b401\b|\b403\b|\/login|authenticat|invalid x-api-key|OAuth/i, ask, "login"],
  [/thinking.*cannot be modified|redacted_thinking/, fatal, "poisoned conversation"],
  [/Prompt is too long|context.*(?:limit|window)|exceeds? .*tokens/i, fatal, "context overflow"],
  [
    /\b(?:500|502|503|504|529)\b|Overloaded|Internal server error|Connection (?:error|dropped)|ECONNRE|timed? ?out/i,
    (_, at) => limited(at + SERVER_REST),
    "server error",
  ],
  [/model.*(?:not found|not exist|not available|retired)|not_found_error/i, ask, "model gone"],
  [/API Error/, fatal, "API error"],
];

/** What an error text of the program itself means; null for one that nobody knows. */
export function readError(text: string, at: Instant): Trouble | null {
  const found = CATALOGUE.find(([pattern]) => pattern.test(text));
  return found === undefined ? null : { ...found[1](text, at), rule: found[2] };
}

/**
 * The trouble that the last item of a conversation shows, and only where the
 * program itself puts such words: its footer, its notes behind ⎿, its error items.
 */
export function trouble(item: readonly string[], footer: readonly string[], at: Instant): Trouble | null {
  const warning = footer.find((line) => /^ {2}⚠ Usage limit reached/.test(line));
  const [first = ""] = item;
  const isNote = (line: string): boolean =>
    /^ {2}⎿\s+(?:You've (?:hit|reached)|Credit balance|Prompt is too long|API Error)/.test(line);
  const note = item.findIndex(isNote);
  if (warning !== undefined || /^● Usage limit reached (?:again )?·/.test(first)) {
    // The note names the zone.
    const text = [item[note] ?? "", first, warning ?? ""].join(" ");
    return readError(text.includes("limit") ? text : `Usage limit reached ${text}`, at);
  }
  if (note >= 0)
    return readError(
      item
        .slice(note)
        .map((line) => line.replace(/^\s+⎿?\s*/, ""))
        .join(" "),
      at,
    );
  if (!first.startsWith("● API Error")) return null;
  return readError(item.map((line) => line.replace(/^● /, "").trim()).join(" "), at);
}
