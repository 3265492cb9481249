import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { createGit } from "../src/host/git.ts";
import { createMirror } from "../src/host/mirror.ts";
import type { Handoff } from "../src/project.ts";
import { ENV, ownDirectory } from "./real.ts";

const AUTHOR = ["-c", "user.name=ada", "-c", "user.email=ada@example.invalid", "-c", "commit.gpgsign=false"];

/** A bare remote, somebody's clone of it, and our mirror. */
export async function ownRemote(branch = "main") {
  const home = await ownDirectory();
  const [remote = "", clone = "", directory = ""] = ["remote.git", "clone", "mirror.git"].map((name) =>
    path.join(home, name),
  );
  const git = createGit({ ...ENV, HOME: home });
  const shell = async (...args: readonly string[]) =>
    (await execa("git", [...AUTHOR, ...args], { env: { ...ENV, HOME: home }, extendEnv: false })).stdout;
  await shell("init", "-q", "--bare", "-b", branch, remote);
  await shell("clone", "-q", remote, clone);
  await shell("-C", clone, "checkout", "-q", "-B", branch);
  const inClone = (...args: readonly string[]) => shell("-C", clone, ...args);
  return {
    home,
    remote,
    clone,
    git,
    shell,
    inClone,
    directory,
    mirror: createMirror(git, directory, remote, branch),
    async commit(subject: string, files: Readonly<Record<string, string | null>> = {}): Promise<string> {
      for (const [name, text] of Object.entries(files))
        await (text === null ? rm(path.join(clone, name)) : writeFile(path.join(clone, name), text));
      await inClone("add", "-A");
      await inClone("commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", subject);
      return inClone("rev-parse", "HEAD");
    },
    push: (...more: readonly string[]) =>
      inClone("push", "-q", ...more, "origin", `HEAD:refs/heads/${branch}`),
  };
}

export const handoff = (more: Partial<Handoff> = {}): Handoff => ({
  repo: "clone",
  branch: "main",
  claim: "adversary",
  review: "builder",
  inbox: { "ADVERSARY-INBOX.md": "adversary", "BUILDER-INBOX.md": "builder" },
  ...more,
});
