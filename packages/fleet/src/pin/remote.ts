import { Failure, type Git, isLocal } from "@fleet/engine";

/** What a remote answered. */
export type Listing =
  | {
      readonly is: "listed";
      readonly refs: ReadonlyMap<string, string>;
      /** Where it sent us, when it is not there any more. */
      readonly movedTo: string | null;
    }
  | { readonly is: "unreachable"; readonly because: string };

/** Asks a remote for its refs. */
export async function listRemote(git: Git, url: string): Promise<Listing> {
  const { code, stdout, stderr, timedOut } = await git(["ls-remote", "--quiet", "--", url]);
  if (code !== 0) return { is: "unreachable", because: timedOut ? "it does not answer" : lastLine(stderr) };
  const refs = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [, commit, name] = /^([0-9a-f]{40})\t(refs\/\S+)$/.exec(line) ?? [];
    // "refs/tags/x^{}" is the commit of an annotated tag, and comes after it.
    if (commit !== undefined && name !== undefined) refs.set(name.replace(/\^\{\}$/, ""), commit);
  }
  return { is: "listed", refs, movedTo: movedTo(stderr) };
}

/** git follows a redirect of the first request, and says so. */
export const movedTo = (stderr: string): string | null =>
  /^warning: redirecting to (\S+?)\/?$/m.exec(stderr)?.[1] ?? null;

/** What git said of it, as one line for a message. */
export function lastLine(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => /^(fatal|error|ssh|remote): /.test(line));
  const said = lines[0] ?? stderr.trim().split("\n").at(-1) ?? "";
  return said.replace(/^(fatal|error|remote): /, "") || "git failed and said nothing";
}

/** The command that checks a project's engine out. Git takes a path on this machine only when it is told that this is meant. */
export const checkOutCommand = (folder: string, url: string | null): string => {
  const allow = url !== null && isLocal(url) ? "-c protocol.file.allow=always " : "";
  return `git -C ${folder} ${allow}submodule update --init engine`;
};

/** The commands that lead a project to where its engine's repository is now. */
export const moveCommands = (folder: string, url = "NEW-URL"): string =>
  [
    `git -C ${folder} submodule set-url engine ${url}`,
    `git -C ${folder} commit -m "Fetch the engine from where it is now" .gitmodules`,
  ].join("\n");

/** @throws Failure GIT_FAILED with the commands that mend it */
export async function listOrFail(
  git: Git,
  url: string,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const listing = await listRemote(git, url);
  if (listing.is === "listed") return listing.refs;
  throw new Failure("GIT_FAILED", `the engine's repository ${url} can't be reached: ${listing.because}`, {
    hint: `see for yourself: git ls-remote ${url}\nwhere it has moved:\n${moveCommands(folder)}`,
  });
}
