import { readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { Failure, type World } from "@fleet/engine";
import { readPin } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import { addEngine } from "../project/create.ts";
import { ensureEngine } from "../project/engine-source.ts";
import { checkIdentity, openGit } from "../project/git.ts";
import { register } from "../project/register.ts";
import type { Adopted } from "./adopted.ts";

interface Own {
  /** Absolute. */
  readonly root: string;
  readonly name: string;
  readonly dryRun: boolean;
}

/** A project that speaks our language stays where it is: it is registered, and gets an engine when it has none. */
export async function adoptOwn(
  found: FoundFleet,
  { root, name, dryRun }: Own,
  world: World,
): Promise<Adopted> {
  const at = path.relative(found.root, root);
  const known = found.fleet.projects.find((project) => folderOf(found, project) === root);
  if (known !== undefined)
    throw new Failure("TAKEN", `${at} is in ${found.file} already, as ${known.name}`, {
      hint: `fleet status ${known.name}`,
    });
  const pin = await readPin(root);
  if (pin.is === "not-a-repository" || pin.is === "unreadable")
    throw new Failure(
      "GIT_FAILED",
      `${at} is not a git repository of its own, so nothing can be pinned in it`,
      {
        hint: `git -C ${root} init && git -C ${root} add . && git -C ${root} commit -m "Begin"`,
      },
    );
  if (pin.is === "not-a-submodule")
    throw new Failure("TAKEN", `${at}/engine is there, and is no submodule`, {
      hint: "move it away: the engine goes there, pinned to a commit",
    });
  const engine = pin.is === "pinned" ? pin.commit : dryRun ? null : await pinEngine(found, root, world);
  if (!dryRun) await register(found.root, name, { path: at === "" ? "." : at, enabled: false });
  return {
    ...{ name, path: at, from: root, dialect: "fleet", engine, phase: null, conversations: {} },
    ...{ files: [], clones: [], remarks: [], sources: new Map() },
    agents_toml: await readFile(path.join(root, "agents.toml"), "utf8"),
  };
}

/** Adds the engine as a submodule, and commits that alone, whatever else the person is at. */
async function pinEngine(found: FoundFleet, root: string, world: World): Promise<string> {
  const git = await openGit(root, world);
  await checkIdentity(git);
  await ensureEngine(found, world);
  const commit = await addOrNothing(found, root, world);
  await ignoreState(root);
  const message = `Pin the engine at ${found.fleet.engine.ref}`;
  await git.raw(["add", "--", ".gitmodules", ".gitignore", "engine"]);
  await git.raw([
    "commit",
    "--quiet",
    "--no-verify",
    "-m",
    message,
    "--",
    ".gitmodules",
    ".gitignore",
    "engine",
  ]);
  return commit;
}

/** What can't be pinned leaves the person's repository as it was. */
async function addOrNothing(found: FoundFleet, root: string, world: World): Promise<string> {
  const modules = path.join(root, ".gitmodules");
  const before = await readFile(modules).catch(() => null);
  // One of an engine that was there long ago is not ours to take away.
  const store = path.join(root, ".git/modules/engine");
  const hadStore = await stat(store).then(
    () => true,
    () => false,
  );
  try {
    return await addEngine(found, root, world);
  } catch (error) {
    const git = await openGit(root, { ...world, signal: new AbortController().signal });
    await git.raw(["reset", "--quiet", "--", "engine", ".gitmodules"]).catch(() => {});
    await git.raw(["config", "--local", "--remove-section", "submodule.engine"]).catch(() => {});
    await rm(path.join(root, "engine"), { recursive: true, force: true });
    if (!hadStore) await rm(store, { recursive: true, force: true });
    await (before === null ? rm(modules, { force: true }) : writeFile(modules, before));
    throw error;
  }
}

/** What the engine keeps is nobody's work. */
async function ignoreState(root: string): Promise<void> {
  const file = path.join(root, ".gitignore");
  const before = await readFile(file, "utf8").catch(() => "");
  if (before.includes(".ao-state")) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  await writeFile(file, `${before}${gap}/.ao-state/\n`);
}
