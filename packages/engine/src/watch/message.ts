import type { Instant } from "./time.ts";

/** Something to be said to an agent, once. */
export interface Message {
  /** Short, and part of the text that is typed: what is on the screen can be recognised after a crash. */
  readonly id: string;
  readonly to: string;
  readonly at: Instant;
  readonly from: "handoff" | "person" | "engine";
  readonly text: string;
  /** The commit that a handoff is about. */
  readonly sha: string | null;
  /** Further commits that it tells of, when many of one kind wait. */
  readonly also: readonly string[];
  /** What a handoff is: claim, review, or the name of an inbox file. */
  readonly kind: string | null;
  /** The turn of the phases it belongs to; it expires when another is on. Null: always current. */
  readonly turn: number | null;
  /** When it is too late to say it. */
  readonly expires: Instant | null;
  /** The run that it is meant for, and no other; null: whichever there is. */
  readonly run: string | null;
}

/** What only some messages have. */
export const PLAIN: Pick<Message, "sha" | "also" | "kind" | "turn" | "expires" | "run"> = {
  sha: null,
  also: [],
  kind: null,
  turn: null,
  expires: null,
  run: null,
};

/** More bytes than this no message has: who has more to say puts it into a file. */
export const LONGEST_MESSAGE = 100 * 1024;

/** What is typed: the id first, so that it stands at the beginning of the input box. */
export const toTyped = (message: Message): string => toPlain(`${tag(message.id)} ${message.text}`);

export const tag = (id: string): string => `[fleet ${id}]`;

/** Keys are not text: everything that a terminal would obey is taken out. Newlines stay, as they are pasted. */
export const toPlain = (text: string): string =>
  text
    .replaceAll(/\r\n?/g, "\n")
    // A tab would complete a word.
    .replaceAll("\t", "    ")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, "")
    .trimEnd();
