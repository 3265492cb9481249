import { access } from "node:fs/promises";
import path from "node:path";
import { Failure, type Git } from "@fleet/engine";
import { changedIn } from "./pins.ts";
import { lastLine } from "./remote.ts";

/** A project's repository, and who commits there. */
export interface Ground {
  readonly git: Git;
  readonly name: string;
  readonly folder: string;
  /** As a person would write it. */
  readonly shown: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const engineOf = ({ folder }: Ground): string => path.join(folder, "engine");

/** Who commits is all that git may learn of the caller, beyond what it needs to reach a remote. */
const identityOf = ({ env }: Ground): Record<string, string> => {
  const who = ["AUTHOR", "COMMITTER"].flatMap((one) => [`GIT_${one}_NAME`, `GIT_${one}_EMAIL`]);
  return Object.fromEntries(
    who.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
  ) as Record<string, string>;
};

const AS_WRITTEN = [
  "user.useConfigOnly=true",
  "commit.gpgSign=false",
  // A person may not want to see submodules in `git status`; this commit is of nothing else.
  "diff.ignoreSubmodules=none",
  "submodule.engine.ignore=none",
].flatMap((setting) => ["-c", setting]);

async function must(ground: Ground, words: readonly string[], what: string): Promise<string> {
  const { git, folder, name } = ground;
  const ran = await git(["-C", folder, ...AS_WRITTEN, ...words], { env: identityOf(ground) });
  if (ran.code === 0) return ran.stdout.trim();
  throw new Failure("GIT_FAILED", `${name}: git can't ${what}: ${lastLine(ran.stderr)}`);
}

/** Everything that would make a commit of the pin alone impossible, or cost somebody's work. @throws Failure DENIED */
export async function checkMovable(ground: Ground): Promise<void> {
  const { git, name, folder, shown } = ground;
  const refuse = (message: string, hint: string): never => {
    throw new Failure("DENIED", `${name} ${message}, so its pin is not moved`, { hint });
  };
  const changed = await changedIn(engineOf(ground), git);
  if (changed === null || changed.length > 0)
    refuse(
      `has an engine with changes (${(changed ?? ["git can't tell which"]).slice(0, 3).join(", ")})`,
      `throw them away: git -C ${shown}/engine checkout --force HEAD && git -C ${shown}/engine clean -fdx`,
    );
  const staged = await git(["-C", folder, "diff", "--cached", "--quiet", "--ignore-submodules=none"]);
  if (staged.code !== 0)
    refuse("has staged changes", `commit them first, or: git -C ${shown} restore --staged .`);
  const gitDir = path.resolve(folder, await must(ground, ["rev-parse", "--git-dir"], "be read"));
  for (const under of ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"])
    if (await exists(path.join(gitDir, under)))
      refuse("is in the midst of a merge or a rebase", `see: git -C ${shown} status`);
  const who = await git(["-C", folder, ...AS_WRITTEN, "var", "GIT_AUTHOR_IDENT"], {
    env: identityOf(ground),
  });
  if (who.code !== 0)
    throw new Failure("GIT_FAILED", "git does not know who you are, and a moved pin is a commit", {
      hint: 'git config --global user.name "Your Name"\ngit config --global user.email you@example.com',
    });
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** Gets the commit into the engine's own repository, from where the project fetches it. @throws Failure */
export async function ensureCommit(ground: Ground, commit: string, ref: string | null): Promise<void> {
  const { git, name, shown } = ground;
  const engine = engineOf(ground);
  const has = async () => (await git(["-C", engine, "cat-file", "-e", `${commit}^{commit}`])).code === 0;
  if (await has()) return;
  const branch = /^refs\/heads\/(.*)$/.exec(ref ?? "")?.[1];
  const spec =
    ref === null
      ? "+refs/heads/*:refs/remotes/origin/*"
      : branch === undefined
        ? `${ref}:${ref}`
        : `+${ref}:refs/remotes/origin/${branch}`;
  const ran = await git(["-C", engine, "fetch", "--quiet", "--no-tags", "origin", spec]);
  if (await has()) return;
  if (ran.stderr.includes("would clobber existing tag"))
    throw new Failure("DRIFTED", `${name} has fetched ${ref} before, and it was another commit then`, {
      hint: `a release must not change; when it is right: git -C ${shown}/engine fetch --force origin ${spec}`,
    });
  throw new Failure("GIT_FAILED", `${name} can't fetch the engine: ${lastLine(ran.stderr)}`);
}

/** Checks the commit out and records it, in a commit that has nothing else. Returns that commit. */
export async function movePin(
  ground: Ground,
  { from, to, message }: { readonly from: string; readonly to: string; readonly message: string },
): Promise<string> {
  await checkOut(ground, to);
  try {
    await must(
      ground,
      ["commit", "--quiet", "--no-verify", "--only", "-m", message, "--", "engine"],
      "commit",
    );
    const made = await must(ground, ["rev-parse", "HEAD"], "read its head");
    const touched = await must(ground, ["diff-tree", "--no-commit-id", "--name-only", "-r", made], "compare");
    if (touched !== "engine") throw new Error(`the commit of the pin touches ${touched}`);
    return made;
  } catch (error) {
    await checkOut(ground, from);
    throw error;
  }
}

/**
 * As if the pin had not been moved: our commit goes where nobody can have it
 * yet, and is followed by one that takes it back where somebody may.
 */
export async function unmovePin(
  ground: Ground,
  { from, made, message }: { readonly from: string; readonly made: string; readonly message: string },
): Promise<"dropped" | "reverted"> {
  await checkOut(ground, from);
  const head = await must(ground, ["rev-parse", "HEAD"], "read its head");
  const holders = await must(
    ground,
    ["for-each-ref", "--format=%(refname)", "--contains", made],
    "list its refs",
  );
  const branch = await ground.git(["-C", ground.folder, "symbolic-ref", "--quiet", "HEAD"]);
  const others = holders.split("\n").filter((name) => name !== "" && name !== branch.stdout.trim());
  if (head === made && others.length === 0) {
    await must(ground, ["update-ref", "-m", "fleet: take the pin back", "HEAD", `${made}^`, made], "go back");
    await must(ground, ["update-index", "--cacheinfo", `160000,${from},engine`], "go back");
    return "dropped";
  }
  await must(ground, ["commit", "--quiet", "--no-verify", "--only", "-m", message, "--", "engine"], "commit");
  return "reverted";
}

const checkOut = (ground: Ground, commit: string): Promise<string> =>
  must(ground, ["-C", "engine", "checkout", "--quiet", "--detach", commit], "check the engine out");

/** The pin before the one of now, by the project's history. @throws Failure */
export async function pinBefore(ground: Ground): Promise<string> {
  const moved = await must(ground, ["log", "-1", "--format=%H", "--", "engine"], "read its history");
  const listed = await ground.git(["-C", ground.folder, "ls-tree", `${moved}^`, "--", "engine"]);
  const [, commit] = /^160000 commit ([0-9a-f]{40})\t/.exec(listed.stdout) ?? [];
  if (commit !== undefined) return commit;
  throw new Failure("GIT_FAILED", `${ground.name} has had no other pin than this one`, {
    hint: `see: git -C ${ground.shown} log engine`,
  });
}
