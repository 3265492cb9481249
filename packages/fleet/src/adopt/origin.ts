import path from "node:path";
import { readText } from "@fleet/engine";

/** The url of a clone's origin, from its files: a git that looks may write. Null where nothing tells. */
export async function originOf(clone: string): Promise<string | null> {
  const git = path.join(clone, ".git");
  const link = /^gitdir: (.+)$/m.exec((await text(git)) ?? "")?.[1];
  const config =
    (await text(path.join(link === undefined ? git : path.resolve(clone, link), "config"))) ?? "";
  const [, section = ""] = /^\[remote "origin"\]\n((?:[ \t]+.*\n?)*)/m.exec(config) ?? [];
  const url = /^[ \t]+url[ \t]*=[ \t]*(\S.*?)[ \t]*$/m.exec(section)?.[1] ?? null;
  // A name and a password in it are for git's helpers to know, and for no runbook.
  return url?.replace(/^(https?:\/\/)[^/@]*@/, "$1") ?? null;
}

/** A folder has no text, and neither has what is not there. */
const text = (file: string): Promise<string | null> => readText(file).catch(() => null);
