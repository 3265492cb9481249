import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { completed, isOver, onTrial, startUp, type Trial, times } from "./trial.ts";
import { phasesOf } from "./world.ts";

const MINUTE = 60_000;
const STEPS = [1, 5, 20, 60, 48 * 60] as const;

/** Somebody sets the clock, or the machine slept: then its watchdog stood still as well, and the clock is ahead when it wakes. */
async function step({ world, keeper, dice }: Trial, offset: number): Promise<number> {
  const sleeps = dice.throw() < 0.3;
  const back = !sleeps && dice.throw() < 0.5;
  const next = offset + dice.pick(STEPS) * MINUTE * (back ? -1 : 1);
  const pid = await keeper.held();
  if (sleeps) process.kill(pid, "SIGSTOP");
  await world.chaos("offset", String(next));
  if (sleeps) process.kill(pid, "SIGCONT");
  return next;
}

it(
  "restarts nobody who works or waits when the clock is set, forward, backward or by a sleep",
  async () => {
    const due = times(10, 50);
    let stepped = 0;
    for (let round = 0; stepped < due; round += 1) {
      const facts = await onTrial({ phases: phasesOf(5), pace: "0.1" }, round, async (trial) => {
        await startUp(trial);
        let offset = 0;
        while (!isOver(trial) && stepped < due) {
          offset = await step(trial, offset);
          stepped += 1;
          await wait(trial.dice.between(500, 1_500));
        }
        await completed(trial);
        return trial.judge({});
      });
      expect(facts).toMatchObject({ handoffs: 20, untold: 0 });
    }
  },
  times(240_000, 1_800_000),
);
