import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { makePlace, type Place } from "./lib/tour-place.ts";

/*
 * Types the commands of docs/tour.md, and puts what they say below them. Its
 * sentences, and which commands it has, are by hand: a line `$ fleet …` in a
 * console block is typed, and `<!-- run: … -->` is typed and not shown.
 *
 *   pnpm docs:tour [--check]
 */

const PAGE = path.join(import.meta.dirname, "../docs/tour.md");
const PARTS = /^```console\n([\s\S]*?)^```$|^<!-- run: (.*) -->$/gm;

/** The page, with what is said today. */
async function typeAll(page: string, place: Place): Promise<string> {
  const parts: string[] = [];
  let end = 0;
  for (const match of page.matchAll(PARTS)) {
    const [whole, block, hidden] = match;
    parts.push(page.slice(end, match.index));
    end = match.index + whole.length;
    if (hidden !== undefined) await place.type(hidden);
    parts.push(block === undefined ? whole : await transcript(block, place));
  }
  return [...parts, page.slice(end)].join("");
}

async function transcript(block: string, place: Place): Promise<string> {
  const lines: string[] = [];
  for (const line of block.split("\n")) {
    if (!line.startsWith("$ ")) continue;
    const said = (await place.type(line.slice(2))).trimEnd();
    lines.push(line, ...(said === "" ? [] : [said]));
  }
  return ["```console", ...lines, "```"].join("\n");
}

/** The first line where two texts part. */
function difference(before: string, after: string): string {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const at = now.findIndex((line, index) => line !== old[index]);
  const place = at < 0 ? now.length : at;
  return `docs/tour.md:${place + 1}\n- ${old[place] ?? "(the end)"}\n+ ${now[place] ?? "(the end)"}\n`;
}

async function main(): Promise<void> {
  const before = await readFile(PAGE, "utf8");
  const place = await makePlace();
  const after = await typeAll(before, place).finally(() => place.dispose());
  if (after === before) return;
  const check = process.argv.includes("--check");
  if (!check) await writeFile(PAGE, after);
  process.stdout.write(
    `${check ? "out of date, run pnpm docs:tour" : "written"}: ${difference(before, after)}`,
  );
  process.exitCode = check ? 1 : 0;
}

await main();
