import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { findInIndex, isAsSeen, objectOf } from "../facts/git-index.ts";

/** The git object of the agents.mjs that is made of this source: build-cli.ts puts it here. A program that runs from source has none. */
declare const FLEET_OWN_ENGINE: string | undefined;
const OWN = typeof FLEET_OWN_ENGINE === "string" ? FLEET_OWN_ENGINE : null;

/**
 * Is the engine in this folder byte for byte the one that this program has
 * inside? Asked as git asks whether a file was changed: by what the index says
 * of it, and by the bytes where that is not sure.
 */
export function isOwnEngine(folder: string, own: string | null = OWN): boolean {
  if (own === null) return false;
  const file = path.join(folder, "agents.mjs");
  try {
    return (objectInIndex(folder, file) ?? objectOf(readFileSync(file))) === own;
  } catch {
    // What can't be read is not ours; its launcher will say what is wrong with it.
    return false;
  }
}

/** Null where the file may have been changed since the index was written, or no index tells of it. */
function objectInIndex(folder: string, file: string): string | null {
  const index = indexOf(folder);
  if (index === null) return null;
  const entry = findInIndex(readFileSync(index), "agents.mjs");
  if (typeof entry === "string" || entry.mode !== PLAIN) return null;
  const written = lstatSync(index, { bigint: true }).mtimeNs;
  return isAsSeen(entry, lstatSync(file, { bigint: true }), written) ? entry.object : null;
}

/** Of a submodule, where there is one. */
function indexOf(folder: string): string | null {
  const dot = path.join(folder, ".git");
  const link = statSync(dot, { throwIfNoEntry: false })?.isFile() ? readFileSync(dot, "utf8") : "";
  const repository = /^gitdir: (.*)/.exec(link)?.[1];
  const index = repository === undefined ? null : path.resolve(folder, repository, "index");
  return index !== null && existsSync(index) ? index : null;
}

const PLAIN = 0o100644;
