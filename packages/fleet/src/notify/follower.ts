import { statSync } from "node:fs";
import path from "node:path";
import { type Failure, isHeld, readText } from "@fleet/engine";
import type { EngineStatus } from "../engine/status.ts";
import { readNews } from "../journal-news.ts";
import { type Followed, loadFollowed, saveFollowed } from "./stored-project.ts";
import type { Notice } from "./think/notice.ts";
import { FRESH_STORY, hear, heed, type Lost, tellNow, WANTED } from "./think/story.ts";

/** Follows one project by its files: no process, and no tmux. */
export interface Follower {
  /** What happened since the last look, and how it is now. `tell` has it on disk before the project is taken to have been read. */
  look(now: number, tell: (notices: readonly Notice[]) => Promise<void>): Promise<Looked>;
}

export interface Looked {
  /** When there may be something to tell, though nothing happens; null: never. */
  readonly next: number | null;
  /** Somebody watches it, or should. */
  readonly isUp: boolean;
}

export interface FollowerSettings {
  readonly name: string;
  readonly state: string;
  /** Where is kept how far it was followed. */
  readonly file: string;
  /** What happened before is told no more, when it is followed for the first time. */
  readonly since: number;
  /** Asks the project's engine how it is. It may cost a process, so that it is asked in doubt alone. */
  readonly ask: () => Promise<EngineStatus | Failure>;
}

const GONE: Lost = { how: "gone", text: "its watchdog is gone, and was not started again" };

const SAVED_EVERY = 30_000;

/** A watchdog that has not written for so long may hang. */
const DOUBT_AFTER = 60_000;

export async function follow(settings: FollowerSettings): Promise<Follower> {
  const { name, state, file, since } = settings;
  const stored = await loadFollowed(file);
  let known: Followed = stored?.state === state ? stored : { state, cursor: null, story: FRESH_STORY };
  let isFirst = stored?.state !== state;
  let saved: Followed = stored ?? { ...known, state: "" };
  let savedAt = 0;
  const doubts = createDoubts(settings);

  return {
    async look(now, tell) {
      let { story } = known;
      const cursor = await readNews(state, known.cursor, {
        wanted: WANTED,
        hear: (entry) => {
          story = hear(story, entry);
        },
      });
      if (isFirst) story = { ...story, facts: story.facts.filter(({ at }) => at >= since) };
      isFirst = false;
      const held = await isHeld(state, "watchdog");
      if (!held && story.watched && (await isWishedOff(state))) story = { ...story, watched: false };
      story = heed(story, held ? await doubts(now) : GONE, now);
      const told = tellNow(name, story, now);
      if (told.notices.length > 0) await tell(told.notices);
      const next: Followed = { state, cursor, story: told.story };
      // What changes nothing may be read once more: a busy journal must not keep the disk busy.
      const isOther = JSON.stringify(next.story) !== JSON.stringify(saved.story) || saved.state !== state;
      const isFar = cursor?.position !== saved.cursor?.position && now - savedAt >= SAVED_EVERY;
      if (isOther || isFar) {
        await saveFollowed(file, next);
        saved = next;
        savedAt = now;
      }
      known = next;
      return { next: told.next, isUp: held || next.story.watched };
    },
  };
}

/** It was taken down after its watchdog had died: then no journal says so. */
async function isWishedOff(state: string): Promise<boolean> {
  try {
    const wishes: unknown = JSON.parse((await readText(path.join(state, "wishes.json"))) ?? "{}");
    return typeof wishes === "object" && wishes !== null && "off" in wishes && wishes.off === true;
  } catch {
    return false;
  }
}

/** What its engine says of a watchdog that has not written for long. */
function createDoubts({ state, ask }: FollowerSettings): (now: number) => Promise<Lost | null> {
  let askedAt = 0;
  let said: Lost | null = null;
  return async (now) => {
    const written = statSync(path.join(state, "records.json"), { throwIfNoEntry: false })?.mtimeMs ?? now;
    const quiet = now - written;
    if (quiet < DOUBT_AFTER) {
      said = null;
      askedAt = 0;
      return null;
    }
    // The longer it is quiet, the less often: one that looks every hour does not hang.
    if (now - askedAt < Math.max(DOUBT_AFTER / 2, (askedAt - written) / 2)) return said;
    askedAt = now;
    const status = await ask();
    const watchdog = "watchdog" in status ? status.watchdog : null;
    said = watchdog === null ? null : lostBy(watchdog);
    return said;
  };
}

const lostBy = ({ trouble, stale }: NonNullable<EngineStatus["watchdog"]>): Lost | null =>
  trouble != null
    ? { how: "stuck", text: `its watchdog can't go on: ${trouble}` }
    : stale
      ? { how: "hangs", text: "its watchdog hangs" }
      : null;
