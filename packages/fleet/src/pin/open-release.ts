import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Failure, type Git } from "@fleet/engine";
import { commitOf } from "./refs.ts";
import { type Manifest, parseManifest } from "./release.ts";
import { lastLine, listOrFail } from "./remote.ts";
import { hashOf } from "./verify.ts";

/** A release of the engine, whole and checked, in a folder that is nobody's yet. */
export interface OpenedRelease {
  readonly commit: string;
  /** The full name of a ref that is this commit. Null: it lies deeper. */
  readonly ref: string | null;
  readonly manifest: Manifest;
  readonly changelog: string;
  readonly folder: string;
  dispose(): Promise<void>;
}

/** Fetches a release aside. @throws Failure GIT_FAILED, ENGINE_MISSING, DRIFTED */
export const fetchRelease = (
  git: Git,
  { url, wanted, shown }: { readonly url: string; readonly wanted: string; readonly shown: string },
): Promise<OpenedRelease> =>
  aside(async (folder) => {
    const refs = await listOrFail(git, url, shown);
    const commit = commitOf(wanted, refs);
    if (commit === null)
      throw new Failure("GIT_FAILED", `the engine's repository ${url} has no ${wanted}`, {
        hint: `it has ${namesIn(refs)}`,
      });
    const repository = path.join(folder, "git");
    await must(git, ["init", "--quiet", "--bare", "--template=", repository]);
    const [ref = null] = [...refs].find(([, at]) => at === commit) ?? [];
    const what = ref === null ? ["+refs/*:refs/*"] : ["--depth=1", `${ref}:${ref}`];
    const [depth, spec] = what.length === 2 ? what : [null, what[0]];
    const options = ["--quiet", "--no-tags", ...(depth == null ? [] : [depth])];
    await must(git, ["--git-dir", repository, "fetch", ...options, "--", url, spec ?? ""]);
    const release = await read(git, repository, commit, folder);
    checkTag(wanted, release.manifest);
    return { ...release, ref };
  });

/** A release that a repository on this disk has already. @throws Failure */
export const readRelease = (git: Git, repository: string, commit: string): Promise<OpenedRelease> =>
  aside(async (folder) => ({ ...(await read(git, repository, commit, folder)), ref: null }));

async function aside(
  work: (folder: string) => Promise<Omit<OpenedRelease, "dispose">>,
): Promise<OpenedRelease> {
  const folder = await mkdtemp(path.join(tmpdir(), "fleet-engine-"));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    return { ...(await work(folder)), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Takes the files out of the commit, and believes none of them before it is what the release records. */
async function read(git: Git, repository: string, commit: string, around: string) {
  const folder = path.join(around, "engine");
  await mkdir(folder);
  const isNone = (because: string) =>
    new Failure("ENGINE_MISSING", `${commit.slice(0, 7)} is not a release of the engine: ${because}`, {
      hint: "a release is what pnpm release:engine makes",
    });
  const listed = await must(git, ["--git-dir", repository, "ls-tree", "-r", "-z", "--full-tree", commit]);
  const entries = listed.split("\0").filter((entry) => entry !== "");
  const odd = entries.find((entry) => !/^100(644|755) blob /.test(entry));
  if (odd !== undefined) throw isNone(`${odd.split("\t")[1]} is not a file`);
  const into = ["-c", "core.autocrlf=false", "--git-dir", repository, "--work-tree", folder];
  const env = { GIT_INDEX_FILE: path.join(around, "index") };
  await must(git, [...into, "read-tree", commit], env);
  await must(git, [...into, "checkout-index", "--all", `--prefix=${folder}/`], env);
  const text = (name: string) => readFile(path.join(folder, name), "utf8").catch(() => "");
  const manifest = parseManifest(await text("RELEASE.json"));
  if (manifest === null) throw isNone("it has no RELEASE.json");
  const names = entries.map((entry) => entry.split("\t")[1] ?? "").filter((name) => name !== "RELEASE.json");
  const stray = names.find((name) => manifest.files[name] === undefined);
  if (stray !== undefined) throw isNone(`${stray} is not in its RELEASE.json`);
  for (const [name, hash] of Object.entries(manifest.files))
    if ((await hashOf(path.join(folder, name))) !== hash)
      throw isNone(`${name} is not what its RELEASE.json records`);
  for (const name of ["agents", "agents.mjs"])
    if (manifest.files[name] === undefined) throw isNone(`it has no ${name}`);
  return { commit, manifest, changelog: await text("CHANGELOG.md"), folder };
}

function checkTag(wanted: string, { version }: Manifest): void {
  if (!/^v\d+\.\d+\.\d+/.test(wanted) || wanted === `v${version}`) return;
  throw new Failure("DRIFTED", `the tag ${wanted} holds the version ${version}`, {
    hint: "a release must not change: ask who publishes it",
  });
}

const namesIn = (refs: ReadonlyMap<string, string>): string =>
  [...refs.keys()].map((name) => name.replace(/^refs\/(tags|heads)\//, "")).join(", ") || "nothing";

async function must(git: Git, words: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const { code, stdout, stderr } = await git(words, { env });
  if (code === 0) return stdout;
  throw new Failure("GIT_FAILED", `the engine can't be fetched: ${lastLine(stderr)}`);
}
