import { execFileSync } from "node:child_process";
import { cp, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import type { World } from "@fleet/engine";
import { onTestFinished } from "vitest";

export const ROOT = path.join(import.meta.dirname, "../../..");

export async function ownDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  return directory;
}

/** A fleet without projects, beside a repository that has the engine's release. */
export async function ownFleet(engine: string, ref = "v0.1.0"): Promise<string> {
  const root = await ownDirectory();
  await writeFile(path.join(root, "fleet.toml"), `# Ours.\n[engine]\nurl = "${engine}"\nref = "${ref}"\n`);
  return root;
}

/** Releases the engine of this checkout, once for all tests of a file; under other versions too, in this order. */
export async function releaseEngine(
  ...versions: readonly string[]
): Promise<{ readonly repository: string; dispose(): Promise<void> }> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-engine-")));
  const repository = path.join(directory, "engine.git");
  const script = path.join(ROOT, "scripts/release-engine.ts");
  for (const version of [null, ...versions])
    execFileSync(process.execPath, [
      script,
      "--to",
      repository,
      ...(version === null ? [] : ["--version", version]),
    ]);
  return { repository, dispose: () => rm(directory, { recursive: true, force: true }) };
}

/** A checkout of its own, with the dependencies of this one. */
export async function ownCheckout(name: string): Promise<string> {
  const root = path.join(await ownDirectory(), name);
  const parts = ["scripts", "package.json", "LICENSE", "CHANGELOG.md", "packages/engine"];
  const filter = (file: string) => !/\/(node_modules|dist)$/.test(file);
  for (const part of parts)
    await cp(path.join(ROOT, part), path.join(root, part), { recursive: true, filter });
  for (const folder of ["node_modules", "packages/engine/node_modules"])
    await symlink(path.join(ROOT, folder), path.join(root, folder));
  return root;
}

/** Git that knows who commits, and nothing else of this machine. */
export const GIT_ENV: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.invalid",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.invalid",
};

export const git = (folder: string, ...args: readonly string[]): string =>
  execFileSync("git", ["-C", folder, ...args], {
    encoding: "utf8",
    env: GIT_ENV,
    stdio: ["ignore", "pipe", "pipe"],
  });

/** A world that remembers what was said. */
export function ownWorld(cwd: string, env: World["env"] = GIT_ENV): World & { readonly said: string[] } {
  const said: string[] = [];
  const say = (text: string) => {
    said.push(text);
  };
  const input = async () => "";
  return { cwd, env, signal: new AbortController().signal, input, out: say, err: say, color: false, said };
}

/** Asks again until it is so. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s, and still not: ${what}`);
    await wait(50);
  }
}
