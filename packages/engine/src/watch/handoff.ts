import type { Handoff } from "../project.ts";
import type { Message } from "./message.ts";
import type { Instant } from "./time.ts";

export interface Commit {
  /** 40 hex digits. */
  readonly sha: string;
  /** To decide by and to show to people; never typed into an agent. */
  readonly subject: string;
}

/** What the watched branch gained since the last look, oldest first. */
export interface Gain {
  readonly commits: readonly Commit[];
  /** Inbox files that changed and are not empty, by name. */
  readonly inbox: readonly string[];
  /** Where the branch is now. */
  readonly head: string;
}

/** More than this many of one kind for one agent in one look become one message with a count. */
const FLOOD = 5;

const KINDS = ["claim", "review"] as const;
type Kind = (typeof KINDS)[number];

/** Which kind of handoff a commit is. Column 0 and the parenthesis count: a revert, a fixup or prose is not one. */
export const kindOf = (subject: string): Kind | null =>
  KINDS.find((kind) => subject.startsWith(`${kind}(`)) ?? null;

/** The messages that a gain calls for. Same gain, same ids: writing them twice changes nothing. */
export function messagesFor(gain: Gain, handoff: Handoff, turn: number, at: Instant): readonly Message[] {
  const made = { at, from: "handoff", turn } as const;
  const handoffs = KINDS.flatMap((kind) => {
    const commits = gain.commits.filter((commit) => kindOf(commit.subject) === kind);
    const last = commits.at(-1);
    const to = handoff[kind];
    if (last === undefined) return [];
    if (commits.length > FLOOD) {
      const text = `${commits.length} new ${kind}s on origin/${handoff.branch}. ${CALL[kind]}`;
      return [{ ...made, id: last.sha.slice(0, 7), to, sha: last.sha, text }];
    }
    return commits.map(({ sha }) => {
      const text = `New ${kind} on origin/${handoff.branch}. ${CALL[kind]}`;
      return { ...made, id: sha.slice(0, 7), to, sha, text };
    });
  });
  const inboxes = gain.inbox.flatMap((file, index) => {
    const to = Object.hasOwn(handoff.inbox, file) ? handoff.inbox[file] : undefined;
    if (to === undefined) return [];
    // The file's name comes from agents.toml, not from the commit.
    const text = `${file} has news on origin/${handoff.branch}. Pull and read it.`;
    return [{ ...made, id: `${gain.head.slice(0, 7)}-${index + 1}`, to, sha: gain.head, text }];
  });
  return [...handoffs, ...inboxes];
}

const CALL: Readonly<Record<Kind, string>> = {
  claim: "Pull and verify.",
  review: "Pull and go on.",
};
