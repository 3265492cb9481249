import type { Handoff } from "../project.ts";
import { type Message, PLAIN } from "./message.ts";
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

/** Why handoffs count from another place than where the phase began. */
export const REWRITTEN = "history was rewritten";

/** What a history that was rewritten made of the handoffs in it. */
export interface Rewriting {
  /** Where both histories part; null when they have nothing in common. */
  readonly base: string | null;
  /** Of the newest: those that are in it no more, and those that came with it. Null: it is not known any more what was there. */
  readonly gone: readonly Handed[] | null;
  readonly untold: readonly Handed[];
}

/** A handoff, by its commit. */
export interface Handed {
  readonly sha: string;
  readonly kind: Kind;
}

/** Of very many the newest are enough to be told of. */
const NEWEST = 100;

export const handedIn = (commits: readonly Commit[]): readonly Handed[] =>
  commits
    .flatMap(({ sha, subject }) => {
      const kind = kindOf(subject);
      return kind === null ? [] : [{ sha, kind }];
    })
    .slice(-NEWEST);

/** Does anybody wait for what will not come? Not known is not no. */
export const isMissed = ({ gone, untold }: Rewriting): boolean =>
  gone === null || gone.length > 0 || untold.length > 0;

/** More than this many of one kind that wait for one agent become one message with a count. */
const FLOOD = 5;

const KINDS = ["claim", "review"] as const;
type Kind = (typeof KINDS)[number];

/** Which kind of handoff a commit is. Column 0 and the parenthesis count: a revert, a fixup or prose is not one. */
export const kindOf = (subject: string): Kind | null =>
  KINDS.find((kind) => subject.startsWith(`${kind}(`)) ?? null;

/** The messages that a gain calls for. Same gain, same ids: writing them twice changes nothing. */
export function messagesFor(gain: Gain, handoff: Handoff, turn: number, at: Instant): readonly Message[] {
  const made = { ...PLAIN, at, from: "handoff", turn } as const;
  const handoffs = KINDS.flatMap((kind) => {
    const commits = gain.commits.filter((commit) => kindOf(commit.subject) === kind);
    const to = handoff[kind];
    const text = `New ${kind} on origin/${handoff.branch}. ${CALL[kind]}`;
    const pings = commits.map(({ sha }): Message => ({ ...made, id: sha.slice(0, 7), to, kind, sha, text }));
    const last = pings.at(-1);
    if (last === undefined || pings.length <= FLOOD) return pings;
    const also = pings.slice(0, -1).flatMap(commitsOf);
    return [{ ...last, also, text: count(text, kind, pings.length) }];
  });
  const inboxes = gain.inbox.flatMap((file, index) => {
    const to = Object.hasOwn(handoff.inbox, file) ? handoff.inbox[file] : undefined;
    if (to === undefined) return [];
    // The file's name comes from agents.toml, not from the commit.
    const text = `${file} has news on origin/${handoff.branch}. Pull and read it.`;
    return [{ ...made, id: `${gain.head.slice(0, 7)}-${index + 1}`, to, kind: file, sha: gain.head, text }];
  });
  return [...handoffs, ...inboxes];
}

/** The commits that a handoff tells of; each is told to an agent once. */
export const commitsOf = ({ sha, also }: Message): readonly string[] => (sha === null ? [] : [sha, ...also]);

/**
 * What is to be written for a new handoff. Null: the outbox knows all of it, as
 * after a crash that kept the first time from being remembered. Itself; or, when
 * many of its kind wait, one of those, which now tells of its commits too.
 */
export function collapse(
  ping: Message,
  waiting: readonly Message[],
  known: readonly Message[],
): Message | null {
  const alike = (other: Message) => other.kind === ping.kind && other.turn === ping.turn;
  const told = new Set(known.filter(alike).flatMap(commitsOf));
  const [sha, ...also] = commitsOf(ping).filter((commit) => !told.has(commit));
  if (sha === undefined) return null;
  const peers = waiting.filter(alike);
  const newest = peers.at(-1);
  const counted = KINDS.some((kind) => kind === ping.kind);
  const id = sha === ping.sha ? ping.id : sha.slice(0, 7);
  const fresh = { ...ping, id, sha, also, text: count(ping.text, ping.kind, 1 + also.length) };
  if (newest === undefined || (counted && peers.length < FLOOD)) return fresh;
  return counted ? join(newest, fresh) : { ...newest, also: [...newest.also, sha, ...also] };
}

/** The one, telling of the commits of both. */
function join(one: Message, other: Message): Message {
  const also = [...one.also, ...commitsOf(other)];
  return { ...one, also, text: count(one.text, one.kind, 1 + also.length) };
}

const count = (text: string, kind: string | null, commits: number): string =>
  text.replace(
    /^(?:New|\d+ new) (?:claim|review)s?\b/,
    commits === 1 ? `New ${kind}` : `${commits} new ${kind}s`,
  );

export interface Standing {
  readonly sha: string;
  readonly to: string;
  readonly text: string;
}

/** The handoffs that nobody has answered: claims after the last review, or reviews after the last claim. `all` of them, when a person says from where. */
export function standingIn(commits: readonly Commit[], handoff: Handoff, all: boolean): readonly Standing[] {
  const told = commits.flatMap(({ sha, subject }) => {
    const kind = kindOf(subject);
    return kind === null ? [] : [{ sha, kind }];
  });
  const last = told.at(-1)?.kind;
  const begin = all ? 0 : told.findLastIndex(({ kind }) => kind !== last) + 1;
  return told.slice(begin).map(({ sha, kind }) => ({
    sha,
    to: handoff[kind],
    text: `The ${kind} ${sha.slice(0, 7)} on origin/${handoff.branch} stands. ${CALL[kind]}`,
  }));
}

const CALL: Readonly<Record<Kind, string>> = {
  claim: "Pull and verify.",
  review: "Pull and go on.",
};
