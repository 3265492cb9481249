import { Failure, pick } from "@fleet/engine";
import type { SimpleGit } from "simple-git";

/** Who commits, and how to reach a remote: all that git may learn from the caller's environment. */
const PASSED = [
  "GIT_AUTHOR_NAME",
  "GIT_AUTHOR_EMAIL",
  "GIT_COMMITTER_NAME",
  "GIT_COMMITTER_EMAIL",
  "GIT_CONFIG_GLOBAL",
  "GIT_SSH_COMMAND",
];

/** In seconds without a word from git. */
const PATIENCE = 60;

export interface GitOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Git in a folder that we just made. No hook and no template of the machine
 * takes part, nothing asks for a password, and a submodule may come from a path
 * on this machine, which git forbids otherwise.
 */
export async function openGit(folder: string, { env, signal }: GitOptions): Promise<SimpleGit> {
  // Only where it is needed: it takes longer to load than most commands to run.
  const { simpleGit } = await import("simple-git");
  return simpleGit({
    baseDir: folder,
    abort: signal,
    timeout: { block: PATIENCE * 1000 },
    config: [
      "core.hooksPath=/dev/null",
      "protocol.file.allow=always",
      "commit.gpgSign=false",
      "user.useConfigOnly=true",
    ],
    unsafe: { allowUnsafeHooksPath: true, allowUnsafeProtocolOverride: true, allowUnsafeTemplateDir: true },
    // As it comes, it takes a failure that says nothing for a success.
    errors: (error, { exitCode, stdErr }) =>
      error ??
      (exitCode === 0 ? undefined : Buffer.concat([...stdErr, Buffer.from(`git exited ${exitCode}`)])),
    allowEnvironment: [...PASSED, "GIT_TERMINAL_PROMPT"],
  }).env({ ...pick(env, PASSED), GIT_TERMINAL_PROMPT: "0" });
}

/** @throws Failure GIT_FAILED with the two commands that help */
export async function checkIdentity(git: SimpleGit): Promise<void> {
  try {
    await git.raw(["var", "GIT_AUTHOR_IDENT"]);
    await git.raw(["var", "GIT_COMMITTER_IDENT"]);
  } catch (cause) {
    throw new Failure("GIT_FAILED", "git does not know who you are, and a project begins with a commit", {
      hint: 'git config --global user.name "Your Name"\ngit config --global user.email you@example.com',
      cause,
    });
  }
}

/** What git said last, as one line for a message. */
export function lastWords(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  const lines = said.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("Cloning into"));
  return lines
    .slice(0, 3)
    .join("; ")
    .replaceAll(/fatal: /g, "");
}
