import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { BACKENDS } from "../../packages/engine/src/backends/index.ts";
import { viewOf } from "../../packages/engine/src/backends/view.ts";

const FOLDER = path.join(import.meta.dirname, "../../packages/engine/src/backends");
const WARM_UP = 5;

/** Milliseconds that it takes to know what this many captured screens of a program say, time after time; without asking tmux for them. */
export function measureReading(cli: string, screens: number, times: number): readonly number[] {
  const read = BACKENDS[cli]?.read;
  if (read === undefined) throw new Error(`no backend is called ${cli}`);
  const folder = path.join(FOLDER, cli, "captured");
  const captured = readdirSync(folder)
    .filter((file) => file.endsWith(".120x40.ansi.txt"))
    .map((file) => readFileSync(path.join(folder, file), "utf8"));
  const took: number[] = [];
  for (let time = -WARM_UP; time < times; time++) {
    const began = performance.now();
    for (let nth = 0; nth < screens; nth++) read(viewOf(captured[nth % captured.length] ?? "", "", 0));
    if (time >= 0) took.push(performance.now() - began);
  }
  return took;
}
