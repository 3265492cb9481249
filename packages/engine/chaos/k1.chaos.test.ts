import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { completed, isOver, onTrial, startUp, type Trial, times } from "./trial.ts";
import { phasesOf } from "./world.ts";

/** At any moment of a life: while it loads, as it takes over, at work. */
async function kill({ keeper, dice }: Trial): Promise<void> {
  const late = dice.pick([
    () => dice.between(0, 250),
    () => dice.between(250, 500),
    () => dice.between(500, 1500),
  ]);
  const before = keeper.starts;
  await wait(late());
  const pid = keeper.pid();
  if (pid === null || keeper.starts !== before) return;
  process.kill(pid, "SIGKILL");
}

it(
  "loses no phase, starts nobody twice and tells each handoff once, whenever its watchdog is killed",
  async () => {
    const due = times(60, 500);
    let killed = 0;
    for (let round = 0; killed < due; round += 1) {
      const facts = await onTrial({ phases: phasesOf(6) }, round, async (trial) => {
        await startUp(trial);
        const before = trial.keeper.starts;
        while (!isOver(trial) && killed + trial.keeper.starts - before < due) await kill(trial);
        await completed(trial);
        return trial.judge({});
      });
      killed += (facts.watchdogs ?? 1) - 1;
      expect(facts).toMatchObject({ handoffs: 24, untold: 0 });
    }
  },
  times(300_000, 3_600_000),
);
