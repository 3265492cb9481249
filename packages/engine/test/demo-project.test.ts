import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { renderKickoff } from "../src/watch/kickoff.ts";
import { ownDirectory, until } from "./real.ts";

const DEMO = path.join(import.meta.dirname, "../../../projects/demo");
const SCRIPT = path.join(import.meta.dirname, "../src/backends/demo/agent.sh");

/** The demo as it is before its first start. */
async function ownDemo(): Promise<string> {
  const home = path.join(await ownDirectory(), "the demo");
  for (const part of ["agents.toml", "plans", "prompts", "scripts"])
    await cp(path.join(DEMO, part), path.join(home, part), { recursive: true });
  return home;
}

const log = async (home: string): Promise<readonly string[]> =>
  (
    await execa("git", [
      "--git-dir",
      path.join(home, "remote.git"),
      "log",
      "--reverse",
      "--format=%s",
      "main",
    ])
  ).stdout.split("\n");

/** The forge, as the leader of a process group, so that its git may be killed with it. */
const openForge = (home: string): ChildProcess =>
  spawn(path.join(home, "scripts/forge.sh"), { detached: true, stdio: ["ignore", "pipe", "inherit"] });

async function killTree(child: ChildProcess): Promise<void> {
  const gone = child.exitCode === null && child.signalCode === null ? once(child, "exit") : null;
  try {
    process.kill(-(child.pid ?? 0), "SIGKILL");
  } catch {
    // It has ended by itself.
  }
  await gone;
}

async function forgeReady(home: string): Promise<ChildProcess> {
  const forge = openForge(home);
  onTestFinished(() => killTree(forge));
  let said = "";
  forge.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await until("the forge is ready", async () => said.includes("ready, main is at"));
  return forge;
}

/** A tmux server for the agents of one demo, without any engine. */
function ownSessions(home: string) {
  const socket = path.join(home, `../${randomUUID().slice(0, 8)}.sock`);
  const tmux = (...args: readonly string[]) =>
    execa("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], { env: { TMUX: undefined } });
  onTestFinished(async () => {
    await tmux("kill-server").catch(() => {});
  });
  return {
    async open(role: string, phase: string, env: Readonly<Record<string, string>>) {
      const read = (file: string) => readFile(path.join(home, "prompts", file), "utf8");
      const slots = { phase_id: phase, plan: `${phase}.md`, status: `machine-docs/STATUS-${phase}.md`, role };
      const kickoff = path.join(home, `kickoff-${role}.txt`);
      await writeFile(kickoff, renderKickoff(await read("kickoff.md"), slots, await read(`${role}.md`)));
      const variables = { DEMO_AGENT: role, DEMO_JOURNAL: path.join(home, `state/${role}.journal`), ...env };
      await tmux(
        ...["new-session", "-d", "-s", role, "-c", path.join(home, "clones", role), "-x", "120", "-y", "40"],
        ...Object.entries(variables).flatMap(([key, value]) => ["-e", `${key}=${value}`]),
        ...["--", "sh", SCRIPT, "--", `Read ${kickoff} and do what it says.`],
      );
    },
    screen: async (role: string) =>
      (await tmux("capture-pane", "-p", "-t", `=${role}:`).catch(() => null))?.stdout ?? "",
    pid: async (role: string) =>
      Number((await tmux("display-message", "-p", "-t", `=${role}:`, "#{pane_pid}")).stdout),
    isOpen: async (role: string) =>
      !(await tmux("has-session", "-t", `=${role}`).catch(() => ({ failed: true }))).failed,
  };
}

it("makes remote and clones whole, however often it is killed on the way", async () => {
  const home = await ownDemo();
  for (let after = 1; after <= 145; after += 9) {
    const forge = openForge(home);
    await new Promise((resolve) => setTimeout(resolve, after));
    await killTree(forge);
  }
  await forgeReady(home);
  expect(await log(home)).toEqual(["Begin with the plans"]);
  expect((await readdir(path.join(home, "clones"))).sort()).toEqual(["adversary", "builder"]);
  expect(await readdir(home)).not.toContain("remote.git.new");
  for (const clone of ["builder", "adversary"]) {
    const inClone = ["-C", path.join(home, "clones", clone)];
    expect((await execa("git", [...inClone, "status", "--porcelain"])).stdout).toBe("");
    await execa("git", [...inClone, "fsck", "--strict"]);
  }
});

it("can be moved elsewhere", async () => {
  const home = await ownDemo();
  await killTree(await forgeReady(home));
  await rm(path.join(home, "plans"), { recursive: true });
  const there = path.join(home, "../elsewhere");
  await rename(home, there);
  await forgeReady(there);
  await execa("git", ["-C", path.join(there, "clones/builder"), "fetch"]);
});

it("finishes a phase by declared waits alone, with a builder that is killed again and again, and a third hand that pushes", async () => {
  const home = await ownDemo();
  await forgeReady(home);
  const sessions = ownSessions(home);
  const env = { DEMO_PACE: "0.3", DEMO_WAIT: "1" };
  await sessions.open("adversary", "one", env);
  await execa("git", ["clone", "-q", path.join(home, "remote.git"), path.join(home, "third")]);

  // Each stands for a moment only, and who looks too late kills it at the next.
  const moments = [
    "(building one.1)",
    "(testing one.1)",
    "I wait for the review of one.1",
    "(testing one.2)",
    "I wait for the review of one.2",
  ];
  for (const [nth, moment] of moments.slice(0, -1).entries()) {
    await sessions.open("builder", "one", env);
    await until(`the builder shows ${moment}, or what comes after it`, async () => {
      const screen = await sessions.screen("builder");
      return moments.slice(nth).some((one) => screen.includes(one));
    });
    process.kill(await sessions.pid("builder"), "SIGKILL");
    await until("the builder is gone", async () => !(await sessions.isOpen("builder")));
  }
  await sessions.open("builder", "one", env);
  await until("a verdict is near, or there", async () => {
    const near = (await sessions.screen("adversary")).includes("(trying to break one.2)");
    return near || (await log(home)).includes("review(one.2): accepted");
  });
  const third = [
    "-C",
    path.join(home, "third"),
    "-c",
    "user.name=third",
    "-c",
    "user.email=third@demo.invalid",
  ];
  await execa("git", [...third, "pull", "-q"]);
  await execa("git", [...third, "commit", "-q", "--allow-empty", "-m", "note: from a third hand"]);
  await execa("git", [...third, "push", "-q"]);

  await until("the phase is done", async () => (await log(home)).includes("status: phase one done"), 30);
  const subjects = await log(home);
  expect(subjects.filter((subject) => !subject.startsWith("note:"))).toEqual([
    "Begin with the plans",
    "claim(one.1): lay the ground stone",
    "review(one.1): accepted",
    "claim(one.2): raise the walls",
    "review(one.2): accepted",
    "status: phase one done",
  ]);
  const status = await readFile(path.join(home, "clones/builder/machine-docs/STATUS-one.md"), "utf8");
  expect(status).toMatch(/^## DONE$/m);
});
