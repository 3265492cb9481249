import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { Failure, isCode, type World } from "@fleet/engine";
import { z } from "zod";
import { readOldProject } from "../adopt/old-project.ts";
import { settle } from "../adopt/settle.ts";
import { convert } from "../convert/convert.ts";
import { type FoundFleet, folderOf } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { readOrigin } from "./origin.ts";
import { pretty, tableIn, type View, viewOfOld, viewOfProject } from "./views.ts";

/** One part of two set-ups, side by side. */
export interface Side {
  readonly part: "status" | "config" | "kickoffs";
  /** Null: the old side does not tell, or ours does not. */
  readonly same: boolean | null;
  /** A unified diff from the old to ours; empty when they are the same. */
  readonly diff: string;
}

export interface Parity {
  readonly project: string;
  readonly against: string;
  /** No part that could be compared is other. */
  readonly same: boolean;
  readonly sides: readonly Side[];
}

/** Holds a project against the set-up that it comes from, or against what that one printed. */
export async function compareWithOld(
  found: FoundFleet,
  project: FleetProject,
  against: string,
  world: World,
): Promise<Parity> {
  const own = await viewOfProject(found, project, world);
  const at = path.resolve(world.cwd, against);
  const origin = await readOrigin(path.join(folderOf(found, project), own.configured.log_dir));
  const isFolder = await isDirectory(at, against);
  const old = isFolder
    ? await viewOfOld(await readOldProject(at, world.cwd))
    : await recorded(at, against, origin?.from ?? path.dirname(at));
  // Only where it is needed: it takes longer to load than most commands to run.
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const diffOf = (name: string, before: string, after: string): string =>
    before === after
      ? ""
      : createTwoFilesPatch(`old ${name}`, `${project.name} ${name}`, before, after, "", "", {
          headerOptions: FILE_HEADERS_ONLY,
        });
  const side = (part: "status" | "config"): Side => {
    const [before, after] = [old[part], own[part]];
    if (before === null || after === null) return { part, same: null, diff: "" };
    const diff = diffOf(part, before, after);
    return { part, same: diff === "", diff };
  };
  const sides = [side("status"), side("config"), sideOfKickoffs(old.kickoffs, own.kickoffs, diffOf)];
  if (sides.every(({ same }) => same === null))
    throw new Failure("INVALID_FILE", `${against} holds nothing to compare with`, {
      hint: "name the old folder, a file of what its status printed, or JSON with status, config and kickoffs",
    });
  return { project: project.name, against: at, same: sides.every(({ same }) => same !== false), sides };
}

/** Those that both sides have: an old set-up keeps only what it wrote last. */
function sideOfKickoffs(
  old: View["kickoffs"],
  own: View["kickoffs"],
  diffOf: (name: string, before: string, after: string) => string,
): Side {
  const part = "kickoffs";
  const sessions = Object.keys(own ?? {}).filter((session) => old?.[session] !== undefined);
  if (sessions.length === 0) return { part, same: null, diff: "" };
  const diff = sessions
    .map((session) => diffOf(`kickoff of ${session}`, old?.[session] ?? "", own?.[session] ?? ""))
    .join("");
  return { part, same: diff === "", diff };
}

const Recorded = z.object({
  status: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  kickoffs: z.record(z.string(), z.string()).optional(),
});

/** What the old set-up printed: JSON of all three, or the text of its status alone. */
async function recorded(file: string, named: string, root: string): Promise<View> {
  const text = await readFile(file, "utf8");
  if (!text.trimStart().startsWith("{")) {
    const status = tableIn(text);
    return { status: status === "" ? null : status, config: null, kickoffs: null };
  }
  const parsed = Recorded.safeParse(parse(text));
  if (!parsed.success)
    throw new Failure("INVALID_FILE", `${named} is not what an old set-up printed`, {
      hint: 'JSON with "status", "config" (agents.toml as JSON) and "kickoffs" (session to text), each as far as it is known',
      cause: parsed.error,
    });
  const { status, config, kickoffs } = parsed.data;
  const settled = config === undefined ? null : await settle([], convert(config, root).tables);
  return {
    status: status === undefined ? null : tableIn(status),
    config: settled?.project == null ? null : pretty(settled.project),
    kickoffs: kickoffs ?? null,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses it like any other wrong answer.
    return undefined;
  }
}

async function isDirectory(at: string, named: string): Promise<boolean> {
  try {
    return (await stat(at)).isDirectory();
  } catch (cause) {
    if (!isCode(cause, "ENOENT") && !isCode(cause, "ENOTDIR")) throw cause;
    throw new Failure("FILE_MISSING", `there is no ${named}`, { cause });
  }
}
