import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Problem, readAgentsFile } from "@fleet/engine";
import { describe, expect, it } from "vitest";
import { dice, mutate } from "../test/slips.ts";
import { readFleetFile } from "./fleet-file.ts";

const CORPUS = path.join(import.meta.dirname, "../test/corpus");

/** The good files of the corpus, as they are or as their set-up writes them. */
function goodFiles(group: "fleet" | "agents"): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const file = `${group}.toml`;
  const names = readdirSync(path.join(CORPUS, group)).filter((name) => name.startsWith("OK-"));
  return names.sort().map((name) => {
    const folder = path.join(CORPUS, group, name);
    if (readdirSync(folder).includes(file)) return [name, readFileSync(path.join(folder, file))];
    const steps: readonly { readonly write?: string; readonly text?: unknown }[] = JSON.parse(
      readFileSync(path.join(folder, "setup.json"), "utf8"),
    );
    const text = [steps.find(({ write }) => write === file)?.text].flat();
    return [name, new TextEncoder().encode(text.map(partOf).join(""))];
  });
}

/** Of what is repeated a few are enough here. */
const partOf = (part: unknown): string =>
  typeof part === "object" && part !== null && "repeat" in part
    ? [0, 1, 2].map((n) => String(part.repeat).replaceAll("{n}", String(n))).join("")
    : String(part);

/** What is wrong with where problems are said to be; nothing, most of the time. */
function strayPlaces(bytes: Uint8Array, problems: readonly Problem[]): readonly string[] {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const inFile = (line: number, column: number) =>
    line >= 1 && line <= lines.length && column >= 1 && column <= [...(lines[line - 1] ?? "")].length + 1;
  return problems
    .filter(
      ({ line, column, end_line, end_column }) =>
        !inFile(line, column) ||
        !inFile(end_line, end_column) ||
        end_line < line ||
        (end_line === line && end_column < column),
    )
    .map(({ code, line, column }) => `${code} ${line}:${column}`);
}

const READERS = {
  fleet: async (bytes: Uint8Array) => {
    const { fleet, problems } = await readFleetFile("fleet.toml", bytes);
    return { isUsed: fleet !== null, problems };
  },
  agents: async (bytes: Uint8Array) => {
    const { project, problems } = await readAgentsFile("agents.toml", bytes);
    return { isUsed: project !== null, problems };
  },
} as const;

describe.each(["fleet", "agents"] as const)("a good %s.toml with slips in it", (group) => {
  it.each(goodFiles(group))("is still good, or has problems with a place in it: %s", async (name, bytes) => {
    expect((await READERS[group](bytes)).problems).toEqual([]);
    let bad = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      const slipped = mutate(bytes, dice(seed));
      const { isUsed, problems } = await READERS[group](slipped).catch((cause: unknown) => {
        throw new Error(`${name}, seed ${seed}: ${JSON.stringify(Buffer.from(slipped).toString())}`, {
          cause,
        });
      });
      const stray = strayPlaces(slipped, problems);
      if (stray.length > 0 || !(isUsed || problems.length > 0))
        expect.unreachable(`${name}, seed ${seed}: ${stray.join(", ")} ${Buffer.from(slipped).toString()}`);
      if (problems.length > 0) bad++;
    }
    // A slip that nobody notices stands in a comment or in free text.
    expect(bad).toBeGreaterThan(300);
  });
});
