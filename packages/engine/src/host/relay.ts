import type { Handoff } from "../project.ts";
import { type Commit, type Gain, handedIn, type Rewriting } from "../watch/handoff.ts";
import type { Duration } from "../watch/time.ts";
import { isLocal } from "./git.ts";
import type { Mirror, Remote } from "./mirror.ts";

/** What asking the remote brought. */
export type News =
  /** From here on commits count. */
  | {
      readonly is: "baseline";
      readonly seen: string;
      readonly turn: number;
      readonly because: "first look" | "a new phase" | "history was rewritten";
      /** What the phase before pushed last; nobody waits for it any more. */
      readonly drained: readonly Commit[];
    }
  | { readonly is: "gain"; readonly gain: Gain; readonly turn: number }
  /** What was seen is in the history no more; from this head on commits count. */
  | {
      readonly is: "rewritten";
      readonly from: string;
      readonly head: string;
      readonly turn: number;
      readonly rewriting: Rewriting;
    }
  | { readonly is: "trouble"; readonly because: string };

export interface Relay {
  /** Asks in the background, unless it is asking already or it is too early. Git never holds up the loop. `now` is of a clock that nobody sets. */
  poll(seen: Seen | null, turn: number, baseline: boolean, now: Duration): void;
  /** Somebody says that there is news: the next poll asks, however lately it was asked. */
  hurry(): void;
  /** What came since the last call. */
  take(): readonly News[];
  /** The folder of a remote on this disk, to be watched; null for others, and while it is not known. */
  watchable(): string | null;
  /** What a file says at the head of the branch; undefined while it is not known. To ask for it is to have it read, and read again as the branch moves, for as long as it is asked for between one poll and the next. */
  pushed(file: string): string | null | undefined;
  /** The remote does not answer: nobody should wait for it. */
  isFailing(): boolean;
  /** Why nothing can be asked yet; null when it can. */
  because(): string | null;
  /** Resolves when nothing is being asked any more. */
  idle(): Promise<void>;
}

interface Seen {
  readonly seen: string;
  readonly turn: number;
}

/** A remote over the network is asked this often, and ever less while it does not answer. */
const REMOTE_PAUSE = 30_000;
const LONGEST_PAUSE = 600_000;
const NOT_THERE_PAUSE = 300;

export interface RelaySettings {
  readonly remote: Remote;
  readonly handoff: Handoff;
  /** Called when news has come. */
  readonly wake: () => void;
}

export function createRelay({ remote, handoff, wake }: RelaySettings): Relay {
  let url: string | null = null;
  let mirror: Mirror | null = null;
  let asking: Promise<void> | null = null;
  let news: News[] = [];
  let failures = 0;
  let notBefore: Duration = 0;
  /** A poll came while it was asking, and the answer may be older than what called for the poll. */
  let missed = false;
  let hurried = false;
  /** The files that were asked for, with what they said at which head. */
  const files = new Map<string, { readonly head: string | null; readonly text: string | null } | null>();
  /** Who was asked for since the last poll. The file of a phase that is over would be read for ever. */
  const wanted = new Set<string>();

  /** Of the head that the mirror has now. */
  const readFiles = async (from: Mirror, head: string | null): Promise<void> => {
    for (const [file, known] of files) {
      if (known !== null && known.head === head) continue;
      const text = head === null ? null : await from.text(file);
      files.set(file, { head, text });
      if (text !== known?.text) wake();
    }
  };

  const ask = async (
    before: Seen | null,
    turn: number,
    baseline: boolean,
    now: Duration,
  ): Promise<News | null> => {
    if (mirror === null) {
      url = await remote.origin();
      if (url === null) {
        notBefore = now + NOT_THERE_PAUSE;
        return null;
      }
      mirror = remote.mirror(url);
      // It is known now which folder to watch; what was pushed before that must not wait for a tick.
      wake();
    }
    const head = await mirror.head();
    const found = await look(mirror, head, before, turn, baseline);
    // A mirror that was made anew lacks what was seen long ago.
    if ([...files.values()].some((known) => known?.head !== head) && head !== null) await mirror.fetch();
    await readFiles(mirror, head);
    return found;
  };

  const look = async (
    from: Mirror,
    head: string | null,
    before: Seen | null,
    turn: number,
    baseline: boolean,
  ): Promise<News | null> => {
    if (baseline || before === null) {
      const because = before === null ? "first look" : "a new phase";
      const seen = head === null ? "" : ((await from.fetch()) ?? "");
      const late = before === null || seen === "" ? null : await from.gain(before.seen, handoff);
      return { is: "baseline", seen, turn, because, drained: late?.commits ?? [] };
    }
    if (head === null) return null;
    // The phase began while the remote did not answer. From now on it is known where it began.
    if (head === before.seen)
      return before.turn === turn ? null : { is: "gain", gain: { commits: [], inbox: [], head }, turn };
    const fetched = await from.fetch();
    if (fetched === null) return null;
    const gain = await from.gain(before.seen, handoff);
    if (gain !== null) return { is: "gain", gain, turn };
    const parting = await from.parting(before.seen);
    const rewriting = {
      base: parting?.base ?? null,
      gone: parting && handedIn(parting.gone),
      untold: handedIn(parting?.came ?? []),
    };
    return { is: "rewritten", from: before.seen, head: fetched, turn, rewriting };
  };

  return {
    poll(before, turn, baseline, now) {
      if (asking !== null) {
        missed = true;
        return;
      }
      if (now < notBefore) return;
      missed = false;
      hurried = false;
      for (const file of files.keys()) if (!wanted.has(file)) files.delete(file);
      wanted.clear();
      asking = ask(before, turn, baseline, now)
        .then((found) => {
          failures = 0;
          if (url !== null && !isLocal(url) && !hurried) notBefore = now + REMOTE_PAUSE;
          if (found !== null) news.push(found);
        })
        .catch((error: unknown) => {
          // Whatever git or the disk does, supervision goes on: it is said, and tried again later.
          failures += 1;
          notBefore = now + Math.min(LONGEST_PAUSE, 1_000 * 2 ** failures);
          news.push({ is: "trouble", because: error instanceof Error ? error.message : String(error) });
        })
        .finally(() => {
          asking = null;
          if (news.length > 0 || missed) wake();
        });
    },
    hurry() {
      hurried = true;
      notBefore = 0;
    },
    take() {
      const taken = news;
      news = [];
      return taken;
    },
    watchable: () => (url !== null && isLocal(url) ? url : null),
    pushed(file) {
      const known = files.get(file);
      if (known === undefined) files.set(file, null);
      wanted.add(file);
      return known?.text;
    },
    isFailing: () => failures > 0,
    because: () => (url === null ? `${handoff.repo} has no origin yet` : null),
    idle: () => asking ?? Promise.resolve(),
  };
}
