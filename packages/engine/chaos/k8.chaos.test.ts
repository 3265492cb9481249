import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { readHeard } from "./observer/handoffs.ts";
import { onTrial, startUp, type Trial, times } from "./trial.ts";
import { until, type World } from "./world.ts";

const execute = promisify(execFile);

const AGENTS = ["ada", "bob"].map((name) => `[agents.${name}]\nkind = "persistent"`).join("\n");

/** Each takes the watchdog's files away, and gives them back. */
const FAULTS: Readonly<Record<string, (trial: Trial) => Promise<() => Promise<void>>>> = {
  "its disk is full": refusing("ENOSPC"),
  "its disk is read-only": refusing("EROFS"),
  "it may open no more files": async ({ keeper }) => {
    const limit = (files: string) =>
      keeper.held().then((pid) => execute("prlimit", ["--pid", `${pid}`, `--nofile=${files}`]));
    await limit("20:4096");
    return async () => {
      await limit("4096:4096").catch(() => {});
    };
  },
};

function refusing(code: string) {
  return async ({ world }: { readonly world: World }) => {
    await world.chaos("refuse", code);
    return () => world.chaos("refuse", "");
  };
}

const hears = (world: World, name: string, words: string): Promise<unknown> =>
  until(
    `${name} hears "${words}"`,
    () =>
      readHeard(world.state)
        .get(name)
        ?.some((line) => line.endsWith(words)),
    60,
  );

it.each(Object.entries(FAULTS))(
  "has its agents at work, and is at work itself again after a time in which %s",
  async (_, take) => {
    await onTrial({ phases: [], agents: AGENTS }, 0, async (trial) => {
      const { world, dice } = trial;
      await startUp(trial);
      for (let nth = 0; nth < times(3, 20); nth += 1) {
        const give = await take(trial);
        const sent = [`before ${nth}`, `after ${nth}`] as const;
        const asked = world.agents("send", "--no-wait", "ada", sent[0]);
        await wait(dice.between(200, 1_500));
        const { code } = await asked;
        await give();
        expect((await world.agents("send", "--no-wait", "bob", sent[1])).code).toBe(0);
        // Who can't write either says so, and then nothing was sent.
        if (code === 0) await hears(world, "ada", sent[0]);
        await hears(world, "bob", sent[1]);
        await trial.keeper.held();
      }
      for (const lines of readHeard(world.state).values()) expect(new Set(lines).size).toBe(lines.length);
      await trial.judge({ endings: true });
    });
  },
  times(180_000, 1_200_000),
);
