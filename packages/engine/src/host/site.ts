import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseAgentsFile } from "../agents-file.ts";
import { Failure, type Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { VERSION } from "../version.ts";
import { digest } from "../watch/digest.ts";
import { type InForce, inForceOf, projectIn } from "../watch/in-force.ts";
import { sayError } from "./config.ts";
import { isCode } from "./files.ts";
import { type Kept, keptBeside, keptFor } from "./kept.ts";
import { isHeld } from "./lock.ts";

/** A project on this disk: what its agents.toml says, and where it is. All paths are absolute and real. */
export interface Site {
  readonly file: string;
  readonly root: string;
  /** The state directory; it need not exist. */
  readonly state: string;
  readonly socket: string;
  /** Stamped on the project's sessions, to tell them from foreign ones. */
  readonly id: string;
  readonly name: string;
  /** As each agent is to be dealt with now: `inForce` in one piece. */
  readonly project: Project;
  readonly inForce: InForce;
  readonly warnings: readonly Problem[];
}

/** A unix socket's path must fit into 108 bytes, the final zero included. */
const SOCKET_MOST = 107;

/**
 * Reads a project. Writes nothing.
 * @throws Failure FILE_MISSING, INVALID_FILE with all problems, or NOT_WRITABLE for a path too long for a socket.
 */
export async function readSite(file: string, { strict = true } = {}): Promise<Site> {
  const bytes = readConfig(file);
  const parsed = await parseAgentsFile(show(file), bytes, { strict });
  if (!parsed.ok) {
    const count = parsed.problems.length === 1 ? "a problem" : `${parsed.problems.length} problems`;
    throw new Failure("INVALID_FILE", `${show(file)} has ${count}`, { problems: parsed.problems });
  }
  const real = path.join(path.dirname(realpathSync(file)), path.basename(file));
  const inForce = inForceOf(digest(Buffer.from(bytes).toString("utf8")), parsed.value);
  return siteOf(real, inForce, parsed.warnings);
}

/**
 * Reads a project as its watchdog goes by it, which may be what agents.toml
 * said before it was broken or taken away. Writes nothing.
 * @throws Failure FILE_MISSING or INVALID_FILE when nothing better is known.
 */
export async function readRunning(file: string): Promise<Site> {
  const named = keptFor(file);
  if (named !== null && (await isWatched(named))) return siteOf(named.file, named);
  // Nobody watches; it is cheaper to see that the file is the same than to read what it means.
  if (named !== null && named.hash !== "" && named.hash === hashOf(file)) return siteOf(named.file, named);
  const beside = keptBeside(file);
  for (const kept of beside) if (await isWatched(kept)) return siteOf(kept.file, kept);
  try {
    return await readSite(file, { strict: false });
  } catch (error) {
    const kept = named ?? beside[0];
    if (kept === undefined || !isBroken(error)) throw error;
    return siteOf(kept.file, { ...kept, refused: { hash: "", because: sayError(error) } });
  }
}

/** What a watchdog begins with: what was in force, where it is known. It looks at agents.toml before it does anything. */
export async function readLastGood(file: string): Promise<Site> {
  const named = keptFor(file);
  if (named !== null) return siteOf(named.file, named);
  try {
    return await readSite(file, { strict: false });
  } catch (error) {
    const [kept] = keptBeside(file);
    if (kept === undefined || !isBroken(error)) throw error;
    return siteOf(kept.file, kept);
  }
}

function hashOf(file: string): string | null {
  try {
    return digest(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}

/** Of another engine's the rest is not known as well as from the file. */
const isWatched = async (kept: Kept): Promise<boolean> =>
  kept.version === VERSION && isHeld(path.resolve(path.dirname(kept.file), kept.project.log_dir), "watchdog");

const isBroken = (error: unknown): error is Failure =>
  error instanceof Failure && (error.code === "INVALID_FILE" || error.code === "FILE_MISSING");

function siteOf(file: string, inForce: InForce, warnings: readonly Problem[] = []): Site {
  const root = path.dirname(file);
  const state = path.resolve(root, inForce.project.log_dir);
  return {
    file,
    root,
    state,
    socket: path.join(state, "tmux.sock"),
    id: digest(state),
    name: path.basename(root),
    project: projectIn(inForce),
    inForce,
    warnings,
  };
}

function readConfig(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR"))
      throw new Failure("FILE_MISSING", `there is no ${show(file)}`, {
        hint: "go to the project's folder, or name the file: --config FILE",
        cause: error,
      });
    if (isCode(error, "EISDIR"))
      throw new Failure("FILE_MISSING", `${show(file)} is a folder, not a file`, { cause: error });
    throw error;
  }
}

/** tmux can't be reached under a path that is too long, and says so badly. */
export function checkSocket({ socket }: Site): void {
  const length = Buffer.byteLength(socket);
  if (length <= SOCKET_MOST) return;
  throw new Failure(
    "NOT_WRITABLE",
    `the path of the tmux socket has ${length} bytes, the most is ${SOCKET_MOST}`,
    {
      hint: `move the project to a shorter path, or give it a shorter log_dir (${socket})`,
    },
  );
}

/** As a person here would write it. */
const show = (file: string): string => {
  const relative = path.relative(process.cwd(), path.resolve(file));
  return relative === "" || relative.startsWith("..") ? file : relative;
};
