import { setTimeout as wait } from "node:timers/promises";
import type { World } from "@fleet/engine";

const PAUSE = 2_000;
const CLEAR = "\u001b[2J\u001b[H";

/** Shows a text again whenever it has changed, until the user has seen enough: in place on a terminal, elsewhere the lines that are new. */
export async function watchText(read: () => Promise<string>, world: World): Promise<number> {
  let before: ReadonlySet<string> | null = null;
  let shown = "";
  while (!world.signal.aborted) {
    const text = await read();
    const lines = text.split("\n").filter((line) => line !== "");
    if (text !== shown && !world.signal.aborted) {
      if (world.live) world.out(CLEAR + text);
      else for (const line of lines) if (!before?.has(line)) world.out(`${line}\n`);
    }
    shown = text;
    before = new Set(lines);
    await wait(PAUSE, undefined, { signal: world.signal }).catch(() => {});
  }
  return 130;
}
