import { constants, existsSync } from "node:fs";
import { access, mkdtemp, readdir, readFile, readlink, rm, stat, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { pick, run, type World } from "@fleet/engine";
import { readMachine } from "../facts/machine.ts";
import { inParallel } from "../in-parallel.ts";
import type { DiskFacts, MachineFacts } from "./facts.ts";

const TIMEOUT = 5_000;

/** Looks at everything that is the machine's. Each look is short, or given up. */
export async function lookAtMachine({ env }: World, folders: readonly string[]): Promise<MachineFacts> {
  const temporary = env.TMPDIR ?? tmpdir();
  const [programs, gitQuotes, files, inotify, synchronized, disks, is] = await Promise.all([
    readMachine(),
    askGit(env),
    openFiles(),
    lookAtInotify(),
    isSynchronized(env),
    lookAtDisks([...folders, env.HOME ?? "/", temporary]),
    isWritable(temporary),
  ]);
  return {
    ...programs,
    root: process.getuid?.() === 0,
    node: process.versions.node,
    gitQuotes,
    insideTmux: env.TMUX === undefined || env.TMUX === "" ? null : (env.TMUX.split(",")[0] ?? null),
    path: env.PATH ?? "",
    temporary: { path: temporary, is },
    ...{ files, inotify, synchronized, disks },
    systemd: existsSync("/run/systemd/system"),
  };
}

/**
 * Distributions carry fixes back and keep the version, so git is asked itself:
 * one with the fix of CVE-2025-48384 quotes a carriage return at a value's end.
 */
async function askGit(env: World["env"]): Promise<boolean | null> {
  const folder = await mkdtemp(path.join(tmpdir(), "fleet-doctor-")).catch(() => null);
  if (folder === null) return null;
  try {
    const file = path.join(folder, "config");
    const ran = await run("git", ["config", "-f", file, "a.b", "x\r"], { env: pick(env), timeout: TIMEOUT });
    return ran.code === 0 ? (await readFile(file, "utf8")).includes('"x\r"') : null;
  } catch {
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The hard limit: Node raises its own to that, and hands it on. */
async function openFiles(): Promise<number | null> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return hard === undefined ? null : Number(hard);
}

async function lookAtInotify(): Promise<MachineFacts["inotify"]> {
  const read = async (name: string) =>
    Number(await readFile(`/proc/sys/fs/inotify/${name}`, "utf8").catch(() => "0"));
  const [instances, watches] = await Promise.all([read("max_user_instances"), read("max_user_watches")]);
  return instances === 0 ? null : { instances, watches, used: await countInotify() };
}

/** By our own processes: the limit is each user's, and the kernel shows nobody else's. */
async function countInotify(): Promise<number> {
  const uid = process.getuid?.() ?? 0;
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const counts = await inParallel(pids, 16, async (pid) => {
    const owner = await stat(`/proc/${pid}`).catch(() => null);
    if (owner?.uid !== uid) return 0;
    const open = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(open.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
    return links.filter((link) => link === "anon_inode:inotify").length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The first that knows: systemd, then chrony. */
async function isSynchronized(env: World["env"]): Promise<boolean | null> {
  const systemd = await ask("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], env);
  if (/^(?:yes|no)$/.test(systemd)) return systemd === "yes";
  const chrony = await ask("chronyc", ["-n", "tracking"], env);
  const leap = /^Leap status\s*:\s*(.+)$/m.exec(chrony)?.[1];
  return leap === undefined ? null : leap !== "Not synchronised";
}

/** What it says, or nothing at all. */
const ask = (program: string, args: readonly string[], env: World["env"]): Promise<string> =>
  run(program, args, { env: pick(env), timeout: TIMEOUT }).then(
    ({ code, stdout }) => (code === 0 ? stdout.trim() : ""),
    () => "",
  );

/** One for each file system. */
async function lookAtDisks(folders: readonly string[]): Promise<readonly DiskFacts[]> {
  const disks = new Map<number, DiskFacts>();
  for (const folder of folders) {
    const [entry, disk] = await Promise.all([
      stat(folder).catch(() => null),
      statfs(folder).catch(() => null),
    ]);
    if (entry === null || disk === null || disks.has(entry.dev)) continue;
    const files = disk.files === 0 ? null : disk.ffree;
    disks.set(entry.dev, { path: folder, free: disk.bavail * disk.bsize, files });
  }
  return [...disks.values()];
}

async function isWritable(folder: string): Promise<MachineFacts["temporary"]["is"]> {
  if (!existsSync(folder)) return "missing";
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => "writable",
    () => "read-only",
  );
}
