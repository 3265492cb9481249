import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { parseAgentsFile } from "@fleet/engine";
import { expect, it } from "vitest";
import { parseFleetFile } from "../src/fleet-file.ts";
import { loadSchemas } from "../src/outputs/schemas.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

it("says of every key what the schemas say", () => {
  const generate = path.join(ROOT, "scripts/generate-docs.ts");
  expect(
    execFileSync(process.execPath, ["--conditions=source", generate, "--check"], { encoding: "utf8" }),
  ).toBe("");
});

it.each([
  ["docs/agents-toml.md", parseAgentsFile],
  ["docs/fleet-toml.md", parseFleetFile],
])("shows an example in %s that has no problems", async (page, parse) => {
  const [, example = ""] = /```toml\n([\s\S]*?)```/.exec(await readFile(path.join(ROOT, page), "utf8")) ?? [];
  expect(await parse(page, new TextEncoder().encode(example))).toMatchObject({ ok: true, warnings: [] });
});

it("has only patterns in its schemas that the regular expressions of other languages take", async () => {
  const patterns: string[] = [];
  JSON.stringify(await loadSchemas(), (key, value) => {
    if (key === "pattern" && typeof value === "string") patterns.push(value);
    return value;
  });
  expect(patterns.length).toBeGreaterThan(20);
  for (const pattern of patterns) {
    const plain = pattern.replaceAll(/\\./g, "");
    expect(plain, pattern).not.toMatch(/\[[^\]]*\[/);
    expect(plain, pattern).not.toContain("(?");
  }
});
