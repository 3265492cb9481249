import { readFile } from "node:fs/promises";
import path from "node:path";
import { type Problem, parseAgentsFile, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { checkName, makeProject } from "../project/create.ts";
import { GITIGNORE, gitmodules, goodNameFor, pathFor } from "../project/plan.ts";
import { adoptOwn } from "./adopt-own.ts";
import { ADOPTED_FILE, adoptedText, recordsText } from "./new-state.ts";
import { type OldProject, readOldProject } from "./old-project.ts";
import { PHASE_FILE } from "./old-state.ts";
import { originOf } from "./origin.ts";

/** What came of it, or would come of it. */
export interface Adopted {
  readonly name: string;
  /** Relative to fleet.toml. */
  readonly path: string;
  /** Absolute: what was adopted. */
  readonly from: string;
  /** "fleet": it was one of ours already, and stays where it is. */
  readonly dialect: "old" | "fleet";
  /** The engine's commit; null for a dry run. */
  readonly engine: string | null;
  readonly phase: OldProject["phase"];
  /** By agent. */
  readonly conversations: Readonly<Record<string, string>>;
  /** What git tracks there now, besides the engine. */
  readonly files: readonly string[];
  /** Where agents are to work, and what has to be cloned there before the first start. */
  readonly clones: readonly Clone[];
  readonly agents_toml: string;
  readonly remarks: readonly Problem[];
  /** What remarks point into. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface Clone {
  /** In the new project. */
  readonly folder: string;
  /** Where the old one has it. */
  readonly from: string;
  /** Of its origin; null where nothing tells. */
  readonly url: string | null;
}

export interface AdoptOptions {
  readonly folder: string;
  /** By default that of the folder. */
  readonly name: string | null;
  /** Says what would come of it, and writes nothing. */
  readonly dryRun: boolean;
}

/** Brings a set-up made by hand under the fleet. The old one is read, and never written to. */
export async function adoptProject(
  found: FoundFleet,
  { folder, name, dryRun }: AdoptOptions,
  world: World,
): Promise<Adopted> {
  const root = path.resolve(world.cwd, folder);
  const chosen = name ?? goodNameFor(path.basename(root)) ?? "project";
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

/** One of ours already: our rules take its agents.toml, and no other engine keeps its state where it says. */
async function isOurs(root: string): Promise<boolean> {
  const file = path.join(root, "agents.toml");
  const bytes = await readFile(file).catch(() => null);
  const parsed = bytes === null ? null : await parseAgentsFile(file, bytes, { strict: false });
  if (!parsed?.ok) return false;
  return (await readFile(path.join(root, parsed.value.log_dir, PHASE_FILE)).catch(() => null)) === null;
}

async function describe(old: OldProject, name: string): Promise<Adopted> {
  const clones = old.converted.workdirs.map(async ({ from, to }) => ({
    folder: to,
    from,
    url: await originOf(from),
  }));
  return {
    name,
    path: pathFor(name),
    from: old.root,
    dialect: "old",
    engine: null,
    phase: old.phase,
    conversations: conversationsOf(old),
    files: [".gitignore", ".gitmodules", "agents.toml", ...Object.keys(old.files)].sort(),
    clones: await Promise.all(clones),
    agents_toml: old.toml,
    remarks: old.remarks,
    sources: new Map([[old.file, old.source]]),
  };
}

/** Of those that go on with one. */
export const conversationsOf = ({ project, state }: OldProject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    project.agents.flatMap(({ name, kind }) => {
      const known = kind === "persistent" ? state.conversations[name] : undefined;
      return known === undefined ? [] : [[name, known.id]];
    }),
  );

/** The new state: where the phases are, who talks about what, and which set-up must be at rest before this one starts. */
export function untracked(old: OldProject, now: number): Readonly<Record<string, string>> {
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
