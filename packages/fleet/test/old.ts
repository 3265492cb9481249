import { createHash } from "node:crypto";
import { cp, lstat, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { git, ownDirectory } from "./own.ts";

const SEEDS = path.join(import.meta.dirname, "seeds-project");

/** A set-up as it stood before fleet, in a folder of this test's own: with two clones of a remote, as its agents have them. */
export interface Old {
  /** All of it lies below. */
  readonly home: string;
  /** Where its agents.toml is. */
  readonly plan: string;
  readonly logs: string;
  readonly remote: string;
}

export async function ownOld(
  edit: (toml: string) => string = (toml) => toml,
  folder: string | null = null,
): Promise<Old> {
  const home = folder ?? path.join(await ownDirectory(), "srv");
  await cp(SEEDS, home, { recursive: true });
  const plan = path.join(home, "cc-ci-plan");
  const file = path.join(plan, "agents.toml");
  await writeFile(file, edit((await readFile(file, "utf8")).replaceAll("/srv/cc-ci", home)));
  const remote = path.join(home, "remote.git");
  git(home, "init", "--quiet", "--bare", "--initial-branch=main", remote);
  const first = path.join(home, "cc-ci");
  git(home, "clone", "--quiet", remote, first);
  await mkdir(path.join(first, "machine-docs"));
  await writeFile(path.join(first, "machine-docs/STATUS-poe2e.md"), "# STATUS\n\n## Gate B1 open\n");
  git(first, "add", ".");
  git(first, "commit", "--quiet", "-m", "claim(B1): the scratch project");
  git(first, "push", "--quiet", "origin", "HEAD:refs/heads/main");
  git(home, "clone", "--quiet", remote, path.join(home, "cc-ci-adv"));
  return { home, plan, logs: path.join(home, ".cc-ci-logs"), remote };
}

/** The old engine moves on to another phase: it notes its place, and writes its first messages anew. */
export async function moveOld({ plan, logs }: Old, index: number): Promise<void> {
  const toml = await readFile(path.join(plan, "agents.toml"), "utf8");
  const phases = [...toml.matchAll(/\{ id = "([^"]*)", plan = "([^"]*)"/g)];
  const [, id = "", file = ""] = phases[index] ?? [];
  await writeFile(path.join(logs, "state/phase-idx"), `${index}\n`);
  for (const session of ["cc-ci-builder", "cc-ci-adv"]) {
    const name = `kickoff-${session}.txt`;
    const text = await readFile(path.join(SEEDS, ".cc-ci-logs", name), "utf8");
    const moved = text.replaceAll("plan-phase-poe2e-end-to-end.md", file).replaceAll(/\bpoe2e\b/g, id);
    await writeFile(path.join(logs, name), moved);
  }
}

/** Everything below a folder: names, kinds, bytes, modes, and when each was changed last. */
export async function allOf(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const all = entries.map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const { mtimeMs, ctimeMs, mode, size } = await lstat(file);
    const sum = entry.isFile()
      ? createHash("sha256")
          .update(await readFile(file))
          .digest("hex")
      : "";
    return [path.relative(root, file), `${mode} ${size} ${mtimeMs} ${ctimeMs} ${sum}`] as const;
  });
  return new Map((await Promise.all(all)).sort(([a], [b]) => (a < b ? -1 : 1)));
}
