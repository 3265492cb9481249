import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Failure, isHeld, readText, type World, writeWhole } from "@fleet/engine";
import { type FoundFleet, folderOf, pickProjects } from "../find.ts";
import { type Adopted, conversationsOf, describe } from "./adopted.ts";
import { ADOPTED_FILE, adoptedText, recordsAgain } from "./new-state.ts";
import { readOldProject } from "./old-project.ts";

/**
 * Phase and conversations once more, as the old set-up has them by now: it went
 * on after it was adopted. No file that git tracks changes, and what the new
 * project remembers besides stays.
 */
export async function adoptAgain(
  found: FoundFleet,
  folder: string,
  name: string,
  dryRun: boolean,
  world: World,
): Promise<Adopted> {
  const [project] = pickProjects(found, [name]);
  if (project === undefined) throw new Error("a name was picked, and no project came of it");
  const old = await readOldProject(folder, world.cwd);
  const root = folderOf(found, project);
  const state = path.join(root, old.project.log_dir);
  const origin = await readText(path.join(state, ADOPTED_FILE));
  if (origin !== null && origin !== adoptedText(old))
    throw new Failure("WRONG_USAGE", `${name} was not adopted from ${old.root}`, {
      hint: `see ${path.join(state, ADOPTED_FILE)}`,
    });
  if (await isHeld(state, "watchdog"))
    throw new Failure("BUSY", `${name} runs: what it does itself counts, not what the old set-up did`, {
      hint: `fleet down ${name}`,
    });
  const adopted = { ...(await describe(old, name)), path: project.path };
  if (dryRun) return adopted;
  await mkdir(state, { recursive: true, mode: 0o700 });
  const file = path.join(state, "records.json");
  const records = recordsAgain(await readText(file), old, conversationsOf(old), Date.now());
  await writeWhole(file, records);
  await writeWhole(path.join(state, ADOPTED_FILE), adoptedText(old));
  return adopted;
}
