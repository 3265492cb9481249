import { access } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { Failure, type World } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { checkoutOf } from "../program.ts";

/** The url that fleet.toml has when nobody changes it: the repository that this checkout releases to. */
const OWN_RELEASES = "./.fleet/engine.git";

/** A path, and not ssh's host:path or a scheme. */
const isPath = (url: string): boolean => !url.includes(":") || url.startsWith("/") || url.startsWith(".");

const SAFE = /^(?:https?:\/\/|ssh:\/\/|git:\/\/|file:\/\/\/|[\w.-]+@[\w.-]+:)[^\s]+$/;

/** Where the engine is cloned from. A path counts from fleet.toml, and becomes absolute. */
export function engineUrlOf({ root, file, fleet }: FoundFleet): string {
  const { url, ref } = fleet.engine;
  // git takes a word that begins with a dash for an option, and "ext::" for a command to run.
  const bad = [url, ref].find((word) => word.startsWith("-") || /[\p{Cc}]/u.test(word) || word === "");
  if (bad !== undefined || !(isPath(url) || SAFE.test(url)))
    throw new Failure(
      "INVALID_FILE",
      `[engine] in ${file} says ${JSON.stringify(bad ?? url)}, which git must not be given`,
      {
        hint: "url is a path, or begins with https://, ssh:// or user@host:",
      },
    );
  return isPath(url) ? path.resolve(root, url) : url;
}

/** Builds the release where this is a checkout that has not made one yet. */
export async function ensureEngine(found: FoundFleet, world: World): Promise<void> {
  const url = engineUrlOf(found);
  if (!isPath(url) || (await exists(url))) return;
  const checkout = await checkoutThatReleases(found, url, world);
  if (checkout === null)
    throw new Failure("ENGINE_MISSING", `there is no engine at ${found.fleet.engine.url}`, {
      hint: `set url under [engine] in ${found.file} to the repository of the engine's releases`,
    });
  world.err(`fleet: building the engine's release into ${found.fleet.engine.url} (once)\n`);
  const { execa } = await import("execa");
  const built = await execa(process.execPath, [path.join(checkout, RELEASE)], {
    cwd: checkout,
    env: world.env,
    extendEnv: false,
    reject: false,
    cancelSignal: world.signal,
  });
  if (!built.failed) return;
  throw new Failure("ENGINE_FAILED", `the engine's release can't be built: ${lastLine(built.stderr)}`, {
    hint: "see why: pnpm release:engine",
    cause: built,
  });
}

const RELEASE = "scripts/release-engine.ts";

/** The fleet's own folder, or the checkout that this program runs from; where their releases are meant, they can be made. Null: where nobody can. */
async function checkoutThatReleases(
  { root, fleet }: FoundFleet,
  url: string,
  world: World,
): Promise<string | null> {
  const own = path.normalize(fleet.engine.url) === path.normalize(OWN_RELEASES) ? root : null;
  const running = checkoutOf(world);
  const meant = running !== null && path.resolve(url) === path.resolve(running, OWN_RELEASES) ? running : own;
  return meant !== null && (await exists(path.join(meant, RELEASE))) ? meant : null;
}

/** Of what a script said before it broke: its error, and not the Node that it ran in. */
const lastLine = (text: string): string => {
  const lines = text.trim().split("\n");
  return (lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? "").trim();
};

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
