import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { expect, it } from "vitest";
import { storm } from "./storm.ts";
import { completed, onTrial, startUp } from "./trial.ts";
import { phasesOf, run } from "./world.ts";

const MINUTES = Number(process.env.CHAOS_MINUTES ?? 30);

/** Sessions with names like the projects' own, on a server that is not theirs. */
async function neighbours() {
  const folder = await mkdtemp(path.join(tmpdir(), "fleet-canary-"));
  const socket = path.join(folder, "tmux.sock");
  const tmux = (...words: readonly string[]) =>
    run("tmux", ["-S", socket, "-f", "/dev/null", ...words], { PATH: process.env.PATH }, folder);
  for (const name of ["demo-builder", "demo-builder2", "demo-", "demo-adversary"])
    await tmux("new-session", "-d", "-s", name, "sleep 1000000");
  return {
    socket,
    prefix: "demo-",
    async end() {
      await tmux("kill-server");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

it(
  "weathers a storm of everything in three projects side by side, and touches no neighbour",
  async () => {
    const neighbour = await neighbours();
    const until = performance.now() + MINUTES * 60_000;
    const enough = () => performance.now() > until;
    let faults = 0;
    const project = async (nth: number): Promise<void> => {
      for (let round = nth; !enough(); round += 3)
        await onTrial({ phases: phasesOf(6), neighbour }, round, async (trial) => {
          await startUp(trial);
          faults += await storm(trial, enough);
          await completed(trial, 180);
          return trial.judge({ harmed: true, bound: 30_000 });
        });
    };
    const ended = await Promise.allSettled([0, 1, 2].map(project));
    await neighbour.end();
    const failed = ended.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    if (failed.length > 0) throw failed[0];
    expect(faults).toBeGreaterThan(0);
  },
  (MINUTES + 15) * 60_000,
);
