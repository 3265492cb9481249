import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

/*
 * The wall between the files that think and those that touch the world, seen
 * from the wrong side: each row is a file that could be written tomorrow, and
 * the rules that refuse it.
 */

const ROOT = path.join(import.meta.dirname, "../..");

const IMPORT = "lint/style/noRestrictedImports";
const GLOBAL = "lint/style/noRestrictedGlobals";
const WATCH = "packages/engine/src/watch";

type Row = readonly [sentence: string, file: string, text: string, refusedBy: readonly string[]];

const ROWS: readonly Row[] = [
  [
    "a thinking file reads no files",
    `${WATCH}/a.ts`,
    'export { readFile } from "node:fs/promises";',
    [IMPORT],
  ],
  ["it starts no programs", `${WATCH}/b.ts`, 'export { execa } from "execa";', [IMPORT]],
  [
    "it does not know the touching folder",
    `${WATCH}/c.ts`,
    'export { run } from "../host/run.ts";',
    [IMPORT],
  ],
  ["it does not know the watchdog", `${WATCH}/d.ts`, 'export { tick } from "../watchdog/tick.ts";', [IMPORT]],
  ["it may work with paths", `${WATCH}/e.ts`, 'export { posix } from "node:path";', []],
  ["it has no clock", `${WATCH}/f.ts`, "export const now = () => Date.now();", [GLOBAL, "plugin"]],
  ["nor by another name", `${WATCH}/g.ts`, "export const now = () => performance.now();", [GLOBAL, "plugin"]],
  ["it has no calendar", `${WATCH}/h.ts`, "export const today = () => new Date();", [GLOBAL, "plugin"]],
  ["it knows no process", `${WATCH}/i.ts`, "export const home = () => process.env.HOME;", [GLOBAL]],
  [
    "it does not wait",
    `${WATCH}/j.ts`,
    "export const later = (f: () => void) => setTimeout(f, 1);",
    [GLOBAL],
  ],
  ["it does not fetch", `${WATCH}/k.ts`, 'export const get = () => fetch("http://x");', [GLOBAL]],
  ["it throws no dice", `${WATCH}/l.ts`, "export const dice = () => Math.random();", ["plugin"]],
  ["it finds no way round", `${WATCH}/m.ts`, "export const all = () => globalThis.process;", ["plugin"]],
  ["it prints nothing", `${WATCH}/n.ts`, "console.log(1);", ["lint/suspicious/noConsole"]],
  [
    "the observer of the chaos runs does not know the engine",
    "packages/engine/chaos/observer/a.ts",
    'export { kindOf } from "../../src/watch/handoff.ts";',
    [IMPORT],
  ],
  [
    "nor by its name",
    "packages/engine/chaos/observer/b.ts",
    'export { readText } from "@fleet/engine";',
    [IMPORT],
  ],
  ["its test may do all that", `${WATCH}/a.test.ts`, "export const now = () => Date.now();", []],
  ["a backend thinks", "packages/engine/src/backends/a.ts", 'export { statSync } from "node:fs";', [IMPORT]],
  ["a plan thinks", "packages/fleet/src/project/plan.ts", 'export { statSync } from "node:fs";', [IMPORT]],
  [
    "a renderer may write a date that it is handed",
    "packages/cli/src/render.ts",
    "export const day = (at: number) => new Date(at).toISOString();",
    [],
  ],
  ["it has no clock either", "packages/cli/src/render-x.ts", "export const x = new Date();", ["plugin"]],
  ["host touches", "packages/engine/src/host/a.ts", 'export { spawn } from "node:child_process";', []],
  [
    "a verb starts programs through host",
    "packages/engine/src/verbs/a.ts",
    'export { spawn } from "node:child_process";',
    [IMPORT],
  ],
  ["only a bin ends the process", "packages/cli/src/a.ts", "process.exit(1);", ["plugin"]],
  ["a bin may", "packages/cli/src/bin.ts", "process.exit(1);", []],
  ["an export has a name", "packages/cli/src/b.ts", "export default 1;", ["lint/style/noDefaultExport"]],
];

let folder: string;
let refused: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  await cp(path.join(ROOT, "biome.json"), path.join(folder, "biome.json"));
  await cp(path.join(ROOT, "scripts/lint"), path.join(folder, "scripts/lint"), { recursive: true });
  for (const [, file, text] of ROWS) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), `${text}\n`);
  }
  refused = await lint();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(): Promise<ReadonlyMap<string, readonly string[]>> {
  const args = ["lint", "--reporter=github", "--max-diagnostics=none", "--vcs-enabled=false", "packages"];
  const said = await new Promise<string>((resolve) => {
    execFile(path.join(ROOT, "node_modules/.bin/biome"), args, { cwd: folder }, (_, out, err) =>
      resolve(out + err),
    );
  });
  const found = new Map<string, string[]>();
  for (const [, rule = "", where = ""] of said.matchAll(/^::\w+ title=([\w/]+),file=([^,]+),/gm)) {
    const file = path.relative(folder, where);
    // Whether a package is declared depends on the manifest, which is not there.
    if (rule !== "lint/correctness/noUndeclaredDependencies")
      found.set(file, [...(found.get(file) ?? []), rule]);
  }
  return found;
}

it.each(ROWS)("%s", (_sentence, file, _text, refusedBy) => {
  expect([...new Set(refused.get(file))].sort()).toEqual([...refusedBy].sort());
});
