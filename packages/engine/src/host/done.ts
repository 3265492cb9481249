import path from "node:path";
import type { Loop } from "../project.ts";
import { statusFile } from "../watch/course.ts";
import { saysDone } from "../watch/done.ts";
import type { Disk } from "./disk.ts";
import type { Site } from "./site.ts";

const workdirOf = (site: Site, loop: Loop): string => {
  const doer = site.project.agents.find(({ name }) => name === loop.done_by);
  return path.resolve(site.root, doer?.workdir ?? ".");
};

/** Where the STATUS files appear. */
export const docsFolder = (site: Site, loop: Loop): string => path.join(workdirOf(site, loop), loop.docs_dir);

/** Does the STATUS file of a phase say that it is done? No file is no. */
export async function isDone(site: Site, loop: Loop, phase: string, disk: Disk): Promise<boolean> {
  const text = await disk.read(path.join(workdirOf(site, loop), statusFile(loop, phase)));
  return text !== null && saysDone(text);
}
