import path from "node:path";
import { oneLine } from "../diagnostics/safe-text.ts";
import type { Site } from "../host/site.ts";
import type { JournalEntry } from "../watch/journal.ts";
import type { Instant } from "../watch/time.ts";

/** What an agent had not pushed when it was stopped, and where it is kept. */
export interface Unpushed {
  readonly agent: string;
  /** Null when it could not be kept. */
  readonly ref: string | null;
  readonly because: string | null;
  readonly commits: number;
  readonly files: number;
  readonly omitted: number;
}

/** Worked out from the journal; of each agent the last word. */
export function unpushedSince(
  entries: readonly JournalEntry[],
  since: Instant,
  agents: readonly string[],
): readonly Unpushed[] {
  const found = new Map<string, Unpushed>();
  for (const { at, agent, what, ...more } of entries) {
    if (at < since || agent === null || !agents.includes(agent)) continue;
    if (what !== "rescued" && what !== "rescue-failed") continue;
    const number = (name: string) => (typeof more[name] === "number" ? more[name] : 0);
    const text = (name: string) => (typeof more[name] === "string" ? more[name] : null);
    const [commits, files, omitted] = [number("commits"), number("files"), number("omitted")];
    found.set(agent, { agent, ref: text("ref"), because: text("because"), commits, files, omitted });
  }
  return [...found.values()];
}

/** With the commands that show it and bring it back. */
export function sayUnpushed(one: Unpushed, site: Site): string {
  const { agent, ref, because, omitted } = one;
  if (ref === null) return `${agent}: what it has not pushed could not be kept: ${oneLine(because ?? "")}\n`;
  const workdir = site.project.agents.find(({ name }) => name === agent)?.workdir ?? ".";
  const git = `git -C ${quoted(path.resolve(site.root, workdir))}`;
  const without =
    omitted === 0 ? "" : `, without ${count(omitted, "file")} too large to keep or not readable`;
  const what = `${count(one.commits, "commit")} and ${count(one.files, "changed file")}`;
  return [
    `${agent}: ${what} not pushed, kept as ${ref}${without}`,
    `  look at it:    ${git} show --stat ${ref}`,
    `  get it back:   ${git} checkout -b rescued ${ref}`,
    "",
  ].join("\n");
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;

const quoted = (text: string): string =>
  /^[\w./@:+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
