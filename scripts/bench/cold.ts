import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { ENV, run } from "./run.ts";

export const ROOT = path.join(import.meta.dirname, "../..");

/** A program to be run from its start to its end, by this Node. */
export interface Program {
  readonly argv: readonly string[];
  readonly cwd: string;
}

/** Milliseconds. Rejects when it fails. */
export async function runCold({ argv, cwd }: Program): Promise<number> {
  const began = performance.now();
  await run(process.execPath, argv, { cwd, env: FLEET_ENV });
  return performance.now() - began;
}

/** One after the other, round by round, so that all of them have the same weather; the first round only warms up. */
export async function timeInTurn(
  times: number,
  runs: readonly ((nth: number) => Promise<number>)[],
): Promise<readonly (readonly number[])[]> {
  const took = runs.map((): number[] => []);
  for (let nth = 0; nth <= times; nth++)
    for (const [index, one] of runs.entries()) {
      const time = await one(nth);
      if (nth > 0) took[index]?.push(time);
    }
  return took;
}

/**
 * The most memory that it had at a time, in MB. What the kernel reports of an
 * ended child counts from before its exec, and so would be ours.
 */
export async function peakOf({ argv, cwd }: Program, home: string): Promise<number> {
  const [preload, said] = [path.join(home, "peak.cjs"), path.join(home, "peak")];
  const copy = `fs.writeFileSync(${JSON.stringify(said)}, fs.readFileSync("/proc/self/status"))`;
  await writeFile(preload, `const fs = require("node:fs");\nprocess.once("exit", () => ${copy});\n`);
  await run(process.execPath, ["--require", preload, ...argv], { cwd, env: FLEET_ENV });
  return Number(/VmHWM:\s+(\d+)/.exec(await readFile(said, "utf8"))?.[1]) / 1024;
}

const IDENTITY = { name: "bench", email: "bench@example.invalid" };
const FLEET_ENV = {
  ...ENV,
  FLEET_NODE: process.execPath,
  FLEET_AGENTS: path.join(ROOT, "packages/engine/agents"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: IDENTITY.name,
  GIT_AUTHOR_EMAIL: IDENTITY.email,
  GIT_COMMITTER_NAME: IDENTITY.name,
  GIT_COMMITTER_EMAIL: IDENTITY.email,
};

/** The `fleet` command as this checkout has built it, without the look for newer sources. */
export const fleet = (cwd: string, ...words: readonly string[]): Program => ({
  cwd,
  argv: [
    "--min-semi-space-size=16",
    "--max-semi-space-size=16",
    path.join(ROOT, "packages/cli/dist/fleet/start.cjs"),
    ...words,
  ],
});

export const buildFleet = (): Promise<string> =>
  run(path.join(ROOT, "scripts/fleet"), ["--version"], { env: FLEET_ENV });

/** The release of this source's engine, in a repository of its own. */
export async function releaseEngine(home: string): Promise<string> {
  const repository = path.join(home, "engine.git");
  await run(process.execPath, [path.join(ROOT, "scripts/release-engine.ts"), "--to", repository]);
  return repository;
}

/** Runs a line of sh, with the same environment. */
export async function timeShell(line: string, cwd: string): Promise<number> {
  const began = performance.now();
  await run("sh", ["-ec", line], { cwd, env: FLEET_ENV });
  return performance.now() - began;
}

export async function emptyStart(home: string): Promise<Program> {
  await writeFile(path.join(home, "empty.cjs"), "");
  return { cwd: home, argv: [path.join(home, "empty.cjs")] };
}

/** Reads and parses those files, and nothing else; the other ones it only reads. */
export async function tomlReader(
  home: string,
  toml: readonly string[],
  others: readonly string[] = [],
): Promise<Program> {
  const parser = createRequire(path.join(ROOT, "packages/engine/package.json")).resolve("smol-toml");
  const program = path.join(home, `read-${toml.length}-${others.length}.cjs`);
  await writeFile(
    program,
    `const { parse } = require(${JSON.stringify(parser)});
const { readFileSync } = require("node:fs");
const [toml, others] = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const file of toml) parse(readFileSync(file, "utf8"));
for (const file of others) readFileSync(file);
`,
  );
  await writeFile(`${program}.json`, JSON.stringify([toml, others]));
  return {
    cwd: home,
    argv: ["--min-semi-space-size=16", "--max-semi-space-size=16", program, `${program}.json`],
  };
}
