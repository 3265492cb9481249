import type { Reading } from "../../watch/sighting.ts";
import type { View } from "../view.ts";
import { trouble, troubleAsked } from "./trouble.ts";

/*
 * The screen of Gemini, from below: a footer, the input box between two edges,
 * its mode, a rule, a line that says what it does, and above it the conversation,
 * in which each item begins in column 0 with a sign of its own. What was said to
 * it stands in a box like that for input. Frames hold tools, and dialogs, which
 * take the place of the box.
 */

const TOP = /^[▄─]{10,}$/u;
const BOTTOM = /^[▀─]{10,}$/u;
const RULE = /^─{10,}$/u;
/** The sign of the box: of a message, of one that may do all, of a command for the shell, of a search. */
const SIGN = /^ (?:[>*!]|\(r:\)) /;
const PLACEHOLDER = /^ {2}(?:Type your message or @|Press '(?:Esc|i)' for \w+ mode\.$)/;
const ITEM = /^(?:[>✦ℹ✕⚠✓] |╭|▄{10})/u;
/** What was said to it; without colours it stands in no box. */
const TOLD = /^ ?> /;
/** What it says besides. */
const NOTE = /^[ℹ⚠] /u;
const CANCELLED = "ℹ Request cancelled.";
const DOES = /^ ?(?:[\u2800-\u28ff] \S|! Shell awaiting input|.*\(esc to cancel, [\dhms ]+\))/u;
const WORKING = /^[✦⏲]/u;
const WANTS_A_PERSON = /^✋/u;
const FRAME = /^ ?╭/;
const END = /^ ?╰─+╯$/u;
const CHOICE = /^ ?│ +● \d+\. +\S/u;

export interface Layout {
  /** What was said, without blank lines at its end. */
  readonly above: readonly string[];
  /** Right above the rule. */
  readonly does: string;
  readonly draft: string;
}

const PLAIN = { draft: null, final: null, running: null } as const;
const TITLE_ASKS: Reading = {
  ...PLAIN,
  mood: "asking",
  question: "it wants a person to act",
  rule: "title asks",
};

export function read({ screen, title, at }: View): Reading {
  const lines = screen.split("\n").map((line) => line.trimEnd());
  const layout = layoutOf(lines);
  if (layout === null) return readDialog(lines, title, at);
  const { above, does, draft } = layout;
  // It is coming up. What is typed now would begin a conversation of its own, before the old one is there.
  if (above.length === 0) return { ...PLAIN, mood: "unclear", rule: null };
  // It may leave the box where it is while it asks whether a tool may run.
  const frame = lastItem(above);
  if (frame.some((line) => CHOICE.test(line)) && isDialog(frame[1] ?? "", title))
    return { ...PLAIN, ...asking(frame), rule: kindOf(wordsIn(frame)) };
  if (DOES.test(does))
    return { mood: "busy", draft, final: null, running: runningIn(above), rule: "esc to cancel" };
  const running = runningIn(above);
  // A tool that says nothing for a while makes the title want a person, too.
  if (WORKING.test(title) || (WANTS_A_PERSON.test(title) && running !== null))
    return { mood: "busy", draft, final: null, running, rule: "title works" };
  if (WANTS_A_PERSON.test(title)) return TITLE_ASKS;
  const { item, isCancelled } = lastSaid(above);
  const found = trouble(item, at);
  if (found !== null) return { ...found, draft, final: null, running: null };
  const final = isCancelled ? null : finalOf(item);
  return { mood: "ready", draft, final, running: null, rule: "box" };
}

/** What a tool prints stands in a frame, too; but its first line is its own. */
const isDialog = (head: string, title: string): boolean =>
  /^│ \? /u.test(head) || (WANTS_A_PERSON.test(title) && !/^│ [⊶⊷✓x-] /u.test(head));

/** The last box, when nothing but suggestions and the footer follow, and its rule is right above. */
export function layoutOf(untrimmed: readonly string[]): Layout | null {
  const lines = untrimmed.map((line) => line.trimEnd());
  const end = lines.findLastIndex((line) => line !== "");
  const bottom = lines.findLastIndex((line) => BOTTOM.test(line));
  const top = lines.findLastIndex((line, index) => index < bottom && TOP.test(line));
  if (top < 0 || !SIGN.test(`${lines[top + 1]} `)) return null;
  if (lines.slice(bottom + 1, end + 1).some((line) => !/^ +[^╭│╰ ]/u.test(line))) return null;
  const rule = lines.findLastIndex((line, index) => index < top && RULE.test(line));
  if (rule < top - MODE_LINES) return null;
  return {
    above: conversationIn(lines.slice(0, Math.max(rule - 1, 0))),
    does: lines[rule - 1] ?? "",
    draft: draftIn(lines.slice(top + 1, bottom)),
  };
}

/** So many lines, at the most, stand between the rule and the box, where it is narrow. */
const MODE_LINES = 5;

