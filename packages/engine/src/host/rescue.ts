import { constants } from "node:fs";
import { access, copyFile, lstat, mkdir, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import type { Duration, Instant } from "../watch/time.ts";
import { isCode } from "./files.ts";
import { type Git, gitFailed } from "./git.ts";

/** What stood in an agent's work tree and nowhere else, and the ref that keeps it. */
export interface Rescue {
  readonly ref: string;
  /** Commits of HEAD that no remote branch has. */
  readonly commits: number;
  /** Files that differ from HEAD, the untracked ones included. */
  readonly files: number;
  /** Files that were left out: too large, too many, or not readable. */
  readonly omitted: number;
}

export interface Work {
  readonly git: Git;
  readonly agent: string;
  /** Absolute and real; its own `.git` is in it. */
  readonly workdir: string;
  /** The state directory: it may lie in the work tree, and is none of the agent's work. */
  readonly state: string;
  readonly now: Instant;
}

/** What the names of scratch repositories in the state directory begin with. */
export const SCRATCH = "rescue-";
const RESCUES = "refs/fleet/rescue";
/** In time for a person who waits for the stop, and for an agent that is to be healed. */
const WITHIN: Duration = 10_000;
const REFS_KEPT = 20;
const FILES_MOST = 20_000;
const FILE_MOST = 32 * 1024 * 1024;
const ALL_MOST = 256 * 1024 * 1024;

/**
 * Keeps what an agent has not pushed under a ref of its repository. Index, HEAD,
 * branches and files stay as they are. The repository's own config could name
 * programs (filters, fsmonitor, hooks), and so could those of its submodules:
 * its files are therefore read by a git that knows nothing of that config, from
 * a scratch repository that shares the objects only. Null: there is nothing to keep.
 */
export async function rescue(work: Work): Promise<Rescue | null> {
  const deadline = performance.now() + WITHIN;
  const run = async (args: readonly string[], more: Parameters<Git>[1] = {}) =>
    work.git(args, { ...more, timeout: Math.max(1, deadline - performance.now()) });
  const ask = createAsk(run, path.join(work.workdir, ".git"));
  const places = await whereabouts(ask);
  const head = (await ask(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], [1])) || null;
  const [earlier, commits] = await Promise.all([earlierOnes(ask, work.agent), unpushed(ask, head)]);
  const scratch = await mkdtemp(path.join(work.state, SCRATCH));
  try {
    const { tree, files, omitted } = await snapshot(run, work, places, head, scratch);
    if (files === 0 && commits === 0) return null;
    const same = earlier.find((one) =>
      files === 0 ? one.commit === head : one.tree === tree && one.parent === (head ?? ""),
    );
    if (same !== undefined) return { ref: same.ref, commits, files, omitted };
    const commit = files === 0 && head !== null ? head : await commitTree(ask, work, tree, head);
    const ref = `${RESCUES}/${work.agent}/${new Date(work.now).toISOString().replaceAll(/[-:.]/g, "")}`;
    await ask(["update-ref", ref, commit, ""]);
    for (const { ref: old, commit: value } of earlier.slice(REFS_KEPT - 1))
      await ask(["update-ref", "-d", old, value]);
    return { ref, commits, files, omitted };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Runs git in a repository and gives what it printed; an exit that is not expected throws. */
type Ask = (args: readonly string[], expected?: readonly number[]) => Promise<string>;

const createAsk =
  (git: Git, repository: string, more: Parameters<Git>[1] = {}): Ask =>
  async (args, expected = []) => {
    const ran = await git(["--git-dir", repository, ...args], {
      ...more,
      // Nobody is asked over a network; a partial clone must not fetch what it lacks.
      env: { ...IDENTITY, GIT_ALLOW_PROTOCOL: "none", ...more.env },
    });
    if (ran.code !== 0 && !(ran.code !== null && expected.includes(ran.code)))
      throw gitFailed(args[0] ?? "", ran);
    return ran.stdout.trimEnd();
  };

const IDENTITY = {
  GIT_AUTHOR_NAME: "fleet",
  GIT_AUTHOR_EMAIL: "fleet@localhost",
  GIT_COMMITTER_NAME: "fleet",
  GIT_COMMITTER_EMAIL: "fleet@localhost",
};

interface Places {
  readonly objects: string;
  readonly index: string;
  readonly exclude: string;
  readonly format: string;
  /** The few settings that say how files become blobs and run nothing, as `-c` arguments. */
  readonly settings: readonly string[];
}

async function whereabouts(ask: Ask): Promise<Places> {
  const paths = ["objects", "index", "info/exclude"].flatMap((name) => ["--git-path", name]);
  const printed = await ask(["rev-parse", "--show-object-format", "--path-format=absolute", ...paths]);
  const [format = "", objects = "", index = "", exclude = ""] = printed.split("\n");
  const harmless = "^core\\.(excludesfile|filemode|symlinks|ignorecase|autocrlf|eol|precomposeunicode)$";
  const configured = await ask(["config", "-z", "--get-regexp", harmless], [1]);
  const settings = configured
    .split("\0")
    .filter((text) => text.includes("\n"))
    .flatMap((text) => ["-c", text.replace("\n", "=")]);
  return { objects, index, exclude, format, settings };
}

/** Commits that only this repository has. Where there is no remote, none is missing anywhere. */
async function unpushed(ask: Ask, head: string | null): Promise<number> {
  if (head === null || (await ask(["remote"])) === "") return 0;
  return Number(await ask(["rev-list", "--count", head, "--not", "--remotes"]));
}

interface Earlier {
  readonly ref: string;
  readonly commit: string;
  readonly tree: string;
  readonly parent: string;
}

/** Newest first: their names are times. */
async function earlierOnes(ask: Ask, agent: string): Promise<readonly Earlier[]> {
  const format = "%(refname)%00%(objectname)%00%(tree)%00%(parent)";
  const printed = await ask([
    "for-each-ref",
    "--sort=-refname",
    `--format=${format}`,
    `${RESCUES}/${agent}/`,
  ]);
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [ref = "", commit = "", tree = "", parent = ""] = line.split("\0");
      return { ref, commit, tree, parent };
    });
}

