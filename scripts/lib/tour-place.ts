import { execFile, execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { ownOld } from "../../packages/fleet/test/old.ts";
import { rerelease } from "../../packages/fleet/test/releases.ts";

const ROOT = path.join(import.meta.dirname, "../..");

/** Where the reader sits: the folder of fleet.toml. */
const HERE = "/home/ada/fleet";

/** A machine as the tour shows it, in a folder that stands for its root. */
export interface Place {
  /** What a terminal shows of a command line. @throws when it does not exit with 0: the page says so where it is meant to */
  type(line: string): Promise<string>;
  dispose(): Promise<void>;
}

/** Paths that are of the machine shown, and not of the one that this runs on. */
const SHOWN = /(?<![\w.-])\/(?=srv\/|home\/ada\/)/g;

export async function makePlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-tour-")));
  const env = envOf(root);
  const here = path.join(root, HERE);
  const dispose = async () => {
    spawnSync("sh", ["-c", LEAVE], { cwd: here, env, stdio: "ignore" });
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await furnish(root);
  } catch (error) {
    await dispose();
    throw error;
  }
  const settle = ownStandIns();
  const type = async (line: string): Promise<string> => {
    const { exit, said } = await run(line.replaceAll(SHOWN, `${root}/`), here, env);
    const shown = settle(said.replaceAll(root, ""));
    if (exit !== 0) throw new Error(`exit code ${exit}: ${line}\n${shown}`);
    return shown;
  };
  return { type, dispose };
}

/** All that was started, also by a tour that broke off: its tmux servers, and what runs in them. */
const LEAVE = `fleet down --all
for socket in projects/*/.ao-state/tmux.sock; do [ ! -S "$socket" ] || tmux -S "$socket" kill-server; done
tmux kill-server`;

const envOf = (root: string): Record<string, string> => ({
  PATH: `${root}/bin:${process.env.PATH}`,
  HOME: `${root}/home/ada`,
  FLEET_NODE: process.execPath,
  GIT_CONFIG_NOSYSTEM: "1",
  LC_ALL: "C.UTF-8",
  TMUX_TMPDIR: root,
});

function run(line: string, cwd: string, env: Record<string, string>) {
  return new Promise<{ readonly exit: number; readonly said: string }>((resolve) => {
    // Both streams in one, in the order in which they were written.
    execFile("sh", ["-c", `exec 2>&1\n${line}`], { cwd, env }, (error, said) =>
      resolve({ exit: error === null ? 0 : Number(error.code ?? 1), said }),
    );
  });
}

/** The program, two releases of its engine, a fleet without projects, and a set-up of the engine before. */
async function furnish(root: string): Promise<void> {
  const script = (name: string, ...args: readonly string[]) =>
    execFileSync(process.execPath, [path.join(ROOT, "scripts", name), ...args], { stdio: "pipe" });
  const releases = path.join(root, "srv/engine.git");
  for (const folder of ["bin", HERE, "srv"]) await mkdir(path.join(root, folder), { recursive: true });
  script("build-cli.ts", path.join(root, "cli"));
  const program = `#!/bin/sh\nexec ${process.execPath} ${root}/cli/start.cjs "$@"\n`;
  await writeFile(path.join(root, "bin/fleet"), program, { mode: 0o755 });
  script("release-engine.ts", "--to", releases, "--version", "0.1.0");
  const changes = "## 0.2.0\n\n- What came with this version stands here.\n\n## 0.1.0\n\n- The first one.\n";
  await rerelease(releases, { from: "v0.1.0", version: "0.2.0", change: (code) => code, changes });
  const person = "[user]\nname = Ada\nemail = ada@example.org\n[init]\ndefaultBranch = main\n";
  await writeFile(path.join(root, "home/ada/.gitconfig"), person);
  const fleet = `[engine]\nurl = "${releases}"\nref = "v0.1.0"\n`;
  await writeFile(path.join(root, HERE, "fleet.toml"), fleet);
  await ownOld(withDemo, path.join(root, "srv/cc-ci"));
}

/** Nothing of it is started, but validation would look for the program of any other backend on this machine. */
const withDemo = (toml: string): string =>
  toml
    .replace('backend = "claude"\n', 'backend = "demo"\n')
    .replace('server = "http://127.0.0.1:4096"\n', "");

/** What is other in every run gets a constant of the same shape. One hash is the same one all over the page, short or long. */
function ownStandIns(): (said: string) => string {
  const hashes = new Map<string, string>();
  const standIn = (hash: string): string => {
    const key = hash.slice(0, 7);
    const known = hashes.get(key) ?? createHash("sha256").update(`${hashes.size}`).digest("hex");
    hashes.set(key, known);
    return known.slice(0, hash.length);
  };
  return (said) =>
    said
      // Not a number in JSON, which may have seven digits, too.
      .replaceAll(/(?<!": )\b(?:[\da-f]{64}|[\da-f]{40}|[\da-f]{7})\b/g, standIn)
      .replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "2026-01-01T09:00:00Z")
      .replaceAll(/ +\d+[smhd] ago/g, "    3s ago")
      .replaceAll(/ {2}\d+[smhd] {2,}/g, "  3s  ")
      .replaceAll(/\bfor \d+[smhd]:/g, "for 3s:")
      .replaceAll(/\bpid \d+/g, "pid 4711")
      .replaceAll(/\b\d+ ms\b/g, "120 ms");
}
