import path from "node:path";
import { createGit, type Git, isLocal, type World } from "@fleet/engine";
import { type Pin, readPin, repositoryOf } from "../facts/read-pin.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { inParallel } from "../in-parallel.ts";
import { commitOf, readRefs, tagsOf } from "./refs.ts";
import { compareVersions } from "./release.ts";

/** One project's engine, and what is to be said of it. */
export interface PinLine {
  readonly project: FleetProject;
  /** Null for what has none: `because` says why. */
  readonly commit: string | null;
  readonly because: string | null;
  /** The release that this commit is, where the engine's repository knows one. */
  readonly tag: string | null;
  readonly checkedOut: string | null;
  /** What was changed or put into the engine's folder. Null: it could not be looked at. */
  readonly dirty: readonly string[] | null;
  /** Is it what new projects get? Null: that can't be told without asking the network. */
  readonly current: boolean | null;
}

export interface Pins {
  /** What `ref` under [engine] means. Null: that can't be told without asking the network. */
  readonly wanted: string | null;
  readonly lines: readonly PinLine[];
}

/** So many repositories are looked at at the same time. */
const AT_ONCE = 8;

/** The pins of these projects, from their files: only a look for changed files takes a process. Writes nothing. */
export async function readPins(
  found: FoundFleet,
  projects: readonly FleetProject[],
  world: World,
): Promise<Pins> {
  const { url, ref } = found.fleet.engine;
  const refs = isLocal(url)
    ? await refsAt(path.resolve(found.root, url.replace(/^file:\/\//, "")))
    : new Map<string, string>();
  const wanted = commitOf(ref, refs);
  const git = createGit(world.env);
  const lines = await inParallel(projects, AT_ONCE, (project) =>
    readLine(folderOf(found, project), project, { git, refs, wanted, ref }),
  );
  return { wanted, lines };
}

const refsAt = async (repository: string): Promise<ReadonlyMap<string, string>> => {
  const own = await readRefs(repository);
  return own.size > 0 ? own : readRefs(path.join(repository, ".git"));
};

interface Known {
  readonly git: Git;
  readonly refs: ReadonlyMap<string, string>;
  readonly wanted: string | null;
  readonly ref: string;
}

async function readLine(folder: string, project: FleetProject, known: Known): Promise<PinLine> {
  const pin = project.engine === "workspace" ? null : await readPin(folder);
  if (pin?.is !== "pinned") {
    const because = pin === null ? "runs this repository's own engine" : whyNone(pin);
    return { project, commit: null, because, tag: null, checkedOut: null, dirty: [], current: null };
  }
  const { commit, checkedOut } = pin;
  const engine = path.join(folder, "engine");
  const repository = await repositoryOf(engine);
  const own = repository === null ? new Map<string, string>() : await readRefs(repository);
  const [tag = null] = [...new Set([...tagsOf(commit, known.refs), ...tagsOf(commit, own)])].sort((a, b) =>
    compareVersions(b, a),
  );
  const wanted = known.wanted ?? commitOf(known.ref, own);
  const dirty = checkedOut === null ? [] : await changedIn(engine, known.git);
  const current = wanted === null ? null : wanted === commit;
  return { project, commit, because: null, tag, checkedOut, dirty, current };
}

export function whyNone(pin: Exclude<Pin, { is: "pinned" }>): string {
  switch (pin.is) {
    case "not-a-repository":
      return "is not a git repository of its own";
    case "no-engine":
      return "has no engine";
    case "not-a-submodule":
      return "has an engine that is not a submodule";
    case "unreadable":
      return `can't be read: ${pin.because}`;
    default:
      return pin satisfies never;
  }
}

/** What is changed, added or missing in a checkout, ignored files included. Null when git can't tell. */
export async function changedIn(checkout: string, git: Git): Promise<readonly string[] | null> {
  const words = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignored"];
  const ran = await git(["-C", checkout, ...words]);
  if (ran.code !== 0) return null;
  return ran.stdout.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.slice(3)]));
}
