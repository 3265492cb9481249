import type { Reading } from "../../watch/sighting.ts";
import type { View } from "../view.ts";
import { trouble } from "./trouble.ts";

/*
 * The screen of Codex, from below: a footer, a blank line, the input box, which
 * begins with its sign, and above it the conversation, in which each item begins
 * in column 0 with a sign of its own. A dialog takes the place of the box.
 */

const ITEM = /^[›•◦■✔✗⚠] /u;
/** Told at the end of a turn: "  Worked for 1m 5s • 04:17". */
const DONE = /^ {2}Worked for [<\dhms ]+(?: • .*)?$/;
/** Told behind the end of a turn, for as long as it is so. */
const BACKGROUND = /^ {2}\d+ background terminals? running\b/;
const STATUS = /^[•◦] (\S.*) \((?:\d+[hm] )*\d+s • esc to interrupt\)/u;
/** What was said while it worked, and waits. */
const QUEUED = /^[•◦] (?:Messages to be submitted|Queued)/u;
const SPINS = /^[\u2800-\u28ff] /u;
/** The mark in it blinks. */
const WANTS_A_PERSON = /^\[ . \] Action Required/;
const DIALOG = /^ {2}(?:Press )?enter (?:to )?(?:confirm|continue|select|submit)\b/i;
/** Some have no such words, and end with their choices. */
const LAST_CHOICE = /^(?:[›>]| ) \d+\. \S/u;
const CHOICE = /^[›>] \d+\. \S/u;
const OPEN_ELSEWHERE = /^ {2}🔒 {2}(This conversation is open in another app)/u;

interface Layout {
  /** What was said, without blank lines at its end. */
  readonly above: readonly string[];
  /** The box, and how faint words are blanked in it. */
  readonly draft: string;
}

const PLAIN = { draft: null, final: null, running: null } as const;

export function read({ screen, bright, title, at }: View): Reading {
  const lines = screen.split("\n").map((line) => line.trimEnd());
  const dialog = dialogIn(lines, title);
  if (dialog !== null) return dialog;
  const layout = layoutOf(lines, bright.split("\n"));
  if (layout === null) return { ...PLAIN, mood: "unclear", rule: null };
  const { above, draft } = layout;
  const status = statusIn(above, bright.split("\n"));
  if (SPINS.test(title) || status?.isFaint === true) {
    const rule = /^Reconnecting/.test(status?.words ?? "") ? "retrying" : ruleOf(title);
    return { mood: "busy", draft, final: null, running: runningIn(above), rule };
  }
  const item = lastItem(above);
  const found = trouble(item, at);
  if (found !== null) return { ...found, draft, final: null, running: null };
  return { mood: "ready", draft, final: finalOf(item), running: null, rule: "box" };
}

const ruleOf = (title: string): string => (SPINS.test(title) ? "title spins" : "esc to interrupt");

/** The last line that begins with the sign, when nothing but what belongs to the box and the footer follows. */
export function layoutOf(lines: readonly string[], bright: readonly string[]): Layout | null {
  const box = lines.findLastIndex((line) => /^›(?: |$)/u.test(line));
  const end = lines.findLastIndex((line) => line.trim() !== "");
  if (box < 0 || CHOICE.test(lines[box] ?? "")) return null;
  const below = lines.slice(box + 1, end + 1);
  if (below.some((line) => /^\S/u.test(line))) return null;
  const gap = isTaller(lines, box) ? below.length : below.findLastIndex((line) => line.trim() === "");
  if (gap < 0) return null;
  const draft = bright
    .slice(box, box + 1 + gap)
    .map((line, index) => (index === 0 ? line.slice(1) : line).replace(/^ {1,2}/, "").trimEnd())
    .join("\n")
    .trim();
  const said = lines.slice(0, box);
  return { above: said.slice(0, said.findLastIndex((line) => line.trim() !== "") + 1), draft };
}

/** Lines, at the least, of such a box. */
export const TALL = 10;

