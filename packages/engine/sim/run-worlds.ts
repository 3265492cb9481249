import { execFile } from "node:child_process";
import process from "node:process";
import type { Verdict } from "./judge.ts";

/** What came of many worlds, as `main.ts --json` says it. */
export interface Report {
  readonly seeds: number;
  readonly failed: readonly (Verdict & { readonly seed: number })[];
  readonly seen: Readonly<Record<string, number>>;
}

const MAIN = new URL("main.ts", import.meta.url).pathname;
/** Compiled once, for the many processes of one run. */
const NODE_COMPILE_CACHE = new URL("../node_modules/.cache/compiled", import.meta.url).pathname;

/** In a process of its own: a mutant must not be loaded by anybody else. */
export const runWorlds = (...args: readonly string[]): Promise<Report> =>
  new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--conditions=source", MAIN, "--json", ...args],
      { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NODE_COMPILE_CACHE } },
      (error, stdout, stderr) => {
        const last = stdout.trimEnd().split("\n").at(-1) ?? "";
        if (last.startsWith("{")) resolve(JSON.parse(last));
        else reject(new Error(`${error?.message ?? "it said nothing"}\n${stderr}`));
      },
    );
  });
