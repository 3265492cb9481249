import { oneLine } from "@fleet/engine";
import type { NotifyEvent } from "../../fleet-file/notify.ts";

/** Something that receivers are told. */
export interface Notice {
  /** The same however often it is told: who hears it twice can tell. */
  readonly id: string;
  readonly event: NotifyEvent | "test";
  readonly project: string;
  /** Null: the project as a whole. */
  readonly agent: string | null;
  /** When it came to be so, in milliseconds. */
  readonly at: number;
  /** A sentence, without project and agent. What is in it from an agent's screen is data. */
  readonly text: string;
  /** What a person may type; null when there is nothing to do. */
  readonly command: string | null;
}

/** What one receiver is told at once. What is in it does not change any more, however often it is tried. */
export interface Delivery {
  readonly id: string;
  /** When it was made. */
  readonly at: number;
  readonly notices: readonly Notice[];
}

/** Something stands still until a person does something. */
export const isPressing = ({ event }: Notice): boolean =>
  event === "needs-human" || event === "failed" || event === "watchdog-lost";

const LONGEST = 300;

/** A text from anywhere, fit for a line of a message. */
export function bounded(text: string): string {
  const line = oneLine(text.trim().replace(/\s+/gu, " "));
  if (line.length <= LONGEST) return line;
  const cut = line.slice(0, LONGEST - 1);
  // Not half a character.
  return `${/[\uD800-\uDBFF]$/u.test(cut) ? cut.slice(0, -1) : cut}…`;
}

/** "demo/builder asks: Trust this folder?" */
export const sayNotice = ({ project, agent, text }: Notice): string =>
  `${agent === null ? `${project}:` : `${project}/${agent}`} ${text}`;

const LINES = 10;

/** The most pressing one, and how many more: what a locked phone shows. */
export function titleOf({ notices }: Delivery): string {
  const [first, ...others] = inOrder(notices);
  if (first === undefined) return "fleet";
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return `${HEADS[first.event](first)}${more}`;
}

/** A line for each, and what to type for the first; of many the number of those that are left out. */
export function textOf({ notices }: Delivery): string {
  const ordered = inOrder(notices);
  const [first] = ordered;
  const lines = ordered.slice(0, LINES).map(sayNotice);
  const left = ordered.length - lines.length;
  const type = first === undefined || first.command === null ? [] : [`type: ${first.command}`];
  return [...lines, ...(left === 0 ? [] : [`${left} more`]), ...type].join("\n");
}

/** As many of its lines, from the first on, as fit into so many bytes. */
export function withinBytes(text: string, most: number): string {
  const lines = text.split("\n");
  while (lines.length > 1 && Buffer.byteLength(lines.join("\n")) > most) lines.pop();
  return lines.join("\n");
}

/** The pressing ones first, else as they came. */
const inOrder = (notices: readonly Notice[]): readonly Notice[] =>
  notices.toSorted((a, b) => Number(isPressing(b)) - Number(isPressing(a)) || a.at - b.at);

const who = ({ project, agent }: Notice): string => (agent === null ? project : `${project}/${agent}`);

const HEADS: Readonly<Record<Notice["event"], (notice: Notice) => string>> = {
  "needs-human": (notice) => `${who(notice)} needs you`,
  failed: (notice) => `${who(notice)} FAILED`,
  limit: (notice) => `${who(notice)} is at a usage limit`,
  "watchdog-lost": ({ project }) => `nobody watches ${project}`,
  recovered: (notice) =>
    notice.agent === null ? `${notice.project} is watched again` : `${who(notice)} goes on`,
  "phase-done": sayNotice,
  "sequence-complete": sayNotice,
  test: () => "fleet can reach you",
};

/** What programs and webhooks get. docs/schema/notice.schema.json says the same. */
export const toJson = (delivery: Delivery): string =>
  `${JSON.stringify({
    schema_version: 1,
    id: delivery.id,
    at: new Date(delivery.at).toISOString(),
    title: titleOf(delivery),
    text: textOf(delivery),
    notices: delivery.notices.map((notice) => ({ ...notice, at: new Date(notice.at).toISOString() })),
  })}\n`;
