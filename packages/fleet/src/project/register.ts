import { readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Failure, take, writeWhole } from "@fleet/engine";
import { parseFleetFile } from "../fleet-file.ts";
import { appendEntry, planEntry } from "./plan.ts";

/** In milliseconds: others hold the file for a moment only. */
const PATIENCE = 10_000;

/** Puts the project at the end of fleet.toml, which is replaced whole. One writer at a time. */
export async function register(root: string, name: string): Promise<void> {
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
    const next = await withEntry(await readFile(file), name);
    await writeWhole(file, next, (await stat(file)).mode & 0o777);
  } finally {
    await lock.release();
  }
}

/** fleet.toml with the project in it. @throws Failure INVALID_FILE when it can't be added at the end */
export async function withEntry(bytes: Uint8Array, name: string): Promise<string> {
  const next = appendEntry(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), planEntry(name));
  const parsed = await parseFleetFile("fleet.toml", new TextEncoder().encode(next));
  if (parsed.ok) return next;
  throw new Failure("INVALID_FILE", `${name} can't be added to fleet.toml`, {
    problems: parsed.problems,
    hint: "correct it first; projects are written as [[project]] tables",
  });
}
