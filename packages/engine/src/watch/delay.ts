import { tag } from "./message.ts";
import type { Mail } from "./record.ts";
import type { Sighting } from "./sighting.ts";

/** What on its screen keeps an agent from being told something. Null: nothing that shows. */
export function delayOf(sighting: Sighting, mail: Mail | null): string | null {
  if (sighting.pane !== "alive") return null;
  const { scrolled, reading } = sighting;
  if (scrolled) return "somebody reads back in its terminal (copy mode)";
  if (reading.mood === "asking") return `it asks: ${reading.question}`;
  if (reading.mood === "busy") return "it works";
  if (reading.mood !== "ready" || reading.draft === null) return null;
  if (mail !== null && reading.draft.startsWith(tag(mail.id)))
    return "it stands in the input box, and Enter is not taken";
  return reading.draft === "" ? null : "something else stands in its input box";
}
