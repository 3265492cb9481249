import { cpus } from "node:os";
import process from "node:process";
import { parseArgs } from "node:util";
import { renderFigures, say } from "./figures.ts";
import { fleetFigures } from "./fleet.ts";
import { loopFigures } from "./loop.ts";

/*
 * pnpm bench loop [--agents 10,100,1000] [--idle SECONDS] [--times N] [--json]
 * pnpm bench fleet [--projects 1000,10000] [--up N] [--times N] [--json]
 *
 * How fast the watchdog is, and how fast the commands for many projects are,
 * beside what their parts cost in the same run. Figures of a noisy machine are
 * for ratios, not for absolutes.
 */

const USAGE = `usage: pnpm bench loop [--agents 10,100,1000] [--idle SECONDS] [--times N] [--json]
       pnpm bench fleet [--projects 1000,10000] [--up N] [--times N] [--json]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    agents: { type: "string", default: "10,100,1000" },
    idle: { type: "string", default: "60" },
    projects: { type: "string", default: "1000,10000" },
    up: { type: "string", default: "100" },
    times: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const numbers = (list: string): readonly number[] => list.split(",").map(Number);

const FIGURES = {
  loop: () =>
    loopFigures({
      agents: numbers(values.agents),
      idle: Number(values.idle),
      times: Number(values.times ?? 20),
    }),
  fleet: () =>
    fleetFigures({
      projects: numbers(values.projects),
      up: Number(values.up),
      times: Number(values.times ?? 5),
    }),
} as const;

const [subject, ...more] = positionals;
if ((subject === "loop" || subject === "fleet") && more.length === 0) {
  const figures = await FIGURES[subject]();
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, Node ${process.version}`;
  process.stdout.write(
    values.json ? `${JSON.stringify({ machine, figures })}\n` : `${machine}\n\n${renderFigures(figures)}`,
  );
} else {
  say(USAGE);
  process.exitCode = 2;
}
