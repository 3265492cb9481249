import { readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { parseAgentsFile } from "../agents-file.ts";
import { Failure, type Problem } from "../problem.ts";
import type { Project } from "../project.ts";
import { digest } from "../watch/digest.ts";
import { isCode } from "./files.ts";

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
  readonly project: Project;
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
  const root = path.dirname(realpathSync(file));
  const state = path.resolve(root, parsed.value.log_dir);
  return {
    file: path.join(root, path.basename(file)),
    root,
    state,
    socket: path.join(state, "tmux.sock"),
    id: digest(state),
    name: path.basename(root),
    project: parsed.value,
    warnings: parsed.warnings,
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
