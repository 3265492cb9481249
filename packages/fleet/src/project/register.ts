import { Failure } from "@fleet/engine";
import { changeFleet } from "../edit-fleet.ts";
import { parseFleetFile } from "../fleet-file.ts";
import { appendEntry, type Home, planEntry } from "./plan.ts";

type Entry = Pick<Home, "path" | "enabled">;

/** Puts the project at the end of fleet.toml. */
export const register = (root: string, name: string, entry?: Entry): Promise<boolean> =>
  changeFleet(root, (bytes) => withEntry(bytes, name, entry));

/** fleet.toml with the project in it. @throws Failure INVALID_FILE when it can't be added at the end */
export async function withEntry(bytes: Uint8Array, name: string, entry?: Entry): Promise<string> {
  const next = appendEntry(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes),
    planEntry(name, entry),
  );
  const parsed = await parseFleetFile("fleet.toml", new TextEncoder().encode(next));
  if (parsed.ok) return next;
  throw new Failure("INVALID_FILE", `${name} can't be added to fleet.toml`, {
    problems: parsed.problems,
    hint: "correct it first; projects are written as [[project]] tables",
  });
}
