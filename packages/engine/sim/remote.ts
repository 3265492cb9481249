import type { Mirror, Remote } from "../src/host/mirror.ts";
import { Failure } from "../src/problem.ts";
import { digest } from "../src/watch/digest.ts";
import type { Commit } from "../src/watch/handoff.ts";
import type { Duration } from "../src/watch/time.ts";
import type { Hours } from "./hours.ts";

/** A commit, and whether the remote has it. */
export interface Pushed extends Commit {
  /** When it arrived at the remote; null while it is only in its author's clone. */
  at: Duration | null;
  /** In the history of the remote's branch; false again after a forced push. */
  reachable: boolean;
}

/** The remote repository and all clones of it, as far as anyone can see them. */
export interface Repository {
  /** Every commit that was ever made, oldest first. */
  readonly made: Pushed[];
  /** Those on the remote's branch, oldest first. */
  branch(): readonly Pushed[];
  commit(subject: string): Pushed;
  push(commit: Pushed): void;
  /** Takes the last commits off the branch and puts another in their place. */
  force(drop: number): void;
  /** What asking it comes to until it is said otherwise. */
  trouble: "fails" | "hangs" | null;
  /** The engine's way to it. */
  remote(url: string, hours: Hours): Remote;
}

export function createRepository(hours: Hours): Repository {
  const made: Pushed[] = [];
  let branch: Pushed[] = [];
  let fetched: readonly Pushed[] = [];
  const repository: Repository = {
    made,
    branch: () => branch,
    trouble: null,
    commit(subject) {
      const sha = (digest(`${made.length} ${subject}`) + digest(`sha ${made.length}`)).slice(0, 40);
      const commit: Pushed = { sha, subject, at: null, reachable: false };
      made.push(commit);
      return commit;
    },
    push(commit) {
      commit.at = hours.now();
      commit.reachable = true;
      branch = [...branch, commit];
    },
    force(drop) {
      const kept = branch.slice(0, Math.max(0, branch.length - drop));
      for (const gone of branch.slice(kept.length)) gone.reachable = false;
      branch = kept;
      repository.push(repository.commit("rewrite what was pushed"));
    },
    remote: (url) => ({ origin: async () => url, mirror: () => mirror }),
  };
  const ask = async (what: string): Promise<void> => {
    if (repository.trouble === "hangs") {
      await hours.wait(60_000);
      throw new Failure("GIT_FAILED", `git ${what}: timed out`);
    }
    await hours.wait(20);
    if (repository.trouble === "fails") throw new Failure("GIT_FAILED", `git ${what}: could not connect`);
  };
  const mirror: Mirror = {
    async head() {
      await ask("ls-remote");
      return branch.at(-1)?.sha ?? null;
    },
    async fetch() {
      await ask("fetch");
      fetched = branch;
      return fetched.at(-1)?.sha ?? null;
    },
    async gain(seen) {
      const from = seen === "" ? 0 : fetched.findIndex(({ sha }) => sha === seen) + 1;
      if (seen !== "" && from === 0) return null;
      const commits = fetched.slice(from).map(({ sha, subject }) => ({ sha, subject }));
      return { commits, inbox: [], head: fetched.at(-1)?.sha ?? "" };
    },
    async parting(seen) {
      const known = made.some(({ sha }) => sha === seen);
      if (!known) return null;
      // A branch here is only ever cut short and gone on with: what was there and is no more is gone.
      const end = made.findIndex(({ sha }) => sha === seen);
      const gone = made.slice(0, end + 1).filter(({ at, reachable }) => at !== null && !reachable);
      return { base: null, gone, came: [] };
    },
    // Commits here have no files.
    text: () => Promise.resolve(null),
  };
  return repository;
}