/** Without what it shows for a moment right above the line, which begins in column 1. */
function conversationIn(lines: readonly string[]): readonly string[] {
  const end = lines.findLastIndex((line) => line !== "" && !/^ [^ >╭│╰]/u.test(line));
  return lines.slice(0, end + 1);
}

function draftIn(box: readonly string[]): string {
  const [first = "", ...rest] = box;
  const sign = SIGN.exec(`${first} `)?.[0] ?? "";
  const words = first.slice(sign.length);
  if (PLACEHOLDER.test(words)) return "";
  const draft = [words, ...rest.map((line) => line.slice(sign.length))].join("\n").trim();
  // What is typed there is no message to the agent.
  return /[>*]/.test(sign) ? draft : `${sign.trim()} ${draft}`;
}

/** What it was told while it worked: the lines below their heading, right above what it does. */
export function queueIn(lines: readonly string[]): readonly string[] {
  const above = layoutOf(lines)?.above ?? [];
  const head = above.lastIndexOf("  Queued (press ↑ to edit):");
  const queue = head < 0 ? [] : above.slice(head + 1);
  return queue.every((line) => /^ {4}\S/.test(line)) ? queue : [];
}

const lastItem = (above: readonly string[]): readonly string[] =>
  above.slice(
    Math.max(
      above.findLastIndex((line) => ITEM.test(line)),
      0,
    ),
  );

/** The last item that is no note. */
function lastSaid(above: readonly string[]): {
  readonly item: readonly string[];
  readonly isCancelled: boolean;
} {
  const begin = above.findLastIndex((line) => ITEM.test(line) && !NOTE.test(line));
  const after = above.findIndex((line, index) => index > begin && (NOTE.test(line) || RULE.test(line)));
  const item = above.slice(Math.max(begin, 0), after < 0 ? above.length : after);
  const end = item.findLastIndex((line) => line !== "");
  return { item: item.slice(0, end + 1), isCancelled: above.slice(begin).includes(CANCELLED) };
}

/** In the turn that is on. */
function runningIn(above: readonly string[]): string | null {
  const turn = above.slice(above.findLastIndex((line) => TOLD.test(line)) + 1);
  if (turn.some((line) => /^[\u2800-\u28ff] Compressing chat history$/u.test(line))) return "compaction";
  return turn.some((line) => /^│ [⊶⊷] /u.test(line)) ? "a tool" : null;
}

/** Of words that it has said, and not of what it did or was told. */
function finalOf(item: readonly string[]): string | null {
  if (!item[0]?.startsWith("✦ ")) return null;
  return item.at(-1)?.slice(2).trim() ?? null;
}

/** By the choices in the frame at its end, or by its title. */
function readDialog(lines: readonly string[], title: string, at: number): Reading {
  const end = lines.findLastIndex((line) => line !== "");
  const begin = lines.findLastIndex((line, index) => index <= end && FRAME.test(line));
  const frame = END.test(lines[end] ?? "") ? lines.slice(Math.max(begin, 0), end + 1) : [];
  const words = wordsIn(frame);
  const isKey = words.some((line) => /^(?:\? )?(?:Enter Gemini API Key|Waiting for auth)/.test(line));
  if (frame.some((line) => CHOICE.test(line)) || isKey) {
    const found = troubleAsked(words.join(" "), at);
    if (found !== null) return { ...PLAIN, ...found };
    return { ...PLAIN, ...asking(frame), rule: kindOf(words) };
  }
  return WANTS_A_PERSON.test(title) ? TITLE_ASKS : { ...PLAIN, mood: "unclear", rule: null };
}

/** Without its frame, and without one within. */
const wordsIn = (frame: readonly string[]): readonly string[] =>
  frame.map((line) => line.replaceAll(/[╭│╰╮╯─]/gu, " ").trim()).filter((line) => line !== "");

/** Its last question before the choices, or its first words, and of a tool what it would do. */
function asking(frame: readonly string[]): { readonly mood: "asking"; readonly question: string } {
  const choice = frame.findIndex((line) => CHOICE.test(line));
  const words = wordsIn(frame.slice(0, choice < 0 ? frame.length : choice));
  const subject = words[0]?.startsWith("? ") ? words[0].slice(2).replaceAll(/\s+/g, " ") : null;
  const question = words.findLast((line) => line.endsWith("?")) ?? words[subject === null ? 0 : 1] ?? subject;
  const asked = question ?? "it shows a dialog";
  return { mood: "asking", question: subject === null || subject === asked ? asked : `${subject}: ${asked}` };
}

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^Do you trust the (?:files in this folder|following folders)\b/, "trust dialog"],
  [/authenticate|^(?:\? )?Enter Gemini API Key|^Waiting for auth/, "login dialog"],
  [
    /^It seems like you don't have access to|was not found or is invalid|is not available in region/,
    "model dialog",
  ],
  [/^\? /, "permission dialog"],
  [/^Answer Questions$/, "question"],
];

const kindOf = (words: readonly string[]): string =>
  KINDS.find(([pattern]) => words.some((line) => pattern.test(line)))?.[1] ?? "dialog";
