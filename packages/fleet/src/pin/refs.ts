import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/*
 * The refs of a repository, from its files: a process of git for each project
 * would make up most of `fleet pin`.
 */

/** Full name to commit: "refs/tags/v0.1.0". Empty for what is no repository. */
export async function readRefs(repository: string): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  const packed = await readFile(path.join(repository, "packed-refs"), "utf8").catch(() => "");
  let last = "";
  for (const line of packed.split("\n")) {
    // The line after an annotated tag says which commit it means.
    const [, peeled] = /^\^([0-9a-f]{40})$/.exec(line) ?? [];
    const [, commit, name] = /^([0-9a-f]{40}) (refs\/\S+)$/.exec(line) ?? [];
    if (peeled !== undefined) refs.set(last, peeled);
    if (commit !== undefined && name !== undefined) refs.set(name, commit);
    last = name ?? last;
  }
  const found = await readdir(path.join(repository, "refs"), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  for (const entry of found.filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    const [, commit] = /^([0-9a-f]{40})$/.exec((await readFile(file, "utf8").catch(() => "")).trim()) ?? [];
    if (commit !== undefined) refs.set(path.relative(repository, file), commit);
  }
  return refs;
}

/** The commit that a tag, a branch or a commit means, as `create-project` takes it. */
export function commitOf(ref: string, refs: ReadonlyMap<string, string>): string | null {
  if (/^[0-9a-f]{40}$/.test(ref)) return ref;
  const names = [`refs/tags/${ref}`, `refs/heads/${ref}`, `refs/remotes/origin/${ref}`];
  return names.map((name) => refs.get(name)).find((commit) => commit !== undefined) ?? null;
}

/** The tags of a commit. */
export const tagsOf = (commit: string, refs: ReadonlyMap<string, string>): readonly string[] =>
  [...refs].flatMap(([name, at]) =>
    at === commit && name.startsWith("refs/tags/") ? [name.slice("refs/tags/".length)] : [],
  );
