import path from "node:path";
import { type Program, ROOT } from "./cold.ts";
import { say } from "./figures.ts";
import { run } from "./run.ts";

/** A linter of TOML files by JSON schema; its last release is of 2024, so it is no dependency of ours. */
const PACKAGE = "@taplo/cli@0.7.0";

/** Null where there is no registry. */
export async function installTaplo(
  home: string,
): Promise<{ lint(files: readonly string[]): Program } | null> {
  const folder = path.join(home, "taplo");
  try {
    await run("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", PACKAGE]);
  } catch {
    say("taplo can't be installed, and is left out");
    return null;
  }
  const program = path.join(folder, "node_modules/@taplo/cli/dist/cli.js");
  const schema = `file://${path.join(ROOT, "packages/engine/schema/agents.schema.json")}`;
  return { lint: (files) => ({ cwd: home, argv: [program, "lint", "--schema", schema, ...files] }) };
}
