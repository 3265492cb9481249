import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { git } from "./own.ts";

/**
 * Makes another release of one that is there, with a program that was changed:
 * a real one would take a second to build.
 */
export async function rerelease(
  repository: string,
  {
    from,
    version,
    change,
    state,
    changes,
  }: { from: string; version: string; change: (code: string) => string; state?: number; changes?: string },
): Promise<string> {
  const folder = `${repository}.work`;
  git(repository, "worktree", "add", "--quiet", "--detach", folder, from);
  const write = (name: string, text: string) => writeFile(path.join(folder, name), text);
  const read = (name: string) => readFile(path.join(folder, name), "utf8");
  const code = (await read("agents.mjs")).replace(
    /(var version[$\d]*=)`[^`]+`/,
    (_, name: string) => `${name}\`${version}\``,
  );
  await write("agents.mjs", change(code));
  await write("VERSION", `${version}\n`);
  if (changes !== undefined) await write("CHANGELOG.md", changes);
  const manifest = JSON.parse(await read("RELEASE.json"));
  manifest.version = version;
  manifest.state = state ?? manifest.state;
  for (const name of ["agents.mjs", "VERSION", "CHANGELOG.md"])
    manifest.files[name] = createHash("sha256")
      .update(await read(name))
      .digest("hex");
  await write("RELEASE.json", JSON.stringify(manifest));
  git(folder, "commit", "--quiet", "--all", "-m", `Release ${version}`);
  git(folder, "tag", `v${version}`);
  const commit = git(folder, "rev-parse", "HEAD").trim();
  await rm(folder, { recursive: true });
  git(repository, "worktree", "prune");
  return commit;
}
