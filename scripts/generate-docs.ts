import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { CODES } from "../packages/engine/src/diagnostics/code-table.ts";
import { type JsonSchema, loadSchemas } from "../packages/fleet/src/outputs/schemas.ts";
import { problemPages } from "./problem-pages.ts";
import { type Table, tablesOf } from "./schema-tables.ts";

/*
 * Writes the JSON schemas, docs/problems.md, and the tables in docs/ between
 * `<!-- table: name -->` and `<!-- end -->`. What surrounds them is by hand.
 *
 *   pnpm generate:docs [--check]
 */

const ROOT = path.join(import.meta.dirname, "..");

/** What people write lies where it is shipped; what commands answer is documentation. */
const SHIPPED: Readonly<Record<string, string>> = {
  agents: "packages/engine/schema/agents.schema.json",
  fleet: "packages/fleet/schema/fleet.schema.json",
};

const PAGES: Readonly<Record<string, string>> = {
  "docs/agents-toml.md": "agents",
  "docs/fleet-toml.md": "fleet",
};

const read = (file: string): Promise<string> => readFile(path.join(ROOT, file), "utf8").catch(() => "");

/** As the linter wants it, so that both agree on one text. */
function formatted(file: string, text: string): string {
  const biome = path.join(ROOT, "node_modules/.bin/biome");
  return execFileSync(biome, ["format", `--stdin-file-path=${file}`], {
    cwd: ROOT,
    input: text,
    encoding: "utf8",
  });
}

function renderTable({ keys }: Table): string {
  const rows = keys.map(({ key, type, fallback, about }) => {
    const standard = fallback === null ? "" : fallback === "required" ? "**required**" : `\`${fallback}\``;
    return `| \`${key}\` | ${type} | ${standard} | ${about.replaceAll("<", "\\<")} |`.replaceAll("  ", " ");
  });
  return ["| Key | Type | Default | Means |", "|---|---|---|---|", ...rows].join("\n");
}

/** The page with its tables made anew. A table that the page does not show, or that no schema has, is an error. */
function withTables(file: string, page: string, schema: JsonSchema): string {
  const tables = new Map(tablesOf(schema).map((table) => [table.name, table]));
  const filled = page.replaceAll(/<!-- table: (\S+) -->\n[\s\S]*?<!-- end -->/g, (_, name: string) => {
    const table = tables.get(name);
    if (table === undefined)
      throw new Error(`${file} wants a table ${name}; there are ${[...tables.keys()].join(", ")}`);
    tables.delete(name);
    return `<!-- table: ${name} -->\n${renderTable(table)}\n<!-- end -->`;
  });
  if (tables.size > 0) throw new Error(`${file} does not show ${[...tables.keys()].join(", ")}`);
  return filled;
}

async function main(): Promise<void> {
  const check = process.argv.includes("--check");
  const wanted = new Map<string, string>();
  const schemas = await loadSchemas();
  for (const [name, schema] of Object.entries(schemas)) {
    const file = SHIPPED[name] ?? `docs/schema/${name}.schema.json`;
    wanted.set(file, formatted(file, JSON.stringify(schema)));
  }
  for (const [file, name] of Object.entries(PAGES))
    wanted.set(file, withTables(file, await read(file), schemas[name] ?? {}));
  wanted.set("docs/problems.md", problemPages(CODES));
  const stale: string[] = [];
  for (const [file, text] of wanted) {
    if ((await read(file)) === text) continue;
    stale.push(file);
    if (check) continue;
    await mkdir(path.dirname(path.join(ROOT, file)), { recursive: true });
    await writeFile(path.join(ROOT, file), text);
  }
  if (stale.length === 0) return;
  process.stdout.write(`${check ? "out of date, run pnpm generate:docs" : "written"}: ${stale.join(", ")}\n`);
  process.exitCode = check ? 1 : 0;
}

await main();
