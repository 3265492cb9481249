import { lstat, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import {
  BACKENDS,
  closest,
  Failure,
  isRefName,
  type Project,
  parseAgentsFile,
  type World,
} from "@fleet/engine";
import { objectOf } from "../facts/git-index.ts";
import { readPin } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import { isGitUrl } from "../fleet-file/schema.ts";
import { type Created, checkFree, checkName, clearMark, makeProject, readMark } from "./create.ts";
import { engineUrlOf } from "./engine-source.ts";
import { openGit } from "./git.ts";
import { type Files, type Home, isGoodName, pathFor, planProject, prefixFor } from "./plan.ts";
import { register } from "./register.ts";
import { TEMPLATES } from "./template-names.ts";
import { isTemplate, templateFiles, usualBackend } from "./templates.ts";

/** What a person wants of a new project. All but its name may be left out. */
export interface Wanted {
  readonly name: string;
  /** Relative to fleet.toml, or absolute. */
  readonly path?: string | undefined;
  /** A tag, a branch or a commit; and where it is fetched from. Otherwise as [engine] says. */
  readonly engine?: string | undefined;
  readonly engineUrl?: string | undefined;
  readonly backend?: string | undefined;
  readonly template?: string | undefined;
  /** What its sessions begin with. */
  readonly prefix?: string | undefined;
  readonly remote?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** False: fleet.toml does not hear of it. */
  readonly registered?: boolean | undefined;
  /** Says what would be made, and makes nothing. */
  readonly dryRun?: boolean | undefined;
}

export interface Scaffolded extends Omit<Created, "engine"> {
  readonly is: "created" | "planned" | "unchanged";
  /** The engine's commit; null when it was not fetched. */
  readonly engine: string | null;
  /** What git tracks there. */
  readonly files: readonly string[];
  readonly enabled: boolean;
  readonly registered: boolean;
  readonly remote: string | null;
}

interface Plan {
  /** With the engine that is wanted. */
  readonly found: FoundFleet;
  readonly name: string;
  readonly home: Home;
  readonly tracked: (engineUrl: string) => Files;
}

/** Makes a project as it is wanted; one that was made so already is left as it is. */
export async function createProject(outer: FoundFleet, wanted: Wanted, world: World): Promise<Scaffolded> {
  const plan = planOf(outer, wanted);
  const { found, name, home, tracked } = plan;
  const files = tracked(engineUrlOf(found));
  const said = { name, ...home, files: [...Object.keys(files), "engine"].sort() };
  const made = await findMade(plan, files, wanted, world);
  if (made !== null) return { ...said, is: "unchanged", engine: made };
  checkName(found, name);
  await checkPlace(found, home.path);
  await checkSessions(found, name, await parsed(files, name));
  if (wanted.dryRun) {
    await checkFree(found, name, home);
    return { ...said, is: "planned", engine: null };
  }
  const programs = new Set(Object.keys(files).filter((file) => files[file]?.startsWith("#!")));
  const contents = { tracked, programs, untracked: {}, done: "Create" };
  const { engine } = await makeProject(found, name, contents, world, home);
  return { ...said, is: "created", engine };
}

function planOf(outer: FoundFleet, wanted: Wanted): Plan {
  const { name, template = null, remote = null, enabled = false, registered = true } = wanted;
  const { engine: ref = outer.fleet.engine.ref, engineUrl: url = outer.fleet.engine.url } = wanted;
  const wrong = (what: string, hint: string) => new Failure("WRONG_USAGE", what, { hint });
  if (!isRefName(ref))
    throw wrong(`--engine takes a tag, a branch or a commit, not "${ref}"`, "--engine v0.1.0");
  for (const [flag, value] of [
    ["--engine-url", wanted.engineUrl],
    ["--remote", wanted.remote],
  ] as const)
    if (value !== undefined && !isGitUrl(value))
      throw wrong(`${flag} can't be "${value}"`, "use https or ssh without a password in it, or a path");
  if (template !== null && !isTemplate(template))
    throw wrong(`there is no template "${template}"`, oneOf(template, TEMPLATES));
  const { backend = usualBackend(template) } = wanted;
  if (!(backend in BACKENDS))
    throw wrong(`there is no backend "${backend}"`, oneOf(backend, Object.keys(BACKENDS)));
  if (template === "demo" && backend !== "demo")
    throw wrong("the template demo is played by stand-ins", "for real agents: --template builder-adversary");
  const { root } = outer;
  const { path: place = pathFor(name), prefix = prefixFor(name) } = wanted;
  const where = path.relative(root, path.resolve(root, place)) || ".";
  const project = { name, prefix, backend, template: template === null ? null : templateFiles(template) };
  return {
    found: { ...outer, fleet: { ...outer.fleet, engine: { url, ref } } },
    name,
    home: { path: where, enabled, registered, remote },
    tracked: (engineUrl) => planProject({ ...project, engineUrl }),
  };
}

function oneOf(given: string, known: readonly string[]): string {
  const meant = closest(given, known);
  return meant === null ? `one of ${known.join(", ")}` : `did you mean \`${meant}\`?`;
}

/** The engine's commit of a project that was made of this very input; null when there is none. It may have moved on since. */
async function findMade(
  { found, name, home }: Plan,
  files: Files,
  { enabled }: Wanted,
  world: World,
): Promise<string | null> {
  const folder = path.resolve(found.root, home.path);
  const known = found.fleet.projects.find((project) => project.name === name);
  if (!isGoodName(name) || (known !== undefined && folderOf(found, known) !== folder)) return null;
  if (enabled === true && known?.enabled === false) return null;
  const unfinished = (await readMark(folder)) !== null;
  if (unfinished && known === undefined) return null;
  const pin = await readPin(folder);
  if (pin.is !== "pinned" || !(await beganAs(folder, name, found.fleet.engine.ref, files, home, world)))
    return null;
  if (known === undefined && home.registered) await register(found.root, name, home);
  if (unfinished) await clearMark(folder);
  return pin.commit;
}

/** Is the first commit the one that would be made now? What came after it is the person's. */
async function beganAs(
  folder: string,
  name: string,
  ref: string,
  files: Files,
  { remote }: Home,
  world: World,
): Promise<boolean> {
  const git = await openGit(folder, world);
  const ask = (...words: string[]) =>
    git.raw(words).then(
      (said) => said.trim(),
      () => "",
    );
  const root = await ask("rev-list", "--max-parents=0", "HEAD");
  if (!/^[0-9a-f]{40}$/.test(root)) return false;
  const subject = await ask("log", "-1", "--format=%s", root);
  const tree = (await ask("ls-tree", "-r", root)).split("\n").filter((line) => !line.startsWith("160000 "));
  const wanted = Object.entries(files).map(([file, text]) => `${objectOf(Buffer.from(text))}\t${file}`);
  return (
    subject === `Create ${name} with the engine at ${ref}` &&
    tree
      .map((line) => line.slice(line.lastIndexOf(" ") + 1))
      .sort()
      .join("\n") === wanted.sort().join("\n") &&
    (remote === null || (await ask("config", "--get", "remote.origin.url")) === remote)
  );
}

/** Where its path says, and nowhere else: no link on the way, not in git's own folder, and not in another project. */
async function checkPlace(found: FoundFleet, where: string): Promise<void> {
  const taken = (message: string, hint: string) => new Failure("TAKEN", message, { hint });
  const parts = where.split("/");
  if (parts.some((part) => part.startsWith("-")) || parts.includes(".git") || where === ".")
    throw new Failure("WRONG_USAGE", `${where} can't be the folder of a project`, {
      hint: "choose one that does not begin with a dash, below or beside fleet.toml",
    });
  for (let at = 1; at < parts.length && !where.startsWith(".."); at++) {
    const parent = path.join(found.root, ...parts.slice(0, at));
    const entry = await lstat(parent).catch(() => null);
    if (entry?.isSymbolicLink())
      throw taken(
        `${parts.slice(0, at).join("/")} is a link`,
        `name the folder itself: --path ${await leadsTo(parent)}/…`,
      );
    if (entry !== null && !entry.isDirectory())
      throw taken(`${parts.slice(0, at).join("/")} is not a folder`, "choose another --path");
  }
  const target = await realOf(path.resolve(found.root, where));
  for (const project of found.fleet.projects) {
    const other = await realOf(folderOf(found, project));
    if (other === target || !(`${target}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${target}/`)))
      continue;
    throw taken(
      `${where} and ${project.path}, the folder of ${project.name}, lie inside each other`,
      "choose another --path",
    );
  }
}

