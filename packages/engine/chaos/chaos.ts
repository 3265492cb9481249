import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";

/*
 * pnpm chaos                          every run, in the size of the gate
 * pnpm chaos K1 K3 --full --seed 48   two of them, long, and as they were thrown before
 * pnpm chaos K5 --minutes 30          a storm over three projects
 * pnpm chaos soak --minutes 60        memory, open files and faults over a time
 */

const STORMS = ["k5", "soak"];
const RUNS = ["k1", "k2", "k3", "k4", "k6", "k7", "k8", "k9"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean" }, seed: { type: "string" }, minutes: { type: "string" } },
});
const names = positionals.map((name) => name.toLowerCase());
const unknown = names.filter((name) => !RUNS.includes(name) && !STORMS.includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `chaos: there is no run ${unknown.join(", ")}; runs: ${[...RUNS, ...STORMS].join(" ")}\n`,
  );
  process.exit(2);
}
const storms = names.filter((name) => STORMS.includes(name));
const runs = names.filter((name) => RUNS.includes(name));
const projects = [
  ...(storms.length > 0 ? ["--project", "storm"] : []),
  ...(runs.length > 0 || names.length === 0 ? ["--project", "chaos"] : []),
];
const files = names.map((name) => `chaos/${name}.`);
const env = {
  ...process.env,
  ...(values.full ? { CHAOS_FULL: "1" } : {}),
  ...(values.seed === undefined ? {} : { CHAOS_SEED: values.seed }),
  ...(values.minutes === undefined ? {} : { CHAOS_MINUTES: values.minutes }),
};
const root = path.join(import.meta.dirname, "../../..");
const vitest = path.join(root, "node_modules/.bin/vitest");
const child = spawn(vitest, ["run", ...projects, ...files], { cwd: root, env, stdio: "inherit" });
const [code] = await once(child, "exit");
process.exitCode = code ?? 1;
