import path from "node:path";
import process from "node:process";
import { bytesNow, entryNow, pick, run, textNow } from "@fleet/engine";
import { findInIndex, GITLINK, type IndexEntry } from "./git-index.ts";

/** Which engine a project's folder is pinned to, as far as the disk tells. */
export type Pin =
  | { readonly is: "not-a-repository" }
  | { readonly is: "no-engine" }
  /** Something called engine is tracked or lies there, and it is not a submodule. */
  | { readonly is: "not-a-submodule" }
  | {
      readonly is: "pinned";
      readonly commit: string;
      /** What lies in the engine's folder: null when it is not checked out. */
      readonly checkedOut: string | null;
    }
  | { readonly is: "unreadable"; readonly because: string };

const COMMIT = /^[0-9a-f]{40}$/;

/** Reads the pin. Writes nothing, runs no hook, and never looks at a repository around the project. */
export async function readPin(folder: string): Promise<Pin> {
  const repository = repositoryOf(folder);
  if (repository === null) return { is: "not-a-repository" };
  const index = bytesNow(path.join(repository, "index"));
  const quick = index === null ? "unsure" : findInIndex(index, "engine");
  const entry = quick === "unsure" ? await askGit(folder, repository) : quick;
  if (entry === "absent") {
    return { is: entryNow(path.join(folder, "engine")) === null ? "no-engine" : "not-a-submodule" };
  }
  if ("because" in entry) return { is: "unreadable", because: entry.because };
  if (entry.mode !== GITLINK) return { is: "not-a-submodule" };
  return { is: "pinned", commit: entry.object, checkedOut: headOf(path.join(folder, "engine")) };
}

/** The folder that .git is, or that a file called .git names. */
export function repositoryOf(folder: string): string | null {
  const at = path.join(folder, ".git");
  const entry = entryNow(at);
  // Through a link as well: what counts is what lies there.
  const link = entry === null || entry.isDirectory() ? null : textNow(at);
  const repository = link === null ? at : path.resolve(folder, link.replace(/^gitdir: /, "").trim());
  return entry === null || entryNow(path.join(repository, "HEAD")) === null ? null : repository;
}

/** For an index of another kind. */
async function askGit(
  folder: string,
  repository: string,
): Promise<"absent" | Pick<Exclude<IndexEntry, string>, "mode" | "object"> | { readonly because: string }> {
  const options = ["-c", "core.fsmonitor=false", `--git-dir=${repository}`, `--work-tree=${folder}`];
  const { code, stdout, stderr } = await run("git", [...options, "ls-files", "-s", "-z", "--", "engine"], {
    cwd: folder,
    env: environment(),
    timeout: 30_000,
  });
  if (code !== 0) return { because: stderr.trim().split("\n").at(-1) ?? "git failed" };
  const entries = stdout.split("\0").filter((entry) => entry !== "");
  if (entries.length === 0) return "absent";
  const [, mode = "", object = ""] = /^(\d+) ([0-9a-f]+) \d\tengine$/.exec(entries[0] ?? "") ?? [];
  return { mode: Number.parseInt(mode, 8) || 0, object };
}

const environment = () => ({
  ...pick(process.env),
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
});

/** The commit of a checkout, from its files: git itself would cost a process for each project. */
function headOf(checkout: string): string | null {
  const repository = repositoryOf(checkout);
  if (repository === null) return null;
  const head = textNow(path.join(repository, "HEAD"))?.trim() ?? "";
  if (COMMIT.test(head)) return head;
  const [, branch] = /^ref: (refs\/[\w./-]+)$/.exec(head) ?? [];
  const tip = branch === undefined ? null : textNow(path.join(repository, branch));
  return tip !== null && COMMIT.test(tip.trim()) ? tip.trim() : null;
}
