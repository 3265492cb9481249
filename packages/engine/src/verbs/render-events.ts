import type { JournalEntry } from "../watch/journal.ts";
import { type Tone, tell } from "./tell.ts";

const COLORS: Readonly<Record<Tone, readonly [string, string]>> = {
  good: ["\u001b[32m", "\u001b[39m"],
  bad: ["\u001b[31m", "\u001b[39m"],
  plain: ["", ""],
  quiet: ["\u001b[2m", "\u001b[22m"],
};

export function paint(tone: Tone, text: string, color: boolean): string {
  const [on, off] = COLORS[tone];
  return color ? on + text + off : text;
}

/** Steps of a delivery and passing moods would drown the story; `events` has them. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "typing",
  "typed",
  "pressed-enter",
  "held-back",
  "starting",
  "cleared",
  "decided",
  "quit-entered",
]);

/** Is it a line of the story, and no step of a delivery? */
export const isOfStory = ({ what }: JournalEntry): boolean => !LEFT_OUT.has(what);

/** One line of the live view: seconds since the start, who, what. Null for what is left out. */
export function renderEntry(entry: JournalEntry, since: number, color: boolean): string | null {
  if (!isOfStory(entry)) return null;
  const { text, tone } = tell(entry);
  const clock = `${((entry.at - since) / 1000).toFixed(1).padStart(6)}s`;
  const who = (entry.agent ?? "fleet").padEnd(13);
  return `${paint("quiet", clock, color)}  ${who} ${paint(tone, text, color)}`;
}
