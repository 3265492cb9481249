import {
  accessSync,
  type BigIntStats,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statfsSync,
} from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Failure } from "../problem.ts";

/** A small file's text; null when there is none. Read at once: handing it to another thread takes longer than the reading. */
export async function readText(file: string): Promise<string | null> {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return null;
    throw error;
  }
}

/*
 * For those who look at thousands of small files: handing each to another
 * thread, and a promise for it, take four times as long as the reading.
 * Null, or false, is all that is not there or not to be read.
 */

export function bytesNow(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}

export const textNow = (file: string): string | null => bytesNow(file)?.toString("utf8") ?? null;

/** Without following a link. */
export function entryNow(file: string): BigIntStats | null {
  try {
    return lstatSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

/** Without links. */
export function realNow(file: string): string | null {
  try {
    return realpathSync.native(file);
  } catch {
    return null;
  }
}

export function isProgramNow(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The kind of file system, by the number that statfs(2) gives it. */
export function diskTypeNow(folder: string): number | null {
  try {
    return statfsSync(folder).type;
  } catch {
    return null;
  }
}

/** Two writes of one file at once must not have one draft. */
let drafts = 0;

/** Written whole or not at all, and still there after a power cut: temp file, fsync, rename, fsync of the folder. */
export async function writeWhole(file: string, text: string, mode = 0o600): Promise<void> {
  drafts += 1;
  const draft = `${file}.${process.pid}-${drafts}.new`;
  const handle = await open(draft, "w", mode);
  try {
    await handle.writeFile(text);
    // What is to be run is to be run by us alone, whatever the umask says.
    if (mode !== 0o600) await handle.chmod(mode);
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  const folder = await open(path.dirname(file), "r");
  await folder.sync().finally(() => folder.close());
}

/** A process that was killed while it wrote left its draft; it is of no use to anybody. */
export async function sweepDrafts(folder: string): Promise<void> {
  for (const name of readdirSync(folder)) {
    const writer = /\.(\d+)-\d+\.new$/.exec(name)?.[1];
    if (writer !== undefined && !existsSync(`/proc/${writer}`))
      await rm(path.join(folder, name), { force: true });
  }
}

/** The state directory, for us alone. */
export async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = isCode(error, "ENOENT") ? await realReason(directory) : error;
    if (reason !== null) throw notWritable(directory, reason);
  }
}

/** On a read-only disk Node's recursive mkdir says ENOENT of a folder whose parent is there; a plain one tells the truth. Null: it is there now. */
const realReason = (directory: string): Promise<unknown> =>
  mkdir(directory, { mode: 0o700 }).then(
    () => null,
    (error: unknown) => error,
  );

export function notWritable(file: string, cause: unknown): unknown {
  const because = WHY_NOT[(cause as NodeJS.ErrnoException | null)?.code ?? ""];
  if (because === undefined) return cause;
  const hint = "make it writable for this user, or choose another log_dir in agents.toml";
  return new Failure("NOT_WRITABLE", `${file} can't be written: ${because}`, { cause, hint });
}

/** What the disk refuses is said of the file that it was for. */
export const refusing = (file: string, writing: Promise<void>): Promise<void> =>
  writing.catch((error: unknown) => {
    throw notWritable(file, error);
  });

const WHY_NOT: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "its disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EFBIG: "no file may grow (ulimit -f)",
  ENOTDIR: "a file stands in its way",
  EEXIST: "a file stands in its way",
};

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
