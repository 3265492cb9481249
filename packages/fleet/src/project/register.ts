import { Failure } from "@fleet/engine";
import { changeFleet } from "../edit-fleet.ts";
import { parseFleetFile } from "../fleet-file.ts";
import { appendEntry, planEntry } from "./plan.ts";

/** Puts the project at the end of fleet.toml. */
export const register = (root: string, name: string, path?: string): Promise<boolean> =>
  changeFleet(root, (bytes) => withEntry(bytes, name, path));

/** fleet.toml with the project in it. @throws Failure INVALID_FILE when it can't be added at the end */
export async function withEntry(bytes: Uint8Array, name: string, path?: string): Promise<string> {
  const next = appendEntry(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    planEntry(name, path),
  );
  const parsed = await parseFleetFile("fleet.toml", new TextEncoder().encode(next));
  if (parsed.ok) return next;
  throw new Failure("INVALID_FILE", `${name} can't be added to fleet.toml`, {
    problems: parsed.problems,
    hint: "correct it first; projects are written as [[project]] tables",
  });
}
