import { execFileSync } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterAll } from "vitest";
import { GIT_ENV } from "./own.ts";

/** Part of a text: as it is, or many times, with {n} counted from 0. */
type Part = string | { readonly repeat: string; readonly times: number };

/** One thing that no file of this repository can be by itself. Paths are relative to the case. */
export type Step =
  | { readonly write: string; readonly text: string | readonly Part[] }
  | { readonly write: string; readonly hex: string }
  | { readonly folder: string }
  | { readonly link: string; readonly to: string }
  | { readonly pipe: string }
  | { readonly mode: string; readonly octal: string }
  /** It belongs to somebody who is neither us nor root. */
  | { readonly foreign: string }
  /** A git repository of its own, with all that lies in it committed. */
  | { readonly repository: string }
  /** The same with an engine that it is pinned to, as the ground has both. */
  | { readonly pinned: string }
  | { readonly git: readonly string[]; readonly in: string }
  | { readonly remove: string }
  /** What the machine has, and how each answers when it is asked for its version. */
  | { readonly programs: Readonly<Record<string, string>> }
  /** The check is run by a user who may do nothing special. */
  | { readonly as: "nobody" };

const NOBODY = 65_534;

/** Carries out what a case says. The answer runs the check as the user that it is for. */
export async function setUp(
  root: string,
  steps: readonly Step[],
  nameOf: (name: string) => string,
): Promise<<T>(check: () => Promise<T>) => Promise<T>> {
  const at = (name: string) => path.join(root, nameOf(name));
  for (const step of steps) await carryOut(step, at);
  const programs = steps.find((step) => "programs" in step)?.programs;
  if (programs !== undefined) return withPrograms(root, programs);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !steps.some((step) => "as" in step)) return (check) => check();
  for (let folder = root; folder.includes("corpus-"); folder = path.dirname(folder))
    await chmod(folder, 0o755);
  return async (check) => {
    process.seteuid?.(NOBODY);
    try {
      return await check();
    } finally {
      process.seteuid?.(0);
    }
  };
}

/** Nothing else is in PATH. */
async function withPrograms(root: string, programs: Readonly<Record<string, string>>) {
  const folder = path.join(root, ".programs");
  await mkdir(folder);
  for (const [name, version] of Object.entries(programs))
    await writeFile(path.join(folder, name), `#!/bin/sh\necho "${version}"\n`, { mode: 0o755 });
  const { PATH } = process.env;
  return async <T>(check: () => Promise<T>): Promise<T> => {
    process.env.PATH = folder;
    try {
      return await check();
    } finally {
      process.env.PATH = PATH;
    }
  };
}

async function carryOut(step: Step, at: (name: string) => string): Promise<void> {
  if ("write" in step) {
    await mkdir(path.dirname(at(step.write)), { recursive: true });
    await writeFile(at(step.write), "hex" in step ? Buffer.from(step.hex, "hex") : textOf(step.text));
  } else if ("folder" in step) await mkdir(at(step.folder), { recursive: true });
  else if ("link" in step) await symlink(step.to === step.link ? at(step.to) : step.to, at(step.link));
  else if ("pipe" in step) execFileSync("mkfifo", [at(step.pipe)]);
  else if ("mode" in step) await chmod(at(step.mode), Number.parseInt(step.octal, 8));
  else if ("foreign" in step) await giveAway(at(step.foreign));
  else if ("repository" in step) makeRepository(at(step.repository));
  else if ("pinned" in step) await cp(await pinnedProject(), at(step.pinned), { recursive: true });
  else if ("git" in step) git(at(step.in), ...step.git);
  else if ("remove" in step) await rm(at(step.remove), { recursive: true });
}

const textOf = (text: string | readonly Part[]): string =>
  [text]
    .flat()
    .map((part) =>
      typeof part === "string"
        ? part
        : Array.from({ length: part.times }, (_, n) => part.repeat.replaceAll("{n}", String(n))).join(""),
    )
    .join("");

async function giveAway(file: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(file, NOBODY, NOBODY);
  else execFileSync("sudo", ["-n", "chown", `${NOBODY}:${NOBODY}`, file]);
}

/** Always with the same commits, since messages name them. */
const DATE = "2026-01-01T00:00:00Z";
const git = (folder: string, ...args: readonly string[]): void => {
  execFileSync(
    "git",
    ["-C", folder, "-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main", ...args],
    {
      env: { ...GIT_ENV, GIT_AUTHOR_DATE: DATE, GIT_COMMITTER_DATE: DATE },
      stdio: "pipe",
    },
  );
};

function makeRepository(folder: string): void {
  git(folder, "init", "--quiet", "--template=");
  git(folder, "add", ".");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", "project");
}

let pinned: Promise<string> | null = null;
const made = await mkdtemp(path.join(tmpdir(), "corpus-pinned-"));
afterAll(() => rm(made, { recursive: true, force: true }));

/** Made once and copied, because git takes its time for a submodule. */
function pinnedProject(): Promise<string> {
  pinned ??= (async () => {
    const ground = path.join(import.meta.dirname, "corpus/ground");
    const [release, project] = [path.join(made, "engine-release"), path.join(made, "project")];
    await cp(path.join(ground, "engine"), release, { recursive: true });
    makeRepository(release);
    await cp(path.join(ground, "fleet/a"), project, { recursive: true });
    await writeFile(path.join(project, ".gitignore"), ".ao-state/\n");
    git(project, "init", "--quiet", "--template=");
    git(project, "submodule", "--quiet", "add", "../engine-release", "engine");
    makeRepository(project);
    return project;
  })();
  return pinned;
}
