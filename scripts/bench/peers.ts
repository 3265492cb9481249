import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { numbered, until } from "./project.ts";
import { ENV, run } from "./run.ts";
import { stampsIn, type Victim } from "./victim.ts";

/** Another supervisor with as many programs, one of them the victim. */
export interface Peer {
  readonly name: string;
  /** Resolves when all of them run; to be stopped by the given function. */
  start(home: string, count: number, victim: Victim): Promise<() => Promise<void>>;
}

const isInstalled = (program: string): Promise<boolean> =>
  run("which", [program]).then(
    () => true,
    () => false,
  );

export async function installedPeers(): Promise<readonly Peer[]> {
  const found: Peer[] = [];
  if (await isInstalled("supervisord")) found.push(supervisord);
  if (await isInstalled("s6-svscan")) found.push(s6);
  return found;
}

async function launch(file: string, args: readonly string[], home: string): Promise<() => Promise<void>> {
  const child = spawn(file, args, { cwd: home, env: { ...ENV, BENCH: home }, stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, wait(10_000)]);
  };
}

const supervisord: Peer = {
  name: "supervisord",
  async start(home, count, victim) {
    const program = (name: string, command: string) =>
      `[program:${name}]\ncommand=${command}\nautorestart=true\nstdout_logfile=NONE\nstderr_logfile=NONE\n`;
    const config = [
      `[supervisord]\nnodaemon=true\nlogfile=/dev/null\npidfile=${home}/supervisord.pid\nminfds=4096\n`,
      program("victim", victim.command),
      numbered(count - 1, (name) => program(name, "sleep 1000000")),
    ].join("");
    await writeFile(path.join(home, "supervisord.conf"), config);
    const stop = await launch("supervisord", ["-c", path.join(home, "supervisord.conf")], home);
    await until("supervisord runs the victim", async () => (await stampsIn(victim)).at(-1));
    return stop;
  },
};

const s6: Peer = {
  name: "s6-svscan",
  async start(home, count, victim) {
    const scan = path.join(home, "scan");
    const service = async (name: string, command: string) => {
      await mkdir(path.join(scan, name), { recursive: true });
      await writeFile(path.join(scan, name, "run"), `#!/bin/sh\nexec ${command}\n`, { mode: 0o755 });
    };
    await service("victim", victim.command);
    for (let nth = 1; nth < count; nth++) await service(`a${nth}`, "sleep 1000000");
    const stop = await launch("s6-svscan", ["-c", String(count + 10), scan], home);
    await until("s6 runs the victim", async () => (await stampsIn(victim)).at(-1));
    return stop;
  },
};
