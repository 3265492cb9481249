import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/*
 * The real agent programs, for tests of what they show and do. Their versions
 * are pinned in agent-clis/package.json, and their bytes in the lockfile
 * beside it. No part of the product: they lie in .toolchain, for all worktrees
 * that share it, in a folder named after the pins.
 *
 *   node packages/engine/test/agent-clis.ts      installs them, and says where
 */

const PINS = path.join(import.meta.dirname, "agent-clis");
const PINNED = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"];
const SHELF = path.join(import.meta.dirname, "../../../.toolchain/agent-clis");

const { arch } = process;
const machine = arch === "arm64" ? "aarch64" : "x86_64";

/** The native programs behind the packages' shims, which would stay as a parent, or want to run a script first. */
const PROGRAMS = {
  claude: {
    package: "@anthropic-ai/claude-code",
    file: `@anthropic-ai/claude-code-linux-${arch}/claude`,
  },
  codex: {
    package: "@openai/codex",
    file: `@openai/codex-linux-${arch}/vendor/${machine}-unknown-linux-musl/bin/codex`,
  },
  opencode: { package: "opencode-ai", file: `opencode-linux-${arch}/bin/opencode` },
  gemini: { package: "@google/gemini-cli", file: "@google/gemini-cli/bundle/gemini.js" },
} as const;

export type CliName = keyof typeof PROGRAMS;
export const CLI_NAMES = Object.keys(PROGRAMS) as readonly CliName[];

const readPin = (name: string): Promise<string> => readFile(path.join(PINS, name), "utf8");

async function home(): Promise<string> {
  const pins = await Promise.all(PINNED.map(readPin));
  return path.join(SHELF, createHash("sha256").update(pins.join("\0")).digest("hex").slice(0, 12));
}

/** The folder with `claude`, `codex`, `opencode` and `gemini`. */
export async function cliFolder(): Promise<string> {
  const bin = path.join(await home(), "bin");
  if (!existsSync(bin))
    throw new Error(`no agent programs in ${bin}: run node packages/engine/test/agent-clis.ts`);
  return bin;
}

export async function pinnedVersion(cli: CliName): Promise<string> {
  const { dependencies } = JSON.parse(await readPin("package.json"));
  return dependencies[PROGRAMS[cli].package];
}

/** Made aside and moved: a folder that is there is whole, and of two that install at once the second stands back. */
async function install(): Promise<void> {
  const target = await home();
  if (existsSync(target)) return;
  await mkdir(SHELF, { recursive: true });
  const aside = await mkdtemp(path.join(SHELF, "new-"));
  try {
    for (const name of PINNED) await cp(path.join(PINS, name), path.join(aside, name));
    await run("pnpm", ["install", "--frozen-lockfile", "--reporter=append-only"], { cwd: aside }).catch(
      ({ stdout }) => {
        throw new Error(`pnpm could not install the agent programs:\n${stdout}`);
      },
    );
    await mkdir(path.join(aside, "bin"));
    for (const [name, { file }] of Object.entries(PROGRAMS))
      await symlink(path.join("../node_modules", file), path.join(aside, "bin", name));
    for (const cli of CLI_NAMES) await verify(cli, path.join(aside, "bin", cli));
    await rename(aside, target).catch(async (error) => {
      if (!existsSync(target)) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

const run = promisify(execFile);

/** Does it run here, and is it the one that was asked for? In a home that is gone afterwards. */
async function verify(cli: CliName, file: string): Promise<void> {
  await access(file, constants.X_OK);
  const HOME = await mkdtemp(path.join(tmpdir(), "fleet-cli-"));
  try {
    const env = { HOME, PATH: `${path.dirname(process.execPath)}:/usr/bin:/bin` };
    const { stdout } = await run(file, ["--version"], { env, timeout: 60_000 });
    const wanted = await pinnedVersion(cli);
    if (!stdout.includes(wanted)) throw new Error(`${cli} is not ${wanted}, it says: ${stdout}`);
  } finally {
    await rm(HOME, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await install();
  process.stdout.write(`${await cliFolder()}\n`);
}
