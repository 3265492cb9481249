import { readdirSync, readFileSync, realpathSync } from "node:fs";
import path from "node:path";
import { VERSION } from "../version.ts";
import type { InForce } from "../watch/in-force.ts";
import type { Disk } from "./disk.ts";
import { refusing } from "./files.ts";

/** What the watchdog goes by, as it stands in the state directory: a broken agents.toml hinders nobody who has read it before. */
export interface Kept extends InForce {
  readonly schema: number;
  readonly version: string;
  /** Whose it is. */
  readonly file: string;
}

const NAME = "project.json";
const SCHEMA = 1;

export const keep = (disk: Disk, state: string, file: string, inForce: InForce): Promise<void> => {
  const kept: Kept = { schema: SCHEMA, version: VERSION, file, ...inForce };
  const at = path.join(state, NAME);
  return refusing(at, disk.write(at, `${JSON.stringify(kept)}\n`));
};

/** What is kept for this agents.toml where its log_dir points, as far as that can be made out: the file may be broken. */
export function keptFor(file: string): Kept | null {
  const real = realOf(file);
  const text = real === null ? null : read(() => readFileSync(real, "utf8"));
  const named = /^\s*log_dir\s*=\s*(["'])([^"'\n]+)\1/m.exec(text ?? "")?.[2];
  return real === null || named === undefined
    ? null
    : readKept(path.resolve(path.dirname(real), named), real);
}

/** All that is kept for it in folders beside it: the line with log_dir may be what is broken. */
export function keptBeside(file: string): readonly Kept[] {
  const real = realOf(file);
  if (real === null) return [];
  const root = path.dirname(real);
  return (read(() => readdirSync(root)) ?? []).flatMap((name) => readKept(path.join(root, name), real) ?? []);
}

/** Whose agents.toml the state directory is kept for, when it is another one that still has it: two would write there. */
export function otherOwnerOf(state: string, file: string): string | null {
  const real = read(() => realpathSync(state));
  const kept =
    real === null ? null : read(() => JSON.parse(readFileSync(path.join(real, NAME), "utf8")) as Kept);
  if (kept === null || kept.file === realOf(file)) return null;
  // One that was copied or moved has taken its state along, and the other has its own, or is gone.
  const theirs = read(() => realpathSync(path.resolve(path.dirname(kept.file), kept.project.log_dir)));
  return theirs === real && read(() => readFileSync(kept.file)) !== null ? kept.file : null;
}

/** Also of a file that is gone. */
function realOf(file: string): string | null {
  const folder =
    read(() => realpathSync(file)) ?? read(() => path.join(realpathSync(path.dirname(file)), "-"));
  return folder === null ? null : path.join(path.dirname(folder), path.basename(file));
}

function readKept(state: string, file: string): Kept | null {
  const value = read(() => JSON.parse(readFileSync(path.join(state, NAME), "utf8")) as Partial<Kept> | null);
  if (value?.schema !== SCHEMA || value.file !== file || value.project === undefined) return null;
  const { version = "", hash = "", project, outdated = [], refused = null } = value;
  if (path.resolve(path.dirname(file), project.log_dir) !== state) return null;
  // Another engine may have filled in other defaults.
  return { schema: SCHEMA, version, file, hash: version === VERSION ? hash : "", project, outdated, refused };
}

/** Null for everything that can't be read: there is a way without it. */
function read<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
