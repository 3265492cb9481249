import { lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { Failure } from "../problem.ts";
import { type Bulletin, NO_BULLETIN } from "../watch/logins.ts";
import type { Instant } from "../watch/time.ts";
import type { Environment } from "./environment.ts";
import { makeFolder, writeWhole } from "./files.ts";
import { stored } from "./stored.ts";

/** What the projects of one user tell each other of the limits of their logins: a file each, in one folder, read by all. */
export interface Bulletins {
  readonly folder: string;
  /** The name of our own file in it. */
  readonly file: string;
  /** What everybody says, ourselves included. What can't be read, or is not ours to believe, says nothing. */
  read(now: Instant): Promise<readonly Bulletin[]>;
  /** What we said last: nobody else writes our file. */
  own(): Promise<Bulletin>;
  /** @throws Failure NOT_WRITABLE, for a folder that others may write in, too */
  write(own: Bulletin): Promise<void>;
}

/** Null where the user has no home. */
export const limitsFolder = ({ XDG_STATE_HOME: state, HOME: home }: Environment): string | null => {
  const base = state?.startsWith("/")
    ? state
    : home?.startsWith("/")
      ? path.join(home, ".local/state")
      : null;
  return base === null ? null : path.join(base, "fleet/limits");
};

const MOST_FILES = 1_000;
const MOST_BYTES = 64 * 1024;
/** No limit lasts so long. */
const OLD = 10 * 24 * 3_600_000;

export function createBulletins(folder: string, name: string): Bulletins {
  const file = `${name}.json`;
  /** Most files are as they were at the last look. */
  let mine: Bulletin | null = null;
  let known = new Map<string, { readonly stamp: string; readonly bulletin: Bulletin }>();
  const readOne = async (entry: string, now: Instant): Promise<void> => {
    const whole = path.join(folder, entry);
    try {
      const { uid, size, mtimeMs, ino, mode } = lstatSync(whole);
      // A link, a pipe or somebody else's file.
      if ((mode & 0o170000) !== 0o100000 || uid !== process.getuid?.() || size > MOST_BYTES) return;
      if (now - mtimeMs > OLD) return rmSync(whole, { force: true });
      const stamp = `${mtimeMs} ${ino} ${size}`;
      if (known.get(entry)?.stamp === stamp) return;
      const bulletin = (await stored()).parseBulletin(readFileSync(whole, "utf8"));
      known.set(entry, { stamp, bulletin: bulletin ?? NO_BULLETIN });
    } catch {
      // It has just gone, or is none of ours.
      known.delete(entry);
    }
  };
  const read = async (now: Instant): Promise<readonly Bulletin[]> => {
    if (!isOurs(folder)) return [];
    const entries = readdirSync(folder).filter((entry) => /^[\w-]+\.json$/.test(entry));
    const those = new Set(entries.slice(0, MOST_FILES));
    known = new Map([...known].filter(([entry]) => those.has(entry)));
    for (const entry of those) await readOne(entry, now);
    return [...known.values()].map(({ bulletin }) => bulletin);
  };
  return {
    folder,
    file,
    read,
    async own() {
      if (mine === null) await read(Date.now());
      mine ??= known.get(file)?.bulletin ?? NO_BULLETIN;
      return mine;
    },
    async write(own) {
      await makeFolder(folder);
      if (!isOurs(folder))
        throw new Failure("NOT_WRITABLE", `${folder} is not for its owner alone`, {
          hint: `chmod 700 ${folder}`,
        });
      await writeWhole(path.join(folder, file), `${JSON.stringify(own)}\n`);
      mine = own;
    },
  };
}

/** Nobody else may write there. */
function isOurs(folder: string): boolean {
  try {
    const entry = lstatSync(folder);
    return entry.isDirectory() && entry.uid === process.getuid?.() && (entry.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
