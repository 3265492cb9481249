import type { Problem } from "@fleet/engine";
import { pathFor } from "../project/plan.ts";
import type { OldProject } from "./old-project.ts";
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

/** What comes of an old set-up as a project of this name, before anything is made. */
export async function describe(old: OldProject, name: string): Promise<Adopted> {
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
