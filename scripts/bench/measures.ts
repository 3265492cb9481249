import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "../../packages/engine/src/host/clock.ts";
import { readSite } from "../../packages/engine/src/host/site.ts";
import { createStore } from "../../packages/engine/src/host/store.ts";
import { enter } from "../../packages/engine/src/watchdog/life.ts";
import { tick } from "../../packages/engine/src/watchdog/tick.ts";
import { createHost } from "../../packages/engine/src/watchdog/watch.ts";
import type { Peer } from "./peers.ts";
import { type Bench, inFolder, makeProject, numbered, until } from "./project.ts";
import { ENV, run } from "./run.ts";
import { makeVictim, stampsIn, type Victim } from "./victim.ts";

/** Plain programs; a project must have an agent, too. */
const sleepers = (count: number): string =>
  `[agents.nobody]\nkind = "task"\nenabled = false\n${numbered(count, (name) => `[services.${name}]\ncommand = ["sleep", "1000000"]\n`)}`;

/** `up` of that many, and tmux alone with the same sessions. Milliseconds. */
export const measureUp = (count: number): Promise<{ readonly ours: number; readonly floor: number }> =>
  inFolder(async (home) => {
    const floor = await timeTmux(home, count);
    const bench = await makeProject(path.join(home, "project"), sleepers(count));
    const ours = await bench.agents("up");
    await bench.agents("down");
    return { ours, floor };
  });

async function timeTmux(home: string, count: number): Promise<number> {
  const tmux = ["-S", path.join(home, "floor.sock"), "-f", "/dev/null"];
  const lines = numbered(count, (name) => `new-session -d -s ${name} -x 200 -y 50 -- sleep 1000000\n`);
  const began = performance.now();
  await run("tmux", [...tmux, "start-server", ";", "source-file", "-"], { input: lines });
  await run("tmux", [...tmux, "list-panes", "-a"]);
  const took = performance.now() - began;
  await run("tmux", [...tmux, "kill-server"]);
  return took;
}

/** From the kill to the first breath of the next run, among that many. */
export const measureHealing = (count: number, times: number): Promise<readonly number[]> =>
  inFolder(async (home) => {
    const victim = await makeVictim(home);
    const body = `${sleepers(count - 1)}[services.victim]\ncommand = ["./victim.sh"]\n`;
    const bench = await makeProject(home, body);
    await bench.agents("up");
    const pauses = await killAndWait(victim, times);
    await bench.agents("down");
    return pauses;
  });

export const measurePeer = (peer: Peer, count: number, times: number): Promise<readonly number[]> =>
  inFolder(async (home) => {
    const victim = await makeVictim(home);
    const stop = await peer.start(home, count, victim);
    // supervisord calls a program running after a second; before that a death is a failed start.
    await wait(1_500);
    const pauses = await killAndWait(victim, times, 1_500);
    await stop();
    return pauses;
  });

async function killAndWait(victim: Victim, times: number, pause = 200): Promise<readonly number[]> {
  const pauses: number[] = [];
  for (let nth = 0; nth < times; nth++) {
    const before = await stampsIn(victim);
    const last = before.at(-1);
    if (last === undefined) throw new Error("the victim never began");
    const at = performance.timeOrigin + performance.now();
    process.kill(last.pid, "SIGKILL");
    const next = await until("the victim lives again", async () => (await stampsIn(victim))[before.length]);
    pauses.push(next.at - at);
    await wait(pause);
  }
  return pauses;
}

/** From the end of a push to the ping being submitted. */
export const measureHandoffs = (times: number): Promise<readonly number[]> =>
  inFolder(async (home) => {
    const git = (...args: readonly string[]) =>
      run("git", ["-c", "user.name=b", "-c", "user.email=b@example.invalid", ...args], {
        env: { ...ENV, HOME: home },
      });
    const [remote, clone, mine] = ["remote.git", "builder", "mine"].map((name) => path.join(home, name));
    await git("init", "-q", "--bare", "-b", "main", remote ?? "");
    await git("clone", "-q", remote ?? "", mine ?? "");
    await git("-C", mine ?? "", "checkout", "-q", "-B", "main");
    await git("-C", mine ?? "", "commit", "-q", "--allow-empty", "-m", "first");
    await git("-C", mine ?? "", "push", "-q", "origin", "main");
    await git("clone", "-q", remote ?? "", clone ?? "");
    const bench = await makeProject(
      home,
      `[agents.builder]\nkind = "loop"\nworkdir = "builder"\n[agents.adversary]\nkind = "loop"\n
[loop]\ndone_by = "builder"\nphases = [{ id = "p", plan = "p.md" }]\n[loop.handoff]\nrepo = "builder"\n`,
    );
    await bench.agents("up");
    await until("it is known from where on commits count", async () =>
      (await bench.journal()).find(({ what }) => what === "handoffs-from"),
    );
    const latencies: number[] = [];
    for (let nth = 0; nth < times; nth++) {
      await git("-C", mine ?? "", "commit", "-q", "--allow-empty", "-m", `claim(${nth}): a claim`);
      await git("-C", mine ?? "", "push", "-q", "origin", "main");
      const pushed = Date.now();
      const told = await until("it is pinged", async () =>
        (await bench.journal()).filter(({ what }) => what === "pinged").at(nth),
      );
      latencies.push(told.at - pushed);
    }
    await bench.agents("down");
    return latencies;
  });

