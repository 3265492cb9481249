import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { createGit, Failure, isLocal, type World } from "@fleet/engine";
import { editFleet } from "../edit-fleet.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import { refuseGitUrl } from "../fleet-file/schema.ts";
import { ensureEngine } from "../project/engine-source.ts";
import { readModules } from "./modules.ts";
import { lastLine } from "./remote.ts";

export interface Published {
  /** As fleet.toml names it from now on. */
  readonly url: string;
  /** What was not there before: "v0.2.0", "main". */
  readonly pushed: readonly string[];
  readonly there: readonly string[];
  /** Was it fleet.toml's already? */
  readonly rewritten: boolean;
  /** Its default branch is one that is not there, so a project can't be made of it. */
  readonly headless: boolean;
  /** Projects that fetch their engine from elsewhere, in the order of fleet.toml. */
  readonly elsewhere: readonly string[];
}

/** Where a checkout makes its releases, whatever fleet.toml says by now. */
const MADE_HERE = ".fleet/engine.git";

/**
 * Pushes the releases that lie on this disk to another repository, and lets new
 * projects get their engine there. Nothing that is published is overwritten.
 * @throws Failure WRONG_USAGE, ENGINE_MISSING, GIT_FAILED, DRIFTED
 */
export async function publishEngine(
  found: FoundFleet,
  given: string,
  { dryRun, world }: { readonly dryRun: boolean; readonly world: World },
): Promise<Published> {
  const refusal = refuseGitUrl(given);
  if (refusal !== null)
    throw new Failure("WRONG_USAGE", refusal.message, { hint: refusal.help ?? "use https, ssh, or a path" });
  const target = isLocal(given) ? pathOf(world.cwd, given) : given;
  const source = await sourceOf(found, world);
  if (source === target)
    throw new Failure("WRONG_USAGE", "the releases are there already", { hint: "name another repository" });
  const refs = await push({ source, target, given, dryRun }, world);
  const url = isLocal(given) ? besideFleet(found.root, target) : given;
  const rewritten = url !== found.fleet.engine.url;
  if (rewritten && !dryRun) await editFleet(found.root, "engine", { url });
  const headless = !dryRun && (await isHeadless(target, world));
  return { url, ...refs, rewritten, headless, elsewhere: await fetchingElsewhere(found, target) };
}

/** A repository that was made for another default branch than main takes the push, and can't be cloned as a submodule. */
async function isHeadless(target: string, { env }: World): Promise<boolean> {
  const { code, stdout } = await createGit(env)(["ls-remote", "--quiet", "--", target, "HEAD"]);
  return code === 0 && stdout.trim() === "";
}

/** What was made here comes first: it may be newer than what fleet.toml names since the last time. */
async function sourceOf(found: FoundFleet, world: World): Promise<string> {
  const made = path.join(found.root, MADE_HERE);
  const { url } = found.fleet.engine;
  const named = isLocal(url) ? pathOf(found.root, url) : null;
  if (named === made) await ensureEngine(found, world);
  for (const one of [made, named]) if (one !== null && (await isThere(path.join(one, "HEAD")))) return one;
  throw new Failure("ENGINE_MISSING", "there are no releases on this disk that could be published", {
    hint: "make them: pnpm release:engine",
  });
}

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

const pathOf = (from: string, url: string): string => path.resolve(from, url.replace(/^file:\/\//, ""));

interface Push {
  readonly source: string;
  readonly target: string;
  /** As the user wrote it. */
  readonly given: string;
  readonly dryRun: boolean;
}

async function push({ source, target, given, dryRun }: Push, { env }: World) {
  const git = createGit(env);
  // A release has no parent, so main always jumps; a tag never moves.
  const specs = ["+refs/heads/main:refs/heads/main", "refs/tags/*:refs/tags/*"];
  const flags = ["--porcelain", "--atomic", ...(dryRun ? ["--dry-run"] : [])];
  const ran = await git(["--git-dir", source, "push", ...flags, "--", target, ...specs]);
  const lines = ran.stdout.split("\n").flatMap((line) => {
    const [, flag, name] = /^([ +*=!-])\t[^:]*:refs\/(?:heads|tags)\/(\S+)\t/.exec(line) ?? [];
    return flag === undefined || name === undefined ? [] : [{ flag, name, line }];
  });
  const moved = lines.find(({ line }) => line.includes("already exists"));
  if (moved !== undefined)
    throw new Failure("DRIFTED", `${given} has ${moved.name} already, and it is another commit there`, {
      hint: "a release must not change: raise the version, then pnpm release:engine",
    });
  if (ran.code !== 0)
    throw new Failure("GIT_FAILED", `the releases can't be pushed to ${given}: ${lastLine(ran.stderr)}`, {
      hint: "it must be there, and be yours to push to; an empty repository is enough",
    });
  const named = (flags: string) => lines.flatMap(({ flag, name }) => (flags.includes(flag) ? [name] : []));
  return { pushed: named("*+ "), there: named("=") };
}

/** A path in fleet.toml counts from its folder; what lies outside of it stays where it is when the fleet moves. */
function besideFleet(root: string, target: string): string {
  const relative = path.relative(root, target);
  return relative.startsWith("..") || path.isAbsolute(relative) ? target : `./${relative}`;
}

async function fetchingElsewhere(found: FoundFleet, target: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const project of found.fleet.projects) {
    if (project.engine === "workspace") continue;
    const folder = folderOf(found, project);
    const text = await readFile(path.join(folder, ".gitmodules"), "utf8").catch(() => null);
    if (text !== null && readModules(text).url !== target) names.push(project.name);
  }
  return names;
}