const leadsTo = (link: string): Promise<string> => realpath(link).catch(() => "FOLDER");

/** Where a path leads, as far as there is something already. */
async function realOf(file: string): Promise<string> {
  const real = await realpath(file).catch(() => null);
  if (real !== null || path.dirname(file) === file) return real ?? file;
  return path.join(await realOf(path.dirname(file)), path.basename(file));
}

async function parsed(files: Files, name: string): Promise<Project> {
  const read = await parseAgentsFile("agents.toml", new TextEncoder().encode(files["agents.toml"]));
  if (read.ok) return read.value;
  throw new Failure("WRONG_USAGE", `${name} would have an agents.toml with problems`, {
    problems: read.problems,
    hint: "look at --prefix and --backend",
  });
}

/** Two projects whose sessions are called alike are taken for each other, if only by the people who look at them. */
async function checkSessions(
  found: FoundFleet,
  name: string,
  { session_prefix: prefix, agents }: Project,
): Promise<void> {
  const sessions = new Set(agents.map(({ session }) => session));
  for (const project of found.fleet.projects) {
    if (project.name === name) continue;
    const file = path.join(folderOf(found, project), "agents.toml");
    const bytes = await readFile(file).catch(() => null); // What can't be read is for `validate` to tell.
    const other = bytes === null ? null : await parseAgentsFile(file, bytes, { strict: false });
    if (!other?.ok) continue;
    const { session_prefix: theirs, agents: those } = other.value;
    const hint = `choose another name, or say what its sessions begin with: --prefix`;
    if (theirs === prefix)
      throw new Failure("TAKEN", `${project.name} has the session prefix "${theirs}" already`, { hint });
    if (theirs.startsWith(prefix) || prefix.startsWith(theirs))
      throw new Failure(
        "TAKEN",
        `the session prefix "${prefix}" begins like "${theirs}" of ${project.name}`,
        { hint },
      );
    const same = those.find(({ session }) => sessions.has(session));
    if (same !== undefined)
      throw new Failure("TAKEN", `${project.name} has a session "${same.session}" already`, { hint });
  }
}
