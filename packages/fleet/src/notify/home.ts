import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { writeWhole } from "@fleet/engine";

/** Where a fleet keeps what is to be told. */
export const homeOf = (root: string): string => path.join(root, ".fleet/notify");

export const spoolOf = (root: string, receiver: string): string => path.join(homeOf(root), "spool", receiver);

/** For us alone, and nothing for git. */
export async function makeHome(root: string): Promise<string> {
  const home = homeOf(root);
  for (const folder of [home, path.join(home, "projects"), path.join(home, "spool")])
    await mkdir(folder, { recursive: true, mode: 0o700 });
  const ignore = path.join(home, ".gitignore");
  if (!existsSync(ignore)) await writeWhole(ignore, "*\n");
  return home;
}
