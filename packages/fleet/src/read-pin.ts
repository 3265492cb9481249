import { access, readFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { pick, run } from "@fleet/engine";

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
  const repository = path.join(folder, ".git");
  if (!(await exists(repository))) return { is: "not-a-repository" };
  const { code, stdout, stderr } = await run(
    "git",
    [
      "-c",
      "core.fsmonitor=false",
      `--git-dir=${repository}`,
      `--work-tree=${folder}`,
      "ls-files",
      "-s",
      "-z",
      "--",
      "engine",
    ],
    { cwd: folder, env: environment(), timeout: 30_000 },
  );
  if (code !== 0) return { is: "unreadable", because: stderr.trim().split("\n").at(-1) ?? "git failed" };
  const [first] = stdout.split("\0");
  if (first === undefined || first === "") {
    return { is: (await exists(path.join(folder, "engine"))) ? "not-a-submodule" : "no-engine" };
  }
  const [, mode, commit] = /^(\d+) ([0-9a-f]+) \d\tengine$/.exec(first) ?? [];
  if (mode !== "160000" || commit === undefined) return { is: "not-a-submodule" };
  return { is: "pinned", commit, checkedOut: await headOf(path.join(folder, "engine")) };
}

const environment = () => ({
  ...pick(process.env),
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
});

/** The commit of a checkout, from its files: git itself would cost a process for each project. */
async function headOf(checkout: string): Promise<string | null> {
  const link = await text(path.join(checkout, ".git"));
  const repository = path.resolve(checkout, link === null ? ".git" : link.replace(/^gitdir: /, "").trim());
  const head = (await text(path.join(repository, "HEAD")))?.trim() ?? "";
  if (COMMIT.test(head)) return head;
  const [, branch] = /^ref: (refs\/[\w./-]+)$/.exec(head) ?? [];
  const tip = branch === undefined ? null : await text(path.join(repository, branch));
  return tip !== null && COMMIT.test(tip.trim()) ? tip.trim() : null;
}

/** Null for what is not a readable file: each caller has an answer for that. */
const text = (file: string) => readFile(file, "utf8").catch(() => null);

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );
