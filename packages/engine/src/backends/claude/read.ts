import type { Mood, Reading } from "../../watch/sighting.ts";
import type { View } from "../view.ts";
import { trouble } from "./trouble.ts";

/*
 * The screen of Claude Code, from below: a footer, the input box between two
 * rules, and above it the conversation, in which each item begins in column 0
 * with a sign of its own. A dialog takes the place of the box.
 */

const RULE = /^─{10,}/;
const ITEM = /^(?:[●❯✻✽✢✳✶·*]|▎|⚠)/;
/** Told at the end of a turn: "✻ Brewed for 7s · done 4:02 AM". */
const DONE = /^\S \S+ for [\dhms ]+(?: · done .*)?$/;
/** At narrow widths the end is cut off. */
export const BUSY = /\besc to i(?:nterrupt|n?t?e?r?r?u?p?…)/;
/** The footer makes room while there is a draft; then only the line that moves says so. */
export const SPINNER = /^[✻✽✢✳✶·*] \S.*… \(\d/;
const DIALOG = /(?:^ *|· )(?:Enter to (?:confirm|select|continue)|Esc to (?:cancel|exit|go back))(?: ·|$)/;
/** The sign of an option in a dialog's list. */
const CHOICE = /^ *❯ (?:\d+\. )?\S/;

interface Layout {
  /** What was said, without blank lines at its end. */
  readonly above: readonly string[];
  readonly draft: string;
  readonly footer: readonly string[];
}

export function read(view: View): Reading {
  const lines = view.screen.split("\n").map((line) => line.trimEnd());
  const layout = layoutOf(lines, view.bright.split("\n"));
  if (layout === null) return readDialog(lines);
  const { above, draft, footer } = layout;
  const item = lastItem(above);
  const running = runningIn(above);
  if (footer.some((line) => BUSY.test(line))) {
    const rule = item.some((line) => / · retrying\b|will retry in/.test(line))
      ? "retrying"
      : "esc to interrupt";
    return { mood: "busy", draft, final: null, running, rule };
  }
  if (SPINNER.test(item[0] ?? "")) return { mood: "busy", draft, final: null, running, rule: "spinner" };
  const found = trouble(item, footer, view.at);
  if (found !== null) return { ...found, draft, final: null, running: null };
  return { mood: "ready", draft, final: finalOf(item), running: null, rule: "box" };
}

/** The box is the last thing between two rules that begins with its sign. */
function layoutOf(lines: readonly string[], bright: readonly string[]): Layout | null {
  const bottom = lines.findLastIndex((line) => RULE.test(line));
  const top = lines.findLastIndex((line, index) => index < bottom && RULE.test(line));
  if (top < 0 || !/^❯(?:\s|$)/.test(lines[top + 1] ?? "")) return null;
  const footer = lines.slice(bottom + 1).filter((line) => line !== "");
  const box = bright.slice(top + 1, bottom).map((line, index) => (index === 0 ? line.slice(1) : line).trim());
  const above = lines.slice(0, top);
  // The effort and its like stand at the right edge, right above the box.
  const end = above.findLastIndex((line) => line !== "" && !/^ {30,}\S/.test(line));
  return { above: above.slice(0, end + 1), draft: box.join("\n").trim(), footer };
}

/** The last item of the conversation, without the note at the end of a turn. */
function lastItem(above: readonly string[]): readonly string[] {
  const said = DONE.test(above.at(-1) ?? "") ? above.slice(0, -1) : above;
  const end = said.findLastIndex((line) => line !== "");
  const begin = said.findLastIndex((line, index) => index <= end && ITEM.test(line));
  return said.slice(Math.max(begin, 0), end + 1);
}

/** In the turn that is on. */
function runningIn(above: readonly string[]): string | null {
  const turn = above.slice(above.findLastIndex((line) => line.startsWith("❯")) + 1);
  if (turn.some((line) => /^\S Compacting conversation…/.test(line))) return "compaction";
  return turn.some((line) => /^\s+⎿\s+Running/.test(line)) ? "a tool" : null;
}

/** Of words that it has said, and not of what it did or was told. */
function finalOf(item: readonly string[]): string | null {
  const [first = ""] = item;
  if (!first.startsWith("● ") || item.some((line) => /^\s+⎿\s/.test(line))) return null;
  const last = item.at(-1) ?? "";
  return item.length === 1 ? last.slice(2) : last.trim();
}

const UNCLEAR: Reading = { mood: "unclear", draft: null, final: null, running: null, rule: null };

/** By its own words at its end; what it asks is its last question, or its first words. */
function readDialog(lines: readonly string[]): Reading {
  const end = lines.findLastIndex((line) => line !== "");
  const first = firstStart(lines, lines[end] ?? "");
  if (first !== null) return first;
  const begin = lines.findLastIndex((line, index) => index <= end && RULE.test(line));
  const words = lines.slice(begin + 1, end + 1).filter((line) => line !== "");
  const asks = DIALOG.test(words.at(-1) ?? "") && lines.some((line) => CHOICE.test(line));
  if (!asks) return UNCLEAR;
  // A list of choices may have a rule of its own before its last ones.
  const all = words.some((line) => CHOICE.test(line)) ? words : lines.slice(0, end + 1);
  const question = questionIn(all);
  return { ...ASKING(question), draft: null, final: null, running: null, rule: ruleOf(all) };
}

/** In a home where it was never before, it welcomes a person, page by page; they end in no words that they have in common. */
function firstStart(lines: readonly string[], last: string): Reading | null {
  const begin = lines.findIndex((line) => line !== "");
  if (!/^Welcome to Claude Code\b/.test(lines[begin] ?? "")) return null;
  if (!/^ Press Enter to continue/.test(last) && !lines.some((line) => CHOICE.test(line))) return null;
  const page = lines.slice(begin + 1).find((line) => /^ (?!Let's)[A-Z]/.test(line)) ?? "its first start";
  return { ...ASKING(page.trim()), draft: null, final: null, running: null, rule: "first start" };
}

const ASKING = (question: string): Extract<Mood, { mood: "asking" }> => ({ mood: "asking", question });

function questionIn(lines: readonly string[]): string {
  const said = lines.map((line) => line.trim()).filter((line) => line !== "" && !RULE.test(line));
  const choice = said.findLastIndex((line) => /^❯ /.test(line));
  const before = said.slice(0, choice).filter((line) => !/^[╌☐▐▝]/.test(line));
  const question = before.findLast((line) => line.endsWith("?")) ?? before[0] ?? "it shows a dialog";
  const subject = before.find((line) => /^(?:Bash command|Edit file|Read file|Fetch|Write)/.test(line));
  return subject === undefined ? question : `${subject}: ${question}`;
}

const RULES: readonly (readonly [RegExp, string])[] = [
  [/^ ?Accessing workspace:/, "trust dialog"],
  [/Do you want to proceed\?|Do you want to (?:make this edit|create|allow)/, "permission dialog"],
  [/Detected a custom API key/, "API key dialog"],
  [/Bypass Permissions mode/, "bypass dialog"],
  [/^ ?Select login method|Login method/, "login dialog"],
  [/Enter to select/, "question"],
];

const ruleOf = (lines: readonly string[]): string =>
  RULES.find(([pattern]) => lines.some((line) => pattern.test(line)))?.[1] ?? "dialog";
