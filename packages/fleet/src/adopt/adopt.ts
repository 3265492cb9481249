import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseAgentsFile, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { checkName, makeProject } from "../project/create.ts";
import { GITIGNORE, gitmodules, goodNameFor } from "../project/plan.ts";
import { adoptOwn } from "./adopt-own.ts";
import { type Adopted, conversationsOf, describe } from "./adopted.ts";
import { adoptAgain } from "./again.ts";
import { ADOPTED_FILE, adoptedText, recordsText } from "./new-state.ts";
import { type OldProject, readOldProject } from "./old-project.ts";
import { OLD_ENGINE, PHASE_FILE } from "./old-state.ts";

export interface AdoptOptions {
  readonly folder: string;
  /** By default that of the folder. */
  readonly name: string | null;
  /** Says what would come of it, and writes nothing. */
  readonly dryRun: boolean;
  /** Phase and conversations alone, into a project that was adopted before. */
  readonly again: boolean;
}

/** Brings a set-up made by hand under the fleet. The old one is read, and never written to. */
export async function adoptProject(
  found: FoundFleet,
  { folder, name, dryRun, again }: AdoptOptions,
  world: World,
): Promise<Adopted> {
  const root = path.resolve(world.cwd, folder);
  const chosen = name ?? goodNameFor(path.basename(root)) ?? "project";
  if (again) return adoptAgain(found, folder, chosen, dryRun, world);
  checkName(found, chosen);
  if (await isOurs(root)) return adoptOwn(found, { root, name: chosen, dryRun }, world);
  const old = await readOldProject(folder, world.cwd);
  const adopted = await describe(old, chosen);
  if (dryRun) return adopted;
  const own = { ".gitignore": gitignore(old), "agents.toml": old.toml, ...old.files };
  const { engine } = await makeProject(
    found,
    chosen,
    {
      tracked: (engineUrl) => ({ ...own, ".gitmodules": gitmodules({ engineUrl }) }),
      programs: old.programs,
      untracked: untracked(old, Date.now()),
      done: "Adopt",
    },
    world,
  );
  return { ...adopted, engine };
}

/** One of ours already: our rules take its agents.toml, and no other engine is in it or keeps its state where it says. */
async function isOurs(root: string): Promise<boolean> {
  const file = path.join(root, "agents.toml");
  const bytes = await readFile(file).catch(() => null);
  const parsed = bytes === null ? null : await parseAgentsFile(file, bytes, { strict: false });
  if (!parsed?.ok) return false;
  const others = [`${parsed.value.log_dir}/${PHASE_FILE}`, OLD_ENGINE];
  const found = others.map((name) => readFile(path.join(root, name)).catch(() => null));
  return (await Promise.all(found)).every((one) => one === null);
}

/** The new state: where the phases are, who talks about what, and which set-up must be at rest before this one starts. */
function untracked(old: OldProject, now: number): Readonly<Record<string, string>> {
  const state = old.project.log_dir;
  return {
    [`${state}/records.json`]: recordsText(old, conversationsOf(old), now),
    [`${state}/${ADOPTED_FILE}`]: adoptedText(old),
  };
}

/** Each clone is a repository of its own, wherever it lies. */
function gitignore({ converted: { workdirs } }: OldProject): string {
  const more = workdirs.filter(({ to }) => !to.startsWith("clones/")).map(({ to }) => `/${to}/\n`);
  return GITIGNORE + more.join("");
}
