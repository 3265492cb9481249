import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { bundle, bundleInParts } from "./bundle.ts";

/*
 * Builds what scripts/fleet runs: packages/cli/dist/fleet/start.cjs and the
 * parts that it loads.
 *
 *   node scripts/build-cli.ts [FOLDER]
 *
 * A fleet that runs meanwhile is not disturbed: parts are named by their
 * content, start.cjs is moved over the old one when all is there, and what a
 * running program may still load stays for a day.
 */

const ROOT = path.join(import.meta.dirname, "..");
const FOLDER = path.resolve(process.argv[2] ?? path.join(ROOT, "packages/cli/dist/fleet"));
const DAY = 86_400_000;

async function build(): Promise<void> {
  const began = new Date();
  const parts = await bundleInParts("packages/cli/src/bin.ts", {
    FLEET_OWN_ENGINE: JSON.stringify(await ownEngine()),
  });
  const entry = parts[0]?.name;
  if (entry === undefined) throw new Error("the bundle is empty");
  await mkdir(FOLDER, { recursive: true });
  for (const { name, code } of parts) await writeWhole(name, code.replace(/^#!.*/, ""));
  const start = await readFile(path.join(import.meta.dirname, "start.cjs"), "utf8");
  // As old as the build's beginning: a source that was changed during the build is newer.
  await writeWhole("start.cjs", start.replace("ENTRY.cjs", entry), began);
  await removeOld(new Set(parts.map(({ name }) => name)), began.getTime() - DAY);
}

/** The git object that agents.mjs of a release of this source is: a project that is pinned to it needs no process of its own. */
async function ownEngine(): Promise<string> {
  const bytes = Buffer.from((await bundle("packages/engine/src/bin.ts")).code);
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
}

async function writeWhole(name: string, text: string, time?: Date): Promise<void> {
  const aside = path.join(FOLDER, `${name}.${process.pid}`);
  await writeFile(aside, text);
  if (time !== undefined) await utimes(aside, time, time);
  await rename(aside, path.join(FOLDER, name));
}

async function removeOld(parts: ReadonlySet<string>, before: number): Promise<void> {
  for (const name of await readdir(FOLDER)) {
    const file = path.join(FOLDER, name);
    const isPart = /-[\w-]+\.cjs/.test(name) && !parts.has(name.replace(/\.cache$/, ""));
    if (isPart && (await stat(file)).mtimeMs < before) await rm(file, { force: true });
  }
}

await build();
