import process from "node:process";
import { parseArgs } from "node:util";
import { pinnedVersion } from "./agent-clis.ts";
import { delivery } from "./conformance/delivery.ts";
import { dialog } from "./conformance/dialog.ts";
import { endAll } from "./conformance/engine.ts";
import { idle } from "./conformance/idle.ts";
import { latency } from "./conformance/latency.ts";
import { memory } from "./conformance/memory.ts";
import { writePage } from "./conformance/page.ts";
import { type Measure, PARTS, type Part, type Row, type Wish } from "./conformance/row.ts";
import { states } from "./conformance/states.ts";
import { DRIVEN_CLIS, type DrivenCli } from "./driven.ts";

/*
 * The real programs in the hands of the real engine, measured. It ends with 1
 * when anything was otherwise than it has to be.
 *
 *   pnpm conformance                                         everything; an hour of it is the idle one
 *   pnpm conformance --cli claude,codex --only delivery --trials 5
 *   pnpm conformance --write                                 and docs/conformance.md says what came of it
 */

const MEASURES: Readonly<Record<Part, Measure>> = { states, delivery, dialog, idle, latency, memory };

const { values } = parseArgs({
  options: {
    cli: { type: "string", default: DRIVEN_CLIS.join() },
    only: { type: "string", default: PARTS.join() },
    trials: { type: "string", default: "100" },
    "idle-minutes": { type: "string", default: "60" },
    write: { type: "boolean", default: false },
  },
});
const clis = chosen("--cli", values.cli, DRIVEN_CLIS);
const parts = chosen("--only", values.only, PARTS);
const wish: Wish = { trials: Number(values.trials), idleMinutes: Number(values["idle-minutes"]) };

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => void endAll().then(() => process.exit(130)));

const rows: Row[] = [];
/** One page at a time. */
let written: Promise<void> = Promise.resolve();
// One after the other, for they would make each other slow; but all are idle together.
for (const part of parts)
  if (part === "idle") await Promise.all(clis.map((cli) => measure(part, cli)));
  else for (const cli of clis) await measure(part, cli);
const wrong = rows.filter((row) => row.wrong.length > 0);
process.stdout.write(`\n${rows.length - wrong.length} right, ${wrong.length} wrong\n`);
process.exit(wrong.length > 0 ? 1 : 0);

async function measure(part: Part, cli: DrivenCli): Promise<void> {
  const version = await pinnedVersion(cli);
  try {
    for await (const finding of MEASURES[part](cli, wish)) tell({ part, cli, version, ...finding });
  } catch (error) {
    const what = "the whole part";
    tell({ part, cli, version, what, trials: 1, good: 0, figures: {}, wrong: [String(error)] });
  }
  // At once: who measures for hours may be interrupted.
  const own = rows.filter((row) => row.part === part && row.cli === cli);
  if (values.write) written = written.then(() => writePage(own));
  await written;
}

function tell(row: Row): void {
  rows.push(row);
  const { cli, part, what, good, trials, figures, wrong } = row;
  const said = Object.entries(figures).map(([name, figure]) => `${name} ${figure}`);
  process.stdout.write(
    `${wrong.length > 0 ? "WRONG" : "ok   "} ${cli.padEnd(9)}${part.padEnd(9)} ${what.padEnd(24)} ${good}/${trials}  ${said.join(" · ")}\n`,
  );
  for (const one of wrong) process.stdout.write(`${one}\n`);
}

function chosen<T extends string>(flag: string, said: string, known: readonly T[]): readonly T[] {
  const names = said.split(",");
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new Error(`${flag} ${unknown}: there are ${known.join(", ")}`);
  return known.filter((one) => names.includes(one));
}
