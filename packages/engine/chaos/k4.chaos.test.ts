import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { completed, isOver, onTrial, startUp, type Trial, times } from "./trial.ts";
import { phasesOf, until } from "./world.ts";

const BOUND = 15_000;

/** The pane's own process of an agent that is alive. */
async function paneOf({ world }: Trial, agent: string): Promise<number | null> {
  const { out } = await world.tmux(
    "display-message",
    "-p",
    "-t",
    `=demo-${agent}:`,
    "#{pane_dead} #{pane_pid}",
  );
  return out.startsWith("0 ") ? Number(out.slice(2)) : null;
}

const childrenOf = (pid: number): readonly number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((child) => child > 0 && parentOf(child) === pid);

function parentOf(pid: number): number {
  try {
    return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "latin1"))?.[1]);
  } catch {
    return 0;
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** The agent, or what it has started: its git, its wait for a key. */
async function harm(trial: Trial): Promise<boolean> {
  const { dice } = trial;
  await wait(dice.between(50, 600));
  const pid = await paneOf(trial, dice.pick(["builder", "adversary", "orchestrator", "forge"]));
  if (pid === null || isOver(trial)) return false;
  const [child = pid] = childrenOf(pid);
  return signal(dice.throw() < 0.6 ? pid : child, dice.pick(["SIGKILL", "SIGKILL", "SIGTERM"]));
}

it(
  "restarts whoever is killed, and the work goes on where it was",
  async () => {
    const due = times(55, 450);
    let killed = 0;
    for (let round = 0; killed < due; round += 1)
      await onTrial({ phases: phasesOf(4) }, round, async (trial) => {
        await startUp(trial);
        while (!isOver(trial) && killed < due) if (await harm(trial)) killed += 1;
        await completed(trial);
        return trial.judge({ harmed: true, bound: BOUND });
      });
  },
  times(300_000, 3_600_000),
);

const screenOf = async ({ world }: Trial, agent: string): Promise<string> =>
  (await world.tmux("capture-pane", "-p", "-t", `=demo-${agent}:`)).out.trimEnd();

/** Only who waits: the promise to be back is what a stopped agent breaks. */
async function freeze(trial: Trial, agent: string): Promise<boolean> {
  const pid = await paneOf(trial, agent);
  if (pid === null || !signal(pid, "SIGSTOP")) return false;
  if (/WAITING-UNTIL: \S+\n❯$/.test(await screenOf(trial, agent))) return true;
  signal(pid, "SIGCONT");
  return false;
}

it(
  "ends and restarts whoever is stopped by a signal in the middle of a declared wait",
  async () => {
    const due = times(5, 50);
    const supervision = { stall_idle: '"4s"', stall_grace: '"1s"' };
    let frozen = 0;
    for (let round = 0; frozen < due; round += 1)
      await onTrial({ phases: phasesOf(4), supervision, declared: "2" }, round, async (trial) => {
        await startUp(trial);
        while (!isOver(trial) && frozen < due) {
          await wait(trial.dice.between(200, 1_500));
          if (await freeze(trial, trial.dice.pick(["builder", "adversary"]))) frozen += 1;
        }
        await completed(trial);
        return trial.judge({ harmed: true, bound: BOUND });
      });
  },
  times(240_000, 3_600_000),
);

it("gives up on who dies again and again, at the limit and not one start later", async () => {
  const agents = `[agents.ada]\nkind = "persistent"\nwatch = "heal"\n[agents.bob]\nkind = "persistent"\nwatch = "heal"`;
  await onTrial({ phases: [], agents, supervision: { start_limit: "5" } }, 0, async (trial) => {
    await startUp(trial);
    const bob = await paneOf(trial, "bob");
    const killed = new Set<number>();
    const failed = async () => (await trial.world.agents("status", "-o", "wide")).out.includes("FAILED");
    await until("ada has failed", async () => {
      const pid = await paneOf(trial, "ada");
      if (pid === null || killed.has(pid)) return failed();
      killed.add(pid);
      signal(pid, "SIGKILL");
      return false;
    });
    expect(killed.size).toBe(6);
    expect(await paneOf(trial, "bob")).toBe(bob);
    // The first start and five more, whatever a new watchdog thinks of it.
    for (let nth = 0; nth < 3; nth += 1) process.kill(await trial.keeper.held(), "SIGKILL");
    await trial.keeper.held();
    const facts = await trial.judge({ harmed: true, bound: BOUND });
    expect(facts.runs).toBe(7);
  });
}, 120_000);
