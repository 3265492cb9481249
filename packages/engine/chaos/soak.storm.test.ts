import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { storm } from "./storm.ts";
import { type Measured, risesBy } from "./trend.ts";
import { completed, onTrial, startUp, type Trial } from "./trial.ts";
import { phasesOf } from "./world.ts";

const MINUTES = Number(process.env.CHAOS_MINUTES ?? 30);
/** No phase takes less than this. */
const SECONDS_A_PHASE = 2;
const HOUR = 3_600_000;

function measure(pid: number): { readonly rss: number; readonly files: number } | null {
  try {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
    return { rss, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** Which phase is on. */
const phaseOf = ({ world }: Trial): string =>
  JSON.parse(readFileSync(`${world.state}/records.json`, "utf8")).course.phase;

/** How long each handoff took to be seen after its commit, in milliseconds, in the order in which they were. */
function delaysOf({ world }: Trial): readonly number[] {
  const log = ["--git-dir", `${world.home}/remote.git`, "log", "--format=%H %ct", "main"];
  const lines = execFileSync("git", log, { encoding: "utf8" }).trim().split("\n");
  const made = new Map(lines.map((line) => [line.slice(0, 40), Number(line.slice(41)) * 1_000]));
  return readFileSync(`${world.state}/journal.jsonl`, "utf8")
    .split("\n")
    .filter((line) => line.includes('"handoffs-seen"'))
    .flatMap((line) => {
      const { at, head } = JSON.parse(line);
      const commit = made.get(head);
      return commit === undefined ? [] : [at - commit];
    });
}

const median = (all: readonly number[]): number =>
  all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? 0;

/** Git tells whole seconds. */
const SECOND = 1_000;

/** What comes after the first fifth: until then the program is still being compiled as it runs. */
const settled = (all: readonly Measured[]): readonly Measured[] => all.slice(Math.floor(all.length / 5));

it(
  "works through phase after phase with the memory, the open files and the speed that it began with",
  async () => {
    const phases = phasesOf(Math.max(5, Math.ceil((MINUTES * 60) / SECONDS_A_PHASE)));
    await onTrial({ phases, pace: "0.05" }, 0, async (trial) => {
      await startUp(trial);
      const pid = await trial.keeper.held();
      const rss: Measured[] = [];
      const files: Measured[] = [];
      const began = performance.now();
      while (performance.now() - began < MINUTES * 60_000) {
        await wait(1_000);
        const now = measure(pid);
        if (now === null) break;
        const at = performance.now() - began;
        rss.push({ at, value: now.rss });
        files.push({ at, value: now.files });
      }
      const delays = delaysOf(trial);
      const early = median(delays.slice(0, delays.length / 5));
      const late = median(delays.slice(-delays.length / 5));
      const done = await trial.world.endAfter(phaseOf(trial));
      await completed(trial);
      const facts = await trial.judge({ phases: done });
      const memory = risesBy(settled(rss));
      const open = risesBy(settled(files));
      process.stdout.write(
        `${JSON.stringify({ ...facts, memory: memory.slope * HOUR, noise: memory.noise * HOUR, files: open.slope * HOUR, early, late })}\n`,
      );
      // What could be chance is no leak: a short run can't tell, a long one can.
      expect((memory.slope - 2 * memory.noise) * HOUR).toBeLessThan(1);
      expect((open.slope - 2 * open.noise) * HOUR).toBeLessThan(1);
      expect(late).toBeLessThan(3 * early + SECOND);
    });
  },
  (MINUTES + 15) * 60_000,
);

it(
  "loses no phase and no handoff in as long a time of faults",
  async () => {
    const until = performance.now() + MINUTES * 60_000;
    for (let round = 0; performance.now() < until; round += 1)
      await onTrial({ phases: phasesOf(6) }, round, async (trial) => {
        await startUp(trial);
        await storm(trial, () => performance.now() > until);
        await completed(trial, 180);
        return trial.judge({ harmed: true, bound: 30_000 });
      });
  },
  (MINUTES + 15) * 60_000,
);
