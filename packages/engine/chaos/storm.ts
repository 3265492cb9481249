import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { isOver, type Trial } from "./trial.ts";

/** One thing that goes wrong, by chance, with a project that is at work. */
export type Fault = (trial: Trial) => Promise<unknown>;

const strike = (pid: number | null, name: NodeJS.Signals): boolean => {
  try {
    return pid !== null && pid > 0 && process.kill(pid, name);
  } catch {
    return false;
  }
};

const AGENTS = ["builder", "adversary", "orchestrator", "forge"] as const;

const pane = async ({ world, dice }: Trial): Promise<number> => {
  const target = `=demo-${dice.pick(AGENTS)}:`;
  return Number((await world.tmux("display-message", "-p", "-t", target, "#{pane_pid}")).out.trim() || 0);
};

const watchdog: Fault = async ({ keeper }) => strike(keeper.pid(), "SIGKILL");
const agent: Fault = async (trial) => strike((await pane(trial)) || null, "SIGKILL");
const server: Fault = async ({ world }) =>
  strike(Number((await world.tmux("display-message", "-p", "#{pid}")).out.trim() || 0), "SIGKILL");

/** The machine is slow: everything stands still for a moment, and nobody is to conclude anything from it. */
const pause: Fault = async ({ keeper, dice }) => {
  const pid = keeper.pid();
  strike(pid, "SIGSTOP");
  await wait(dice.between(100, 1_500));
  strike(pid, "SIGCONT");
};

const FAULTS = [watchdog, watchdog, watchdog, agent, agent, pause, server] as const;

/** Faults at random, with quiet times between them in which all must come right, until the work is done or it is enough. */
export async function storm(trial: Trial, enough: () => boolean): Promise<number> {
  let faults = 0;
  while (!isOver(trial) && !enough()) {
    await wait(trial.dice.throw() < 0.1 ? 5_000 : trial.dice.between(100, 2_000));
    if (isOver(trial)) break;
    await trial.dice.pick(FAULTS)(trial);
    faults += 1;
  }
  return faults;
}
