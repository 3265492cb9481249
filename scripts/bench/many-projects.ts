import { copyFile, cp, link, mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { fleet, runCold, timeShell } from "./cold.ts";

/** A fleet of many projects, each with a folder, a pin and a checked out engine of its own. */
export interface ManyProjects {
  readonly root: string;
  readonly names: readonly string[];
}

/** What is read of git to know a pin; the objects are not. */
const GIT_FILES = [".git/HEAD", ".git/index", ".git/modules/engine/HEAD"];
const ENGINE_INDEX = ".git/modules/engine/index";

/**
 * One project is made by `fleet create-project`; the others are copies under
 * other names. Their engines are links to the files of the first, whose index is
 * written by git when all links are there, and then is true for each of them.
 */
export async function makeMany(
  root: string,
  count: number,
  repository: string,
  words: readonly string[] = [],
): Promise<ManyProjects> {
  await mkdir(root, { recursive: true });
  const head = `[engine]\nurl = "${repository}"\nref = "v0.1.0"\n`;
  await writeFile(path.join(root, "fleet.toml"), head);
  await runCold(fleet(root, "create-project", "model", "--backend", "demo", "-y", ...words));
  const names = Array.from({ length: count }, (_, nth) => `p${String(nth + 1).padStart(5, "0")}`);
  const model = path.join(root, "projects/model");
  const files = (await filesIn(model)).filter((file) => !file.startsWith(".git/"));
  for (const name of names) await copyProject(model, path.join(root, "projects", name), files, name);
  await settleIndex(model);
  for (const name of names)
    await copyFile(path.join(model, ENGINE_INDEX), path.join(root, "projects", name, ENGINE_INDEX));
  const entry = (name: string) =>
    `\n[[project]]\nname = "${name}"\npath = "projects/${name}"\nenabled = true\n`;
  await writeFile(path.join(root, "fleet.toml"), head + names.map(entry).join(""));
  return { root, names };
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

async function copyProject(
  model: string,
  copy: string,
  files: readonly string[],
  name: string,
): Promise<void> {
  const folders = new Set([...files, ...GIT_FILES].map((file) => path.dirname(path.join(copy, file))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const file of GIT_FILES) await cp(path.join(model, file), path.join(copy, file));
  for (const file of files) {
    const [from, to] = [path.join(model, file), path.join(copy, file)];
    if (file === "agents.toml")
      await writeFile(to, (await readFile(from, "utf8")).replaceAll("model-", `${name}-`));
    else if (file.startsWith("engine/") && file !== "engine/.git") await link(from, to);
    else await copyFile(from, to);
  }
}

/** So that what lstat says of the linked files stands in the index, as after a clone; and not a moment older than they are. */
async function settleIndex(model: string): Promise<void> {
  await timeShell("git -C engine update-index -q --refresh", model);
  const index = path.join(model, ENGINE_INDEX);
  const later = new Date(Date.now() + 2_000);
  await utimes(index, later, later);
}
