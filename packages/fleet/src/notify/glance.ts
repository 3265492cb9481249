import { existsSync, readdirSync } from "node:fs";
import { isHeld } from "@fleet/engine";
import type { FoundFleet } from "../find.ts";
import { homeOf, spoolOf } from "./home.ts";

/** What fails for a moment is told when it is over. */
const WORTH_A_WORD = 10 * 60_000;

/**
 * What a person should know who does not ask how it goes with the receivers;
 * null: nothing. For `status`, so that no library is loaded and no file is read.
 */
export async function glanceAtReceivers(
  { root, fleet }: FoundFleet,
  { isUp, now }: { readonly isUp: boolean; readonly now: number },
): Promise<string | null> {
  if (fleet.receivers.length === 0) return null;
  const untold = fleet.receivers.map(({ name }) => name).filter((name) => isUntold(spoolOf(root, name), now));
  if (untold.length > 0) return `${untold.join(", ")} can't be told what happens: fleet notify status`;
  return isUp && !(await isHeld(homeOf(root), "notifier"))
    ? "nobody is told what happens, for no notifier runs: fleet notify test starts one"
    : null;
}

/** Something was put aside, or has been tried for long: the names of the files say since when. */
function isUntold(spool: string, now: number): boolean {
  const names = (part: string) => (existsSync(`${spool}/${part}`) ? readdirSync(`${spool}/${part}`) : []);
  return (
    names("bad").some((name) => name.endsWith(".json")) ||
    names("out").some((name) => name.endsWith(".json") && now - Number(name.slice(0, 15)) > WORTH_A_WORD)
  );
}
