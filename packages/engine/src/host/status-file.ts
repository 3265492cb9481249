import path from "node:path";
import type { Loop } from "../project.ts";
import { statusFile } from "../watch/course.ts";
import type { Disk } from "./disk.ts";
import type { Site } from "./site.ts";

/** More than any STATUS file needs. */
const MOST = 1024 * 1024;

const workdirOf = (site: Site, loop: Loop): string => {
  const doer = site.project.agents.find(({ name }) => name === loop.done_by);
  return path.resolve(site.root, doer?.workdir ?? ".");
};

/** Where the STATUS files appear. */
export const docsFolder = (site: Site, loop: Loop): string => path.join(workdirOf(site, loop), loop.docs_dir);

/** What the STATUS file of a phase says; null when there is none. Agents write there what they like: a pipe or a folder in its place is none. */
export async function readStatus(site: Site, loop: Loop, phase: string, disk: Disk): Promise<string | null> {
  const file = path.join(workdirOf(site, loop), statusFile(loop, phase));
  const size = await disk.size(file);
  return size === 0 || size > MOST ? null : disk.read(file).catch(() => null);
}
