import { readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { completed, FULL, onTrial, startUp, type Trial, times } from "./trial.ts";
import { phasesOf, until } from "./world.ts";

/** Each effect of the watchdog on the world, before and after it; of a file also between its writing and its being there. */
const AT_WORK = [
  ...["store.save", "store.journal", "store.queue", "store.settle", "terminal.claim", "terminal.open"],
  ...["terminal.close", "terminal.paste", "terminal.press", "mirror.fetch", "signal"],
  ...["write.records.json", "write.new", "write.done", "write.kickoffs"],
].flatMap((effect) => [`${effect}:before`, `${effect}:after`]);
const TORN = ["records.json", "new", "done", "kickoffs"].map((kind) => `rename.${kind}:before`);
const AT_THE_END = [
  "write.SEQUENCE-COMPLETE:before",
  "rename.SEQUENCE-COMPLETE:before",
  "write.SEQUENCE-COMPLETE:after",
];
const GOING_DOWN = ["signal:before", "signal:after", "terminal.close:before", "terminal.close:after"];

const killedAt = ({ world }: Trial): readonly string[] => {
  try {
    return readFileSync(path.join(world.home, "chaos/killed"), "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
};

/** What happens often in one life; then it is not always the first time that counts. */
const OFTEN = /^(?:store\.(?:save|journal)|write\.records\.json|terminal\.press):/;

const arm = ({ world, dice }: Trial, points: readonly string[]): Promise<void> =>
  world.chaos(
    "plan",
    points.map((point) => `${point} ${OFTEN.test(point) ? dice.between(1, 3) : 1}\n`).join(""),
  );

it(
  "loses nothing and does nothing twice when its watchdog is killed before and after each effect",
  async () => {
    for (let round = 0; round < times(1, 3); round += 1) {
      const points = [...AT_WORK, ...TORN, ...AT_THE_END];
      // Nobody is asked to quit, so that a signal is surely sent; in the other runs they are.
      const supervision = { quit_grace: '"0s"' };
      const phases = phasesOf(FULL ? 8 : 5);
      const facts = await onTrial({ phases, supervision }, round, async (trial) => {
        await startUp(trial);
        await arm(trial, points);
        await completed(trial, 240);
        const died = killedAt(trial).map((line) => line.split(" ")[0]);
        expect(died.toSorted()).toEqual(points.toSorted());
        return trial.judge({});
      });
      expect(facts).toMatchObject({ untold: 0 });
    }
  },
  times(360_000, 3_600_000),
);

it(
  "stops everybody though its watchdog is killed at each effect of stopping them",
  async () => {
    for (let round = 0; round < times(1, 3); round += 1)
      await onTrial({ phases: phasesOf(40) }, round, async (trial) => {
        await startUp(trial);
        await arm(trial, GOING_DOWN);
        process.kill(await trial.keeper.held(), "SIGKILL");
        await trial.keeper.held();
        await trial.world.agents("down");
        await until("all of it happened", () => killedAt(trial).length === GOING_DOWN.length, 60);
        await trial.judge({ unfinished: true, harmed: true });
      });
  },
  times(120_000, 600_000),
);
