import { lstat, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Failure, isCode, isProgramNow, pick, run, VERSION, type World, writeWhole } from "@fleet/engine";
import { findFleetFile } from "../find.ts";
import { refuseGitUrl } from "../fleet-file/schema.ts";
import { parseFleetFile } from "../fleet-file.ts";
import { checkoutOf, programOf } from "../program.ts";
import { addIgnored, FLEET_FILE, IGNORE_FILE, planFleet, README_FILE, WORKFLOW_FILE } from "./plan.ts";

export interface InitWanted {
  readonly folder: string;
  readonly engineUrl?: string | undefined;
  readonly ci?: string | undefined;
  readonly dryRun: boolean;
}

export interface Initiated {
  /** unchanged: it was a fleet already, and lacked nothing. */
  readonly is: "made" | "planned" | "unchanged";
  /** Absolute. */
  readonly folder: string;
  /** Written, or to be written; in the order in which that is done. */
  readonly files: readonly string[];
  /** A repository was made there, or would be. */
  readonly repository: boolean;
  /** What to type to have `fleet` everywhere; null when it is. */
  readonly link: string | null;
}

/**
 * Makes a fleet of a folder. What lies there already stays as it is; where that
 * is in the way, nothing is done. The same again does what is missing.
 * @throws Failure TAKEN, WRONG_USAGE, INVALID_FILE
 */
export async function initFleet(wanted: InitWanted, world: World): Promise<Initiated> {
  const folder = path.resolve(world.cwd, wanted.folder);
  await checkPlace(folder);
  const files = await missingFiles(folder, await planOf(folder, wanted, world));
  const git = await isInRepository(folder, world);
  const repository = git === "outside";
  const link = linkFor(world);
  const names = Object.keys(files);
  if (wanted.dryRun) return { is: "planned", folder, files: names, repository, link };
  for (const [name, text] of Object.entries(files)) await write(path.join(folder, name), text);
  if (repository) await makeRepository(folder, world);
  const is = names.length === 0 && !repository ? "unchanged" : "made";
  return { is, folder, files: names, repository, link };
}

async function planOf(
  folder: string,
  { engineUrl, ci }: InitWanted,
  world: World,
): Promise<Readonly<Record<string, string>>> {
  for (const url of [engineUrl, ci]) {
    const refusal = url === undefined ? null : refuseGitUrl(url);
    if (refusal !== null) throw new Failure("WRONG_USAGE", refusal.message, { hint: refusal.help ?? "" });
  }
  const checkout = checkoutOf(world);
  const own = checkout === null ? "./.fleet/engine.git" : path.join(checkout, ".fleet/engine.git");
  return planFleet({
    name: path.basename(folder),
    engine: { url: engineUrl ?? own, ref: `v${VERSION}` },
    local: engineUrl === undefined,
    ci: ci ?? null,
  });
}

/** Is it a folder, or nothing yet, and in no other fleet? */
async function checkPlace(folder: string): Promise<void> {
  const entry = await lstat(folder).catch(missing);
  if (entry !== null && !(await isFolder(folder)))
    throw new Failure("TAKEN", `${folder} is there and is no folder`, { hint: "choose another name" });
  const around = await findFleetFile(path.dirname(folder)).catch((error: unknown) => {
    if (error instanceof Failure) return null;
    throw error;
  });
  if (around !== null)
    throw new Failure("TAKEN", `${folder} is inside another fleet, ${around.root}`, {
      hint: "make a project there: fleet create-project NAME; or choose a folder outside of it",
    });
  for (const name of ["projects", ".fleet"]) {
    const place = path.join(folder, name);
    if ((await lstat(place).catch(missing)) !== null && !(await isFolder(place)))
      throw new Failure("TAKEN", `${place} is in the way: a fleet has a folder of this name`, {
        hint: "move it away, then try again",
      });
  }
}

/** Those that are not there, and what a .gitignore lacks. What else lies there is a person's, and left as it is. */
async function missingFiles(
  folder: string,
  planned: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const [name, text] of Object.entries(planned)) {
    const place = path.join(folder, name);
    const there = await readThere(place);
    if (there === null) files[name] = text;
    else if (name === IGNORE_FILE) {
      const more = addIgnored(there);
      if (more !== null) files[name] = more;
    } else if (name === FLEET_FILE) await checkFleetFile(place, there);
    else if (name === WORKFLOW_FILE && there !== text)
      throw new Failure("TAKEN", `${place} is there already, and is another workflow`, {
        hint: "go without --ci, or move it away",
      });
    else if (name !== README_FILE && name !== WORKFLOW_FILE) throw new Error(`nobody thought of ${name}`);
  }
  return files;
}

async function readThere(place: string): Promise<string | null> {
  try {
    return await readFile(place, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw new Failure("TAKEN", `${place} is in the way: it can't be read as a file`, { cause: error });
  }
}

async function checkFleetFile(place: string, text: string): Promise<void> {
  const parsed = await parseFleetFile(place, Buffer.from(text));
  if (parsed.ok) return;
  throw new Failure("INVALID_FILE", `${place} is there already, and has problems`, {
    problems: parsed.problems,
    hint: "see them all: fleet validate",
  });
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(file, text, 0o644);
  } catch (cause) {
    if (!["EACCES", "EROFS", "ENOTDIR", "EEXIST"].some((code) => isCode(cause, code))) throw cause;
    throw new Failure("NOT_WRITABLE", `${file} can't be written`, { cause });
  }
}

/** Its own or one around it: a fleet may be part of another repository. */
async function isInRepository(folder: string, { env }: World): Promise<"inside" | "outside"> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (await isFolder(at)) {
      const words = ["-C", at, "rev-parse", "--is-inside-work-tree"];
      const ran = await run("git", words, { env: pick(env), timeout: 10_000 });
      return ran.stdout.trim() === "true" ? "inside" : "outside";
    }
    if (at === path.dirname(at)) return "outside";
  }
}

async function makeRepository(folder: string, { env }: World): Promise<void> {
  const words = ["init", "--quiet", "--template=", "--initial-branch=main", "--", folder];
  const ran = await run("git", words, { env: pick(env), timeout: 10_000 });
  if (ran.code !== 0) throw new Failure("GIT_FAILED", `git init: ${ran.stderr.trim()}`);
}

/** How the program that is running is found by its name from now on. */
function linkFor(world: World): string | null {
  const folders = (world.env.PATH ?? "").split(":");
  if (folders.some((folder) => isProgramNow(path.join(folder, "fleet")))) return null;
  const program = programOf(world);
  return program === "fleet" ? null : `mkdir -p ~/.local/bin && ln -s ${program} ~/.local/bin/fleet`;
}

const isFolder = (place: string): Promise<boolean> =>
  lstat(`${place}/.`).then(
    (entry) => entry.isDirectory(),
    () => false,
  );

const missing = (error: unknown): null => {
  if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
  throw error;
};
