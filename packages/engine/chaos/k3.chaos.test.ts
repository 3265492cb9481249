import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { completed, isOver, onTrial, startUp, type Trial, times } from "./trial.ts";
import { phasesOf } from "./world.ts";

/** Back after a death of all, in milliseconds: new server, new sessions, on a machine that has other work. */
const BOUND = 15_000;

async function kill(trial: Trial): Promise<boolean> {
  await wait(trial.dice.between(300, 2_500));
  const { code, out } = await trial.world.tmux("display-message", "-p", "#{pid}");
  if (code !== 0 || isOver(trial)) return false;
  process.kill(Number(out), "SIGKILL");
  return true;
}

it(
  "has everybody back and leaves no process behind whenever the tmux server is killed",
  async () => {
    const due = times(15, 100);
    let killed = 0;
    for (let round = 0; killed < due; round += 1) {
      const facts = await onTrial({ phases: phasesOf(5) }, round, async (trial) => {
        await startUp(trial);
        while (!isOver(trial) && killed < due) if (await kill(trial)) killed += 1;
        await completed(trial);
        return trial.judge({ harmed: true, bound: BOUND });
      });
      expect(facts.handoffs).toBe(20);
    }
  },
  times(300_000, 3_600_000),
);
