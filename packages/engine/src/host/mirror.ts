import { stat } from "node:fs/promises";
import path from "node:path";
import type { Handoff } from "../project.ts";
import type { Commit, Gain } from "../watch/handoff.ts";
import { readText } from "./files.ts";
import { type Git, gitFailed, isLocal, originOf } from "./git.ts";

/** The watchdog's own bare copy of the watched branch. Only full ref names are used: a branch may be called "origin/main". */
export interface Mirror {
  /** Asks cheaply where the branch is, without fetching. Null: no such branch yet. */
  head(): Promise<string | null>;
  /** Brings the branch over; its head. */
  fetch(): Promise<string | null>;
  /** What came since `seen`, oldest first. Null when history was rewritten. */
  gain(seen: string, handoff: Handoff): Promise<Gain | null>;
  /** How the history that was fetched last and the one that ended at `seen` differ, each oldest first. Null when that one is not known. */
  parting(seen: string): Promise<Parting | null>;
  /** What a file says at the head that was fetched last; null when there is none, or more of it than anyone reads. */
  text(file: string): Promise<string | null>;
}

/** Two histories of one branch. */
export interface Parting {
  /** The last commit of both; null when they have nothing in common. */
  readonly base: string | null;
  readonly gone: readonly Commit[];
  readonly came: readonly Commit[];
}

/** The repository that a clone came from. */
export interface Remote {
  /** A URL, or an absolute path; null while the clone is not there. */
  origin(): Promise<string | null>;
  mirror(url: string): Mirror;
}

export const remoteOf = (git: Git, clone: string, directory: string, branch: string): Remote => ({
  origin: () => originOf(git, clone),
  mirror: (url) => createMirror(git, directory, url, branch),
});

export function createMirror(git: Git, directory: string, url: string, branch: string): Mirror {
  const remote = `refs/heads/${branch}`;
  const local = `refs/remotes/origin/${branch}`;
  const inMirror = (...args: readonly string[]) => git(["--git-dir", directory, ...args]);

  const must = async (what: string, args: readonly string[]): Promise<string> => {
    const ran = await inMirror(...args);
    if (ran.code !== 0) throw gitFailed(what, ran);
    return ran.stdout;
  };

  /** Git asks from inside our mirror, so that no repository around the current folder has a say. */
  const make = async (): Promise<void> => {
    if ((await readSmall(path.join(directory, "HEAD"))) !== null) return;
    const made = await git(["init", "--quiet", "--bare", "--template=", directory]);
    if (made.code !== 0) throw gitFailed("init", made);
  };

  const logOf = async (range: string): Promise<readonly Commit[]> =>
    parseLog(await must("log", ["log", "--reverse", "--topo-order", "-z", "--format=%H%x09%s", range, "--"]));

  return {
    async head() {
      if (isLocal(url)) {
        const read = await readLocalRef(url, remote);
        if (read !== undefined) return read;
      }
      await make();
      const ran = await inMirror("ls-remote", "--exit-code", "--", url, remote);
      if (ran.code === 2) return null;
      if (ran.code !== 0) throw gitFailed("ls-remote", ran);
      return /^[0-9a-f]{40,64}/.exec(ran.stdout)?.[0] ?? null;
    },
    async fetch() {
      await make();
      const options = ["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc"];
      await must("fetch", ["fetch", ...options, "--", url, `+${remote}:${local}`]);
      return (await must("rev-parse", ["rev-parse", "--verify", "--quiet", local])).trim();
    },
    async gain(seen, handoff) {
      const head = (await must("rev-parse", ["rev-parse", "--verify", "--quiet", local])).trim();
      // Nothing seen yet: the whole history is new.
      const from = seen === "" ? EMPTY_TREE : seen;
      if (seen !== "" && (await inMirror("merge-base", "--is-ancestor", seen, head)).code !== 0) return null;
      const range = seen === "" ? head : `${seen}..${head}`;
      const commits = await logOf(range);
      const names = await must("diff-tree", [
        "diff-tree",
        "-z",
        "--name-only",
        "-r",
        "--diff-filter=AM",
        from,
        head,
      ]);
      const changed = names.split("\0").filter((name) => Object.hasOwn(handoff.inbox, name));
      const inbox: string[] = [];
      for (const name of changed) {
        const size = await inMirror("cat-file", "-s", `${head}:${name}`);
        if (size.code === 0 && Number(size.stdout) > 0) inbox.push(name);
      }
      return { commits, inbox, head };
    },
    async parting(seen) {
      if ((await inMirror("cat-file", "-e", `${seen}^{commit}`)).code !== 0) return null;
      const common = await inMirror("merge-base", seen, local);
      const base = common.code === 0 ? common.stdout.trim() : null;
      return {
        base,
        gone: await logOf(`${local}..${seen}`),
        came: await logOf(`${seen}..${local}`),
      };
    },
    async text(file) {
      const blob = `${local}:${file}`;
      const size = await inMirror("cat-file", "-s", blob);
      if (size.timedOut) throw gitFailed("cat-file", size);
      if (size.code !== 0 || Number(size.stdout) > MOST_TEXT) return null;
      const type = await must("cat-file", ["cat-file", "-t", blob]);
      return type.trim() === "blob" ? must("cat-file", ["cat-file", "blob", blob]) : null;
    },
  };
}

const MOST_TEXT = 1024 * 1024;

/** Git knows it without its being stored. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

const parseLog = (log: string): readonly Commit[] =>
  log
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      return { sha: line.slice(0, tab), subject: line.slice(tab + 1) };
    });

/** A ref of a repository on this disk, read as git stores it: a hundredth of the price of asking git. Undefined: ask git. */
async function readLocalRef(repository: string, ref: string): Promise<string | null | undefined> {
  const bare = (await readSmall(path.join(repository, "HEAD"))) !== null;
  const directory = bare ? repository : path.join(repository, ".git");
  const config = await readSmall(path.join(directory, "config"));
  // The reftable format has no files to read.
  if (config === null || /refstorage\s*=\s*reftable/i.test(config)) return undefined;
  const loose = await readSmall(path.join(directory, ref));
  if (loose !== null) return /^[0-9a-f]{40,64}/.exec(loose)?.[0];
  const packed = (await readSmall(path.join(directory, "packed-refs"))) ?? "";
  const line = packed.split("\n").find((text) => text.endsWith(` ${ref}`));
  return line?.split(" ")[0] ?? null;
}

/** A clone's origin is what an agent wrote there: a pipe in the place of a file would hold the watchdog up for ever. */
async function readSmall(file: string): Promise<string | null> {
  const found = await stat(file).catch(() => null);
  return found?.isFile() && found.size <= MOST ? readText(file) : null;
}

/** A hundred thousand packed refs. */
const MOST = 16 * 1024 * 1024;
