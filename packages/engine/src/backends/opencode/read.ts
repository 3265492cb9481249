import type { Reading } from "../../watch/sighting.ts";
import type { Duration, Instant } from "../../watch/time.ts";
import { limited, type Trouble } from "../trouble.ts";
import type { View } from "../view.ts";
import { LONG_RETRY } from "./claims.ts";
import { readWords } from "./trouble.ts";

/*
 * The screen of opencode, from below: a footer, the lower edge of the input box,
 * the box behind a bar, with the model's name as its last line, and above it the
 * conversation. What it was told, tools and errors stand behind a bar, too; what it says
 * itself stands free, and a turn ends with a line of its own. A dialog takes
 * the place of the box, and has no lower edge. On the right there may be a
 * sidebar: what is right of the box is none of all this.
 */

const EDGE = /^( *)╹▀+/u;
const BAR = /^ *┃/u;
/** One that the box offers for what was typed, in a list right above that. */
const COMPLETION = /^ *┃ \S.*┃$/u;
/** In an empty box, before anything was said. */
const GHOST = /^Ask anything… ".*"$/u;
/** The wheel that turns in the footer may be all that a narrow one has room for. */
const BUSY = /^ *[■⬝]{3,}|\besc interrupt\b/u;
const RETRY = /\bretrying (?:in ((?:\d+[dhms] ?)+))?(?:\[?attempt|attempt) #\d+/u;
/** "▣  Build · Fake Model · 1m 5s"; without its duration it did not end well. */
const TURN = /^ *▣ {2}\S.* · /u;
const DONE = / · (?:\d[\d.]*(?:ms|[smhd]) ?)+$/u;
const INTERRUPTED = / · interrupted$/u;
/** Not yet done: it spins, or has a command without what came of it. */
const RUNS = /^ *┃ {2}[\u2800-\u28ff] /u;
/** How far down it begins, at the most. */
const NOTICE_TOP = 3;
const NOTICE = /^(.{8,}?)┃ {2}([^┃]*)┃ *$/u;
const KEYS = /\besc dismiss\b|\benter (?:submit|con|toggle)|⇆ +select/u;
/** A list that was opened over all this. */
const OVERLAY = /^ {3,}\S.* {3,}esc *$/u;

interface Layout {
  /** What was said, without blank lines at its end. */
  readonly above: readonly string[];
  readonly draft: string;
  readonly footer: string;
  /** What a notice says that for some seconds lies over the conversation; null for none. */
  readonly notice: string | null;
}

const PLAIN = { draft: null, final: null, running: null } as const;

export function read({ screen, at }: View): Reading {
  const lines = screen.split("\n").map((line) => line.trimEnd());
  const layout = layoutOf(lines);
  if (layout === null) return readDialog(lines);
  const { above, draft, footer, notice } = layout;
  if (above.some((line) => OVERLAY.test(line))) return { ...PLAIN, mood: "unclear", rule: "overlay" };
  if (BUSY.test(footer) || RETRY.test(footer)) {
    const retry = RETRY.exec(footer);
    const pause = durationOf(retry?.[1] ?? "");
    const running = runningIn(above);
    if (retry === null) return { mood: "busy", draft, final: null, running, rule: "esc interrupt" };
    if (pause < LONG_RETRY) return { mood: "busy", draft, final: null, running, rule: "retrying" };
    return { ...limited(at + pause), draft, final: null, running, rule: "retrying later" };
  }
  const found = troubleIn(above, notice, at);
  if (found !== null) return { ...found, draft, final: null, running: null };
  return { mood: "ready", draft, final: finalOf(above), running: null, rule: "box" };
}

/** The last box with a lower edge, and only a footer below it. */
export function layoutOf(lines: readonly string[]): Layout | null {
  const edge = lines.findLastIndex((line) => EDGE.test(line));
  const found = EDGE.exec(lines[edge] ?? "");
  if (found === null) return null;
  const [{ length: right }, { length: left }] = [found[0], found[1] ?? ""];
  const below = lines.slice(edge + 1).filter((line) => line !== "");
  // A dialog is drawn over the lower lines.
  if (below.some((line) => BAR.test(line))) return null;
  const cut = lines.slice(0, edge).map((line) => [...line].slice(0, right).join("").trimEnd());
  const bar = `${" ".repeat(left)}┃`;
  const top = cut.findLastIndex((line) => !line.startsWith(bar)) + 1;
  if (top >= edge) return null;
  const typed = cut.slice(top, -1).filter((line) => !COMPLETION.test(line));
  const box = typed.map((line) => line.slice(bar.length).replace(/^ {1,2}/, ""));
  const draft = box.join("\n").trim();
  const { said, notice } = withoutNotice(cut.slice(0, top));
  return {
    notice,
    above: said.slice(0, said.findLastIndex((line) => line !== "") + 1),
    draft: GHOST.test(draft) ? "" : draft,
    footer: below.join(" "),
  };
}

/** Between two bars, in the upper right corner. */
function withoutNotice(
  lines: readonly string[],
): Pick<Layout, "notice"> & { readonly said: readonly string[] } {
  const rows = lines.map((line) => NOTICE.exec(line));
  const begin = rows.findIndex((row) => row !== null);
  const left = rows[begin]?.[1]?.length;
  const after = rows.findIndex((row, index) => index > begin && row?.[1]?.length !== left);
  const end = after < 0 ? rows.length : after;
  if (left === undefined || begin > NOTICE_TOP || end - begin < 3) return { said: lines, notice: null };
  const words = rows.slice(begin, end).map((row) => row?.[2]?.trim() ?? "");
  const said = lines.map((line, index) =>
    index < begin || index >= end ? line : line.slice(0, left).trimEnd(),
  );
  return { said, notice: words.join(" ").trim() };
}

function durationOf(text: string): Duration {
  const units: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
  const parts = [...text.matchAll(/(\d+)([dhms])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
}

/** In the turn that is on. */
function runningIn(above: readonly string[]): string | null {
  const turn = above.slice(above.findLastIndex((line) => DONE.test(line) && TURN.test(line)) + 1);
  if (turn.some((line) => /^ *▣ {2}Compaction · /u.test(line))) return "compaction";
  return turn.some((line) => RUNS.test(line)) ? "a tool" : null;
}

interface Ending {
  /** What stands last before the line that ends a turn. */
  readonly block: readonly string[];
  /** The last line before that. */
  readonly before: string;
}

function endingOf(above: readonly string[]): Ending | null {
  const said = above.slice(0, -1);
  const last = said.findLastIndex((line) => line !== "");
  if (last < 0 || !TURN.test(above.at(-1) ?? "")) return null;
  const begin = said.findLastIndex((line, index) => index < last && line === "") + 1;
  const before = said.slice(0, begin).findLast((line) => line !== "") ?? "";
  return { block: said.slice(begin, last + 1), before };
}

/**
 * A turn that ended badly says so in a notice, and behind a bar, below what it was
 * told; and how long it took it does not say. Only words that are known count: a person may
 * have stopped it at once, and then it is what it was told that stands there.
 */
function troubleIn(above: readonly string[], notice: string | null, at: Instant): Trouble | null {
  const end = above.at(-1) ?? "";
  const ending = DONE.test(end) || INTERRUPTED.test(end) ? null : endingOf(above);
  const noticed = ending === null || notice === null ? null : readWords(notice, at);
  if (noticed !== null) return noticed;
  if (ending === null || !ending.block.every((line) => BAR.test(line))) return null;
  const words = ending.block.map((line) => line.replace(BAR, "").trim()).filter((line) => line !== "");
  // A turn begins with what it was told; tools stand behind a bar, too.
  const isFirst = ending.before === "" || TURN.test(ending.before);
  const isOther = /^(?:\[fleet |[$#\u2800-\u28ff] )/u.test(words[0] ?? "");
  return isFirst || isOther ? null : readWords(words.join(" "), at);
}

/** Of words that it has said, and not of what it did or was told. */
function finalOf(above: readonly string[]): string | null {
  const ending = DONE.test(above.at(-1) ?? "") ? endingOf(above) : null;
  const last = ending?.block.at(-1) ?? "";
  return last.startsWith("     ") ? last.trim() : null;
}

const UNCLEAR: Reading = { ...PLAIN, mood: "unclear", rule: null };

/** Behind a bar that goes on to the end of the screen. */
function readDialog(lines: readonly string[]): Reading {
  const end = lines.findLastIndex((line) => line !== "");
  const begin = lines.findLastIndex((line, index) => index <= end && !BAR.test(line)) + 1;
  const words = lines
    .slice(begin, end + 1)
    .map((line) => line.replace(BAR, "").trim())
    .filter((line) => line !== "");
  if (!KEYS.test(words.at(-1) ?? "") && !KEYS.test(words.at(-2) ?? "")) return UNCLEAR;
  const isPermission = words[0]?.startsWith("△ Permission required") === true;
  const subject = words.slice(1).find((line) => !line.startsWith("# "));
  const question = isPermission
    ? `Permission required: ${subject ?? "?"}`
    : (words[0] ?? "it shows a dialog");
  return { ...PLAIN, mood: "asking", question, rule: isPermission ? "permission dialog" : "question" };
}
