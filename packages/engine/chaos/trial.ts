import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { createDice, type Dice } from "./dice.ts";
import { type Keeper, keep } from "./keeper.ts";
import type { Answer, Order } from "./observer/observer.ts";
import type { Rules, Subject, Verdict } from "./observer/witness.ts";
import { makeWorld, removeWorld, type World, type WorldPlan } from "./world.ts";

/** `CHAOS_FULL=1` means the long numbers, `CHAOS_SEED` replays a run's throws. */
export const FULL = process.env.CHAOS_FULL === "1";
export const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

export const times = (short: number, full: number): number => (FULL ? full : short);

export interface Trial {
  readonly world: World;
  readonly keeper: Keeper;
  readonly dice: Dice;
  /** Ends it: the project is brought down, and the observer says what it saw. `endings`: the watchdog may end by itself, if it comes back. */
  judge(rules: Partial<Rules> & { readonly endings?: boolean }): Promise<Verdict["facts"]>;
}

/** Everything that a trial leaves to be read when it fails: its seed, its folder, and what the observer saw. */
export async function onTrial<T>(
  { neighbour = null, ...plan }: WorldPlan & { readonly neighbour?: Subject["neighbour"] },
  salt: number,
  work: (trial: Trial) => Promise<T>,
): Promise<T> {
  const world = await makeWorld(plan);
  const observer = await observe({ home: world.home, phases: plan.phases, neighbour });
  const keeper = keep(world);
  let evidence: readonly string[] = [];
  const judge: Trial["judge"] = async ({ endings = false, ...rules }) => {
    const whole: Rules = { harmed: false, bound: 60_000, unfinished: false, ...rules };
    await bringDown(world, keeper);
    const verdict = await observer.judge(whole);
    evidence = verdict.evidence;
    const crashes = endings ? [] : keeper.crashes.map((crash) => `the watchdog ended by itself: ${crash}`);
    const wrong = [...verdict.wrong, ...crashes];
    if (wrong.length > 0) throw new Error(wrong.join("\n"));
    return { ...verdict.facts, watchdogs: keeper.starts };
  };
  let passed = false;
  try {
    const result = await work({ world, keeper, dice: createDice(SEED + salt), judge });
    passed = true;
    return result;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const more = [
      `seed ${SEED}`,
      `kept: ${world.home}`,
      ...evidence,
      ...keeper.crashes.slice(-3),
      ...lastOf(world),
    ];
    throw new Error(`${said}\n\n${more.join("\n")}`, { cause: error });
  } finally {
    await keeper.stop();
    await world.tmux("kill-server");
    await observer.end();
    if (passed) await removeWorld(world);
  }
}

/** What was wished stays: whoever is down is down, whatever is done to the watchdog meanwhile. */
async function bringDown(world: World, keeper: Keeper): Promise<void> {
  const { code, out } = await world.agents("down");
  if (code !== 0) throw new Error(`down ended with ${code}: ${out}`);
  await keeper.stop();
}

function lastOf({ state }: World): readonly string[] {
  try {
    return [
      "the journal's end:",
      ...readFileSync(path.join(state, "journal.jsonl"), "utf8").trim().split("\n").slice(-15),
    ];
  } catch {
    return ["there is no journal"];
  }
}

interface Observer {
  judge(rules: Rules): Promise<Verdict>;
  end(): Promise<void>;
}

async function observe(subject: Subject): Promise<Observer> {
  const child = fork(path.join(import.meta.dirname, "observer/observer.ts"), { execArgv: [] });
  const ask = async (order: Order): Promise<Answer> => {
    child.send(order);
    const [answer] = await once(child, "message");
    return answer;
  };
  await ask({ do: "watch", subject });
  return {
    async judge(rules) {
      const answer = await ask({ do: "judge", home: subject.home, rules });
      if (answer.is !== "verdict") throw new Error("the observer gave no verdict");
      return answer.verdict;
    },
    end: () => ended(child),
  };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.disconnect();
  await exit;
}

/** Up, by the command line; the watchdog that our keeper started takes it from there. */
export async function startUp({ world, keeper }: Trial): Promise<void> {
  await keeper.held();
  const { code, out } = await world.agents("up");
  if (code !== 0) throw new Error(`up ended with ${code}: ${out}`);
}

export const isOver = ({ keeper }: Trial): boolean => keeper.isDone;

/** All phases are done. However slow the machine is: given up is what nobody has pushed to for so many seconds. */
export async function completed(trial: Trial, still = 120): Promise<void> {
  let head = headOf(trial);
  let moved = performance.now();
  while (!isOver(trial)) {
    await wait(100);
    const now = headOf(trial);
    if (now !== head) moved = performance.now();
    head = now;
    if (performance.now() - moved > still * 1_000)
      throw new Error(`nobody pushed for ${still} s, and still not: all phases are done`);
  }
}

const headOf = ({ world }: Trial): string =>
  ["refs/heads/main", "packed-refs"]
    .map((file) => path.join(world.home, "remote.git", file))
    .map((file) => (existsSync(file) ? readFileSync(file, "utf8") : ""))
    .join("\n");