/** A box that is taller than the screen leaves no room for anything else: its sign stands before the first line that is seen. */
const isTaller = (lines: readonly string[], box: number): boolean =>
  lines.slice(0, box).every((line) => line.trim() === "") &&
  lines.slice(box, -2).length > TALL &&
  lines.slice(box, -2).every((line) => line.trim() !== "");

/** Between the conversation and the box. Words that were said are bright: only its own are faint. */
function statusIn(
  above: readonly string[],
  bright: readonly string[],
): { readonly words: string; readonly isFaint: boolean } | null {
  const at = above.findLastIndex((line) => STATUS.test(line));
  const words = STATUS.exec(above[at] ?? "")?.[1];
  if (words === undefined) return null;
  return { words, isFaint: !(bright[at] ?? "").includes("to interrupt)") };
}

/** The last item of the conversation, without the note at the end of a turn and without what waits. */
function lastItem(above: readonly string[]): readonly string[] {
  const waits = above.findLastIndex((line) => QUEUED.test(line));
  const isLast = waits >= 0 && above.slice(waits + 1).every((line) => !ITEM.test(line));
  const said = (isLast ? above.slice(0, waits) : above).filter(
    (line) => !DONE.test(line) && !BACKGROUND.test(line),
  );
  const end = said.findLastIndex((line) => line !== "");
  const begin = said.findLastIndex((line, index) => index <= end && ITEM.test(line));
  return said.slice(Math.max(begin, 0), end + 1);
}

/** In the turn that is on. */
function runningIn(above: readonly string[]): string | null {
  const turn = above.slice(above.findLastIndex((line) => line.startsWith("› ")) + 1);
  if (turn.some((line) => /^[•◦] Compacting/u.test(line))) return "compaction";
  return turn.some((line) => /^[•◦] Running | background terminals? running · /u.test(line))
    ? "a tool"
    : null;
}

/** Of words that it has said, and not of what it did or was told. */
function finalOf(item: readonly string[]): string | null {
  const [first = ""] = item;
  if (!first.startsWith("• ") || item.some((line) => /^ {2}[└│├]/u.test(line))) return null;
  const last = item.at(-1) ?? "";
  return item.length === 1 ? last.slice(2) : last.trim();
}

/** By its title, or by its own words at its end. */
function dialogIn(lines: readonly string[], title: string): Reading | null {
  const end = lines.findLastIndex((line) => line !== "");
  const last = lines[end] ?? "";
  const lock = lines.map((line) => OPEN_ELSEWHERE.exec(line)?.[1]).findLast((words) => words !== undefined);
  const isLocked = lock !== undefined && / r retry .* fork /.test(last);
  if (isLocked) return { ...PLAIN, mood: "asking", question: lock, rule: "open elsewhere" };
  const isDialog = (DIALOG.test(last) || LAST_CHOICE.test(last)) && lines.some((line) => CHOICE.test(line));
  if (!isDialog && !WANTS_A_PERSON.test(title)) return null;
  const choice = lines.findLastIndex((line) => CHOICE.test(line));
  // What it asks stands below the last item, indented.
  const begin = lines.findLastIndex((line, index) => index < choice && ITEM.test(line));
  const words = (isDialog ? lines.slice(begin + 1, choice) : []).filter((line) => line !== "");
  return { ...PLAIN, mood: "asking", question: questionIn(words), rule: kindOf(words) };
}

function questionIn(words: readonly string[]): string {
  const said = words.map((line) => line.trim());
  const question = said.find((line) => /\?(?: |$)/.test(line)) ?? said[0] ?? "it wants a person to act";
  const subject = said.findLast((line) => line.startsWith("$ "));
  return subject === undefined ? question : `${question} ${subject}`;
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^ {2}Folder access/, "trust dialog"],
  [/^ {2}Would you like to /, "permission dialog"],
  [/^ {2}Hooks need review/, "hooks dialog"],
  [/Choose how you want to use Codex|Sign in/, "login dialog"],
];

const kindOf = (words: readonly string[]): string =>
  KINDS.find(([pattern]) => words.some((line) => pattern.test(line)))?.[1] ?? "dialog";