export interface Load {
  readonly up: number;
  /** One tick that looks at all screens, and one that finds nothing new; medians, milliseconds. */
  readonly fullTick: number;
  readonly quietTick: number;
  /** Programs started by a full tick. */
  readonly programs: number;
  /** One batched capture of all screens by tmux alone. */
  readonly capture: number;
  /** Share of one processor, in percent. */
  readonly idle: number;
  /** Of the watchdog, in MB. */
  readonly rss: number;
}

/** That many demo agents: what they cost when nothing happens, and what one look costs. */
export const measureLoad = (count: number, seconds: number): Promise<Load> =>
  inFolder(async (home) => {
    const bench = await makeProject(
      home,
      numbered(count, (name) => `[agents.${name}]\nkind = "persistent"\n`),
    );
    const up = await bench.agents("up");
    const pid = await bench.watchdog();
    await wait(3_000);
    const before = await processorTime(pid);
    await wait(seconds * 1000);
    const idle = ((await processorTime(pid)) - before) / (seconds * 10);
    const rss = await residentSet(pid);
    const ticks = await measureTicks(bench, pid);
    const capture = await timeCapture(bench);
    await bench.agents("down");
    return { up, ...ticks, capture, idle, rss };
  });

/** Another watchdog in this process, in the place of the one that is told to end: the same code, with a stop-watch in the hand. */
async function measureTicks(bench: Bench, pid: number) {
  process.kill(pid, "SIGSTOP");
  const site = await readSite(path.join(bench.home, "agents.toml"));
  const store = createStore(site.state);
  const saved = await readFile(store.at("records.json"), "utf8");
  let records = await enter(store, systemClock, 0);
  const full: number[] = [];
  const quiet: number[] = [];
  let programs = 0;
  const count = () => {
    programs += 1;
  };
  for (let nth = 0; nth < 12; nth++) {
    const host = createHost(site, ENV, records.epoch);
    // The first tick of a host takes the server over, and has seen nothing before.
    records = (await tick(records, host)).records;
    host.wakes.close();
    const fresh = createHost(site, ENV, records.epoch);
    programs = 0;
    subscribe("child_process", count);
    full.push(await timed(async () => (records = (await tick(records, fresh)).records)));
    unsubscribe("child_process", count);
    const started = programs;
    quiet.push(await timed(async () => (records = (await tick(records, fresh)).records)));
    fresh.wakes.close();
    programs = started;
  }
  // The stopped one goes on as if nothing had been.
  await writeFile(store.at("records.json"), saved);
  await run("tmux", ["-S", site.socket, "set-option", "-g", "@fleet_epoch", String(JSON.parse(saved).epoch)]);
  process.kill(pid, "SIGCONT");
  return { fullTick: middle(full), quietTick: middle(quiet), programs };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const middle = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

async function timeCapture(bench: Bench): Promise<number> {
  const tmux = ["-u", "-S", path.join(bench.state, "tmux.sock"), "-f", "/dev/null"];
  const call = (args: readonly string[], input = "") => run("tmux", [...tmux, ...args], { input });
  const times: number[] = [];
  for (let nth = 0; nth < 12; nth++) {
    const began = performance.now();
    const panes = (await call(["list-panes", "-a", "-F", "#{pane_id}"])).split("\n");
    await call(["source-file", "-"], panes.map((pane) => `capture-pane -p -t ${pane}\n`).join(""));
    times.push(performance.now() - began);
  }
  return middle(times);
}

/** Hundredths of a second. */
async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

async function residentSet(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}
