import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { parseArgs, promisify } from "node:util";
import { ANSWER_VERSION, VERSION } from "../packages/engine/src/version.ts";
import { SCHEMA } from "../packages/engine/src/watch/records.ts";
import { bundle } from "./bundle.ts";

/*
 * Builds what a project's `engine` submodule holds, and commits it to a bare
 * repository: same source, same bytes, same commit, on any machine at any time.
 *
 *   pnpm release:engine [--to REPOSITORY] [--version VERSION] [--replace]
 */

const ROOT = path.join(import.meta.dirname, "..");
const ENGINE = path.join(ROOT, "packages/engine");

interface File {
  readonly path: string;
  readonly mode: "100644" | "100755";
  readonly text: string;
}

/** Everything in the release, sorted. */
async function buildTree(version: string): Promise<readonly File[]> {
  const { code, packages } = await bundle("packages/engine/src/bin.ts", version);
  const read = (name: string) => readFile(path.join(ENGINE, name), "utf8");
  const plain = (name: string, text: string): File => ({ path: name, mode: "100644", text });
  const schemas = (await readdir(path.join(ENGINE, "schema"))).filter((name) => name.endsWith(".json"));
  const files: File[] = [
    { path: "agents", mode: "100755", text: await read("agents") },
    plain("agents.mjs", code),
    plain("README.md", await read("release/README.md")),
    plain("LICENSE", await licences(packages)),
    plain("VERSION", `${version}\n`),
    plain("CHANGELOG.md", changelogOf(await readFile(path.join(ROOT, "CHANGELOG.md"), "utf8"), version)),
    ...(await Promise.all(
      schemas.map(async (name) => plain(`schema/${name}`, await read(`schema/${name}`))),
    )),
  ];
  const sorted = (some: readonly File[]) => some.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return sorted([...files, plain("RELEASE.json", manifestOf(version, sorted(files)))]);
}

/** What has not been released before is what this release brings. */
const changelogOf = (text: string, version: string): string =>
  text.includes(`\n## ${version}\n`) ? text : text.replace("\n## Unreleased\n", `\n## ${version}\n`);

/** What this release is, and what each of its files must hold: read by `fleet pin verify` and `fleet upgrade`. */
function manifestOf(version: string, files: readonly File[]): string {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
  const hashes = Object.fromEntries(files.map((file) => [file.path, sha256(file.text)]));
  const manifest = { name: "fleet-engine", version, answers: ANSWER_VERSION, state: SCHEMA, files: hashes };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** Ours, and that of every package inside the bundle: they ask for no more than to be named. */
async function licences(packages: readonly string[]): Promise<string> {
  const parts = [await readFile(path.join(ROOT, "LICENSE"), "utf8")];
  for (const folder of packages) {
    const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).sort().find((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
    const text = file === undefined ? `${license}\n` : await readFile(path.join(folder, file), "utf8");
    parts.push(`agents.mjs contains ${name} ${version}:\n\n${text.replaceAll("\r\n", "\n").trim()}\n`);
  }
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

/** Nothing of this machine or this moment goes into a commit. */
const FIXED = {
  GIT_AUTHOR_NAME: "fleet",
  GIT_AUTHOR_EMAIL: "fleet@fleet.invalid",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "fleet",
  GIT_COMMITTER_EMAIL: "fleet@fleet.invalid",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
};

async function git(repository: string, args: readonly string[], input = ""): Promise<string> {
  const env = { PATH: process.env.PATH, GIT_DIR: repository, ...FIXED };
  const running = promisify(execFile)("git", args, { env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  // A git that does not read closes the pipe; how it ends is what counts.
  running.child.stdin?.on("error", () => {}).end(input);
  return (await running).stdout.trim();
}

async function commit(repository: string, files: readonly File[], version: string): Promise<string> {
  const lines: string[] = [];
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const blob = await git(repository, ["hash-object", "-w", "--no-filters", "--stdin"], file.text);
    const [folder, name] = file.path.split("/");
    const line = `${file.mode} blob ${blob}\t`;
    if (name === undefined) lines.push(`${line}${file.path}`);
    else folders.set(folder ?? "", [...(folders.get(folder ?? "") ?? []), `${line}${name}`]);
  }
  for (const [folder, entries] of folders) {
    const tree = await git(repository, ["mktree"], `${entries.join("\n")}\n`);
    lines.push(`040000 tree ${tree}\t${folder}`);
  }
  const tree = await git(repository, ["mktree"], `${lines.join("\n")}\n`);
  // No parent: what a release is must not depend on which releases this repository has seen.
  return git(repository, ["commit-tree", tree, "-m", `Release the engine ${version}`]);
}

/** A new repository appears whole or not at all: it is made aside and moved. */
async function ensureRepository(repository: string): Promise<void> {
  if (await exists(path.join(repository, "HEAD"))) return;
  const aside = `${repository}.new-${process.pid}`;
  await mkdir(path.dirname(repository), { recursive: true });
  await git(aside, [
    "init",
    "--quiet",
    "--bare",
    "--template=",
    "--initial-branch=main",
    "--object-format=sha1",
  ]);
  try {
    await rename(aside, repository);
  } catch (error) {
    await rm(aside, { recursive: true, force: true });
    // Another run was faster; its repository is as good.
    if (!(await exists(path.join(repository, "HEAD")))) throw error;
  }
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function make(repository: string, version: string, replace: boolean): Promise<string> {
  const files = await buildTree(version);
  await ensureRepository(repository);
  const made = await commit(repository, files, version);
  const tag = `refs/tags/v${version}`;
  const tagged = () => git(repository, ["for-each-ref", "--format=%(objectname)", tag]);
  const before = await tagged();
  if (before === made) return `v${version} is there already, from the same source: nothing to do (${made})`;
  if (before !== "" && !replace)
    throw new Refusal(
      `v${version} is there already, from another source (${before.slice(0, 7)}, this one makes ${made.slice(0, 7)})\n` +
        "  raise the version in packages/engine/package.json or give --version, or use --replace while you develop",
    );
  const update = `update ${tag} ${made} ${before || NOTHING}\nupdate refs/heads/main ${made}\n`;
  await git(repository, ["update-ref", "--stdin"], update).catch(async (error: unknown) => {
    // Another run may have been faster with the same.
    if ((await tagged()) !== made) throw error;
  });
  return `v${version} is ${made} in ${path.relative(process.cwd(), repository) || "."}`;
}

/** What update-ref takes for a ref that must not be there yet. */
const NOTHING = "0".repeat(40);

/** Said in a sentence, without a stack. */
class Refusal extends Error {}

function readOptions() {
  try {
    return parseArgs({
      options: {
        to: { type: "string" },
        version: { type: "string" },
        replace: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new Refusal(`wrong usage\n  ${USAGE}`, { cause });
  }
}

const USAGE = "usage: pnpm release:engine [--to REPOSITORY] [--version VERSION] [--replace]";

/** It becomes a tag, and is compared by its numbers. */
function versionIn(text: string): string {
  if (/^\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(text)) return text;
  throw new Refusal(`"${text}" is not a version like 0.2.0\n  ${USAGE}`, { cause: text });
}

try {
  const options = readOptions();
  const to = path.resolve(options.to ?? path.join(ROOT, ".fleet/engine.git"));
  const release = () => make(to, versionIn(options.version ?? VERSION), options.replace === true);
  const said = options.help ? USAGE : `release-engine: ${await release()}`;
  process.stdout.write(`${said}\n`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`release-engine: ${error.message}\n`);
  process.exitCode = error.cause === undefined ? 4 : 2;
}
