import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { processesByInstance } from "../../src/host/processes.ts";
import { createStore } from "../../src/host/store.ts";
import type { Drive } from "../driven.ts";
import { shell } from "../model-api/step.ts";
import { inEngine, rests } from "./engine.ts";
import type { Measure } from "./row.ts";

const MACHINE = 24 * 1024;
/** For what the agents run. */
const TOOLS = 6 * 1024;

/** After a turn with a tool, two of a kind at a time, as agents share the pages of their program. */
export const memory: Measure = async function* (cli) {
  yield await inEngine(cli, {}, (first) =>
    inEngine(cli, {}, async (second) => {
      for (const driven of [first, second]) {
        driven.script(shell("ls"), "Hello.");
        await driven.project.up();
        await rests(driven, 2);
      }
      await wait(5_000);
      const { pss, rss, processes } = await sizeOf(first);
      const figures = {
        PSS: `${pss} MB`,
        RSS: `${rss} MB`,
        processes: String(processes),
        "in 24 GiB": String(Math.floor((MACHINE - TOOLS) / pss)),
      };
      return { what: "after a turn", trials: 1, good: 1, figures, wrong: [] };
    }),
  );
};

/** Of everything that carries the run's mark, in megabytes. */
async function sizeOf({ project }: Drive) {
  const { agents } = await createStore(project.state).records();
  const pids = (await processesByInstance()).get(agents.ada?.run?.instance ?? "") ?? [];
  const maps = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "")),
  );
  const sum = (field: string): number =>
    Math.round(
      maps.reduce(
        (sofar, text) => sofar + Number(new RegExp(`^${field}: +(\\d+)`, "m").exec(text)?.[1] ?? 0),
        0,
      ) / 1024,
    );
  return { pss: sum("Pss"), rss: sum("Rss"), processes: pids.length };
}
