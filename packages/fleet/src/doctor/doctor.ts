import { existsSync } from "node:fs";
import path from "node:path";
import { createGit, Failure, type World } from "@fleet/engine";
import { problemsOf } from "../check/scope.ts";
import { checkSnapshot } from "../check.ts";
import { askEach } from "../engine/engine.ts";
import { type ProjectSnapshot, type Snapshot, takeSnapshot } from "../facts/snapshot.ts";
import { type FoundFleet, pickProjects } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import type { Facts, FleetFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { judge } from "./judge.ts";
import { lookAtMachine } from "./look-machine.ts";
import { type Known, lookAtPrograms } from "./look-programs.ts";
import { lookAround, lookAtProject } from "./look-projects.ts";
import { mend } from "./mend.ts";

export interface Diagnosis {
  readonly findings: readonly Finding[];
  /** What was mended, in words; empty without --fix. */
  readonly mended: readonly string[];
}

/**
 * Looks at this machine, and at the fleet around a folder: at the projects that
 * are named, else at all that are enabled. Where there is no fleet, at the machine alone.
 * @throws Failure FILE_MISSING where projects are named and there is no fleet; UNKNOWN_NAME
 */
export async function diagnose(
  names: readonly string[],
  { fix }: { readonly fix: boolean },
  world: World,
): Promise<Diagnosis> {
  const findings = judge(await look(names, world));
  if (!fix) return { findings, mended: [] };
  const mended: string[] = [];
  for (const { fix: deed } of findings) {
    const done = deed === null ? null : await mend(deed);
    if (done !== null) mended.push(done);
  }
  // What is said at the end is how it is now.
  return mended.length === 0 ? { findings, mended } : { findings: judge(await look(names, world)), mended };
}

async function look(names: readonly string[], world: World): Promise<Facts> {
  const snapshot = await takeSnapshot(world.cwd).catch((error: unknown) => {
    if (error instanceof Failure && error.code === "FILE_MISSING" && names.length === 0) return null;
    throw error;
  });
  if (snapshot === null)
    return { machine: await lookAtMachine(world, [world.cwd]), programs: [], fleet: null };
  const root = path.dirname(path.resolve(world.cwd, snapshot.file));
  const found = foundIn(snapshot, root);
  const chosen = chosenOf(found, names);
  const known = snapshot.projects.flatMap((one) => knownOf(one, root, chosen));
  const folders = [root, ...known.map(([{ folder }]) => folder)];
  const [machine, programs, statuses, seen, strays] = await Promise.all([
    lookAtMachine(world, folders),
    lookAtPrograms(
      known.map(([one]) => one),
      world,
    ),
    askEach(
      found,
      known.map(([, { project }]) => project),
      world,
    ),
    lookAround(),
    straysIn(snapshot, root, world),
  ]);
  const projects = await Promise.all(
    known.map(([one, shot], nth) => {
      const status = statuses[nth];
      return lookAtProject(one, shot, status instanceof Failure ? null : (status ?? null), seen, world);
    }),
  );
  const fleet: FleetFacts = { root, problems: countProblems(snapshot, names, chosen), projects, strays };
  return { machine, programs, fleet };
}

const foundIn = ({ file, fleet }: Snapshot, root: string): FoundFleet => ({
  ...{ root, file, fleet: fleet.fleet ?? { engine: { url: "", ref: "" }, projects: [], receivers: [] } },
});

function chosenOf(found: FoundFleet, names: readonly string[]): readonly FleetProject[] {
  // A file that can't be read at all has no names to choose from.
  return names.length > 0 && found.fleet.projects.length > 0
    ? pickProjects(found, names)
    : found.fleet.projects.filter(({ enabled }) => enabled);
}

function knownOf(
  shot: ProjectSnapshot,
  root: string,
  chosen: readonly FleetProject[],
): readonly (readonly [Known, ProjectSnapshot])[] {
  const { project: entry, agents } = shot;
  if (agents.project === null || !chosen.some(({ name }) => name === entry.name)) return [];
  const known = { name: entry.name, folder: path.resolve(root, entry.path), project: agents.project };
  return [[known, shot]];
}

function countProblems(
  snapshot: Snapshot,
  names: readonly string[],
  chosen: readonly FleetProject[],
): number {
  const { problems } = checkSnapshot(snapshot);
  const ofThese =
    names.length === 0
      ? problems
      : problemsOf(
          snapshot,
          snapshot.projects.filter(({ project }) => chosen.some(({ name }) => name === project.name)),
          problems,
        );
  return ofThese.filter(({ severity }) => severity === "error").length;
}

/** What lies in the fleet's repository and is none of its own: the engine's releases, and projects, which have repositories. */
async function straysIn({ projects }: Snapshot, root: string, { env }: World): Promise<readonly string[]> {
  if (!existsSync(path.join(root, ".git"))) return [];
  const git = createGit(env, 5_000);
  const inside = projects.map(({ project }) => project.path).filter((folder) => isInside(root, folder));
  const candidates = [".fleet/", ...inside.map((folder) => `${folder}/`)].filter((folder) =>
    folder === ".fleet/" ? existsSync(path.join(root, folder)) : existsSync(path.join(root, folder, ".git")),
  );
  const asked = await Promise.all(
    candidates.map(async (folder) => {
      const [ignored, taken] = await Promise.all([
        git(["-C", root, "check-ignore", "--quiet", "--no-index", "--", folder]).catch(() => null),
        git(["-C", root, "ls-files", "--", folder]).catch(() => null),
      ]);
      // A submodule is meant to be there.
      return ignored?.code === 1 && taken?.stdout === "" ? [folder] : [];
    }),
  );
  return asked.flat();
}

const isInside = (root: string, folder: string): boolean =>
  path.resolve(root, folder).startsWith(`${root}${path.sep}`);
