import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { onTrial, times } from "./trial.ts";
import { until } from "./world.ts";

const commands = (): readonly string[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      } catch {
        return "";
      }
    });

const AGENTS = ["ada", "bob", "cyd"].map((name) => `[agents.${name}]\nkind = "persistent"`).join("\n");

it(
  "has one watchdog and one run of each agent after sixty at once said up",
  async () => {
    for (let round = 0; round < times(1, 50); round += 1)
      await onTrial({ phases: [], agents: AGENTS }, round, async ({ world, keeper, judge }) => {
        await keeper.stop();
        const ran = await Promise.all(Array.from({ length: 60 }, () => world.agents("up")));
        const wrong = ran.filter(({ code, out }) => code !== 0 && !(code === 4 && out.includes("under way")));
        expect(wrong).toEqual([]);
        expect(ran.some(({ code }) => code === 0)).toBe(true);
        const own = (words: string) => commands().filter((line) => line.includes(`${words} ${world.home}`));
        const one = { keepers: 1, watchdogs: 1 };
        await until("one watchdog and one keeper are left", () => {
          const keepers = own("agents keep").length;
          const watchdogs = own("watchdog --config").length;
          return keepers === one.keepers && watchdogs === one.watchdogs;
        });
        const again = await world.agents("up");
        expect(again.out.match(/unchanged/g)).toHaveLength(3);
        await judge({});
      });
  },
  times(240_000, 7_200_000),
);
