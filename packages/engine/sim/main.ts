import { execFileSync } from "node:child_process";
import { writeSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { mutate } from "./mutate.ts";
import type { Outcome } from "./simulate.ts";
import { spread } from "./spread.ts";

/*
 * Runs seed after seed, and says of each that failed how to see it again:
 *
 *   pnpm sim --seeds 200 --from 1      on all processors; --jobs 1: on one
 *   pnpm sim --seed 48 --trace
 *   pnpm sim --mutant zeroGrace        until the first seed that notices
 *   pnpm sim --seeds 500 --coverage    and what was never met
 */

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    trace: { type: "boolean", default: false },
    mutant: { type: "string" },
    coverage: { type: "boolean", default: false },
    jobs: { type: "string" },
    json: { type: "boolean", default: false },
  },
});
if (values.mutant !== undefined) mutate(values.mutant);
// Only now, so that whoever loads the engine loads the mutant.
const { shrink } = await import("./shrink.ts");
const { ENOUGH, holesIn } = await import("./coverage.ts");
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const say = (line: string) => writeSync(1, `${line}\n`);
const seen = new Map<string, number>();
const failures: Outcome[] = [];

const task = { mutant: values.mutant ?? null, trace: values.trace };
const began = performance.now();
for await (const outcome of spread(
  from,
  count,
  task,
  values.jobs === undefined ? undefined : Number(values.jobs),
)) {
  for (const [word, times] of outcome.seen) seen.set(word, (seen.get(word) ?? 0) + times);
  for (const line of outcome.trace) say(line);
  if (outcome.verdict === null) continue;
  failures.push(outcome);
  if (values.mutant !== undefined) {
    say(
      `${values.mutant} is noticed by seed ${outcome.seed}: ${outcome.verdict.invariant} ${outcome.verdict.evidence.slice(0, 150)}`,
    );
    break;
  }
  if (!values.json) await report(outcome);
}
const holes = values.coverage && count >= ENOUGH ? holesIn(seen) : [];
if (values.coverage)
  for (const [word, times] of [...seen].sort()) say(`${String(times).padStart(8)} ${word}`);
for (const hole of holes) say(hole);
const each = (process.cpuUsage().user / 1000 / count).toFixed(0);
const took = ((performance.now() - began) / 1000).toFixed(0);
say(`${count} seeds, ${failures.length} failed, in ${took} s, ${each} ms of processor each`);
if (values.json) {
  const failed = failures.map(({ seed, verdict }) => ({ seed, ...verdict }));
  say(JSON.stringify({ seeds: count, failed, seen: Object.fromEntries(seen) }));
}
process.exitCode = failures.length + holes.length > 0 ? 1 : 0;

async function report({ seed, verdict, faults }: Outcome): Promise<void> {
  if (verdict === null) return;
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  say(`seed ${seed} broke ${verdict.invariant}, ${verdict.says}`);
  say(`   after ${(verdict.at / 1000).toFixed(1)} s: ${verdict.evidence}`);
  const needed = await shrink(seed, faults, verdict.invariant);
  for (const { kind, at, agent, point } of needed)
    say(
      `   ${(at / 1000).toFixed(1)} s  ${kind}  ${agent}${kind.endsWith("point") ? ` ${point?.effect} ${point?.when}` : ""}`,
    );
  say(`   see it again: pnpm sim --seed ${seed} --trace   (at ${commit})`);
}