interface Snapshot {
  readonly tree: string;
  readonly files: number;
  readonly omitted: number;
}

/** The work tree as a tree object, by an index of our own. */
async function snapshot(
  run: Git,
  { workdir, state }: Work,
  places: Places,
  head: string | null,
  scratch: string,
): Promise<Snapshot> {
  const env = {
    GIT_OBJECT_DIRECTORY: places.objects,
    GIT_INDEX_FILE: path.join(scratch, "index"),
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_OPTIONAL_LOCKS: "1",
  };
  const made = await run([
    "init",
    "-q",
    "--bare",
    "--template=",
    `--object-format=${places.format}`,
    scratch,
  ]);
  if (made.code !== 0) throw gitFailed("init", made);
  await mkdir(path.join(scratch, "info"));
  await copyIfThere(places.exclude, path.join(scratch, "info/exclude"));
  // Its times and sizes keep git from reading files that have not changed.
  await copyIfThere(places.index, env.GIT_INDEX_FILE);
  const tree = (...args: readonly string[]) => ["--work-tree", workdir, ...places.settings, ...args];
  const inScratch = createAsk(run, scratch, { env, cwd: workdir });
  const within = path.relative(workdir, state);
  const own = within.startsWith("..") ? [] : [`:(exclude,top,literal)${within}`];
  const listed = await inScratch(
    tree("ls-files", "-z", "--others", "--modified", "--deleted", "--exclude-standard", "--", ".", ...own),
  );
  const { names, omitted } = await affordable(workdir, new Set(listed.split("\0")));
  const ask = createAsk(run, scratch, {
    env,
    cwd: workdir,
    input: names.map((name) => `${name}\0`).join(""),
  });
  await ask(tree("update-index", "-z", "--add", "--remove", "--replace", "--stdin"));
  // A partial clone has not every object.
  const object = await inScratch(["write-tree", "--missing-ok"]);
  const changed =
    head === null
      ? await inScratch(["ls-tree", "-r", "-z", "--name-only", object])
      : await inScratch(["diff-tree", "-r", "-z", "--name-only", "--no-renames", head, object]);
  return { tree: object, omitted, files: changed.split("\0").filter((name) => name !== "").length };
}

/** Those that can be read, and are not too many or too large. A name with a slash at its end is another repository. */
async function affordable(
  workdir: string,
  listed: ReadonlySet<string>,
): Promise<{ readonly names: readonly string[]; readonly omitted: number }> {
  const names: string[] = [];
  let [omitted, size] = [0, 0];
  for (const name of listed) {
    if (name === "" || name.endsWith("/")) continue;
    const file = path.join(workdir, name);
    const found = await lstat(file).catch(() => null);
    const bytes = found?.isFile() ? found.size : 0;
    const readable =
      !found?.isFile() ||
      (await access(file, constants.R_OK).then(
        () => true,
        () => false,
      ));
    if (names.length >= FILES_MOST || bytes > FILE_MOST || size + bytes > ALL_MOST || !readable) omitted += 1;
    else {
      names.push(name);
      size += bytes;
    }
  }
  return { names, omitted };
}

async function commitTree(ask: Ask, { agent }: Work, tree: string, head: string | null): Promise<string> {
  const parent = head === null ? [] : ["-p", head];
  return ask(["commit-tree", ...parent, "-m", `What ${agent} had not committed when it was stopped`, tree]);
}

/** With its time, as git takes a file that is as young as its index for changed: a copy from now would hide a change. */
async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(from);
    await copyFile(from, to);
    const second = Math.floor(mtimeMs / 1000);
    await utimes(to, second, second);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}
