import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import {
  Failure,
  type Path,
  type PlacedDocument,
  readToml,
  take,
  withPlaces,
  writeWhole,
} from "@fleet/engine";
import { type Keys, linesFor, withKeys } from "./fleet-file/edit.ts";
import { parseFleetFile } from "./fleet-file.ts";

/** In milliseconds: others hold the file for a moment only. */
const PATIENCE = 10_000;

/** Which table of fleet.toml is meant. */
export type FleetTable = "engine" | { readonly project: string };

/**
 * Changes, adds or takes out (null) keys of one table of fleet.toml. Nothing
 * else of the file changes by a byte. True when there was something to change.
 * @throws Failure UNKNOWN_NAME, INVALID_FILE with the edit to make by hand, BUSY
 */
export const editFleet = (root: string, table: FleetTable, keys: Keys): Promise<boolean> =>
  changeFleet(root, (bytes) => editedFleet(bytes, table, keys));

/** Replaces fleet.toml by what is made of it, whole. One writer at a time. True when it is another text now. */
export async function changeFleet(
  root: string,
  change: (bytes: Uint8Array) => Promise<string>,
): Promise<boolean> {
  const deadline = Date.now() + PATIENCE;
  let lock = await take(root, "command");
  for (; lock === null; lock = await take(root, "command")) {
    if (Date.now() > deadline)
      throw new Failure("BUSY", "another command is changing fleet.toml", {
        hint: "try again when it has ended",
      });
    await wait(20);
  }
  try {
    const file = await realpath(path.join(root, "fleet.toml"));
    const before = await readFile(file);
    const next = await change(before);
    if (before.equals(Buffer.from(next))) return false;
    await writeWhole(file, next, (await stat(file)).mode & 0o777);
    return true;
  } finally {
    await lock.release();
  }
}

/** The bytes of a fleet.toml with a table changed, as text. @throws Failure */
export async function editedFleet(bytes: Uint8Array, table: FleetTable, keys: Keys): Promise<string> {
  const document = await readPlaced(bytes);
  const at = pathOf(document, table);
  const edited = withKeys(document, at, keys);
  if (edited !== null && (await isWhat(document, edited, at, keys))) {
    const next = BOM.test(textOf(bytes)) ? `\uFEFF${edited}` : edited;
    await checkFleet(next);
    return next;
  }
  const where = table === "engine" ? "[engine]" : `the [[project]] "${table.project}"`;
  throw new Failure("INVALID_FILE", `${where} is laid out so that only you can change it`, {
    hint: `write there yourself:\n${linesFor(keys)}`,
  });
}

const BOM = /^\uFEFF/;
const textOf = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

async function readPlaced(bytes: Uint8Array): Promise<PlacedDocument> {
  const read = readToml("fleet.toml", bytes, { limit: bytes.byteLength + 1 });
  const placed = read.ok ? await withPlaces(read.value) : read;
  if (placed.ok) return placed.value;
  throw unusable(placed.problems);
}

async function checkFleet(text: string): Promise<void> {
  const parsed = await parseFleetFile("fleet.toml", new TextEncoder().encode(text));
  if (!parsed.ok) throw unusable(parsed.problems);
}

const unusable = (problems: Failure["problems"]): Failure =>
  new Failure("INVALID_FILE", "fleet.toml can't be changed like that", {
    problems,
    hint: "correct it first: fleet validate",
  });

function pathOf({ value }: PlacedDocument, table: FleetTable): Path {
  if (table === "engine") return ["engine"];
  const projects: readonly unknown[] = Array.isArray(value.project) ? value.project : [];
  const index = projects.findIndex((one) => isTable(one) && one.name === table.project);
  if (index === -1) throw new Failure("UNKNOWN_NAME", `fleet.toml has no project "${table.project}"`);
  return ["project", index];
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Says the new text what it is to say, and nothing else than before? */
async function isWhat(document: PlacedDocument, edited: string, at: Path, keys: Keys): Promise<boolean> {
  const read = readToml("fleet.toml", new TextEncoder().encode(edited), { limit: edited.length * 4 + 1 });
  if (!read.ok) return false;
  const expected: Record<string, unknown> = structuredClone(document.value);
  const [name = "", index] = at;
  if (typeof index !== "number") expected[name] ??= {};
  const top = expected[name];
  const target: unknown = typeof index === "number" ? (top as readonly unknown[])[index] : top;
  if (!isTable(target)) return false;
  for (const [key, value] of Object.entries(keys)) {
    if (value === null) delete target[key];
    else target[key] = value;
  }
  if (Object.keys(target).length === 0 && !(name in document.value)) delete expected[name];
  return isDeepStrictEqual(plain(read.value.value), plain(expected));
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
