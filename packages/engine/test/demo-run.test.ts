import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import type { Survey } from "../src/verbs/survey.ts";
import type { JournalEntry } from "../src/watch/journal.ts";
import { ENV, LAUNCHER, ownDirectory, processesWith, signal, until } from "./real.ts";

const DEMO = path.join(import.meta.dirname, "../../../projects/demo");

/** A demo as a newcomer starts it, but with agents that do not take their time. */
async function ownDemo() {
  const home = path.join(await ownDirectory(), "demo");
  for (const part of ["agents.toml", "plans", "prompts", "scripts"])
    await cp(path.join(DEMO, part), path.join(home, part), { recursive: true });
  const env = { ...ENV, FLEET_NODE: process.execPath };
  const agents = (...words: string[]) =>
    execa(LAUNCHER, words, { cwd: home, env, extendEnv: false, reject: false, all: true });
  const survey = async (): Promise<Survey> => JSON.parse((await agents("status", "--json")).stdout);
  const subjects = async () => {
    const log = ["--git-dir", path.join(home, "remote.git"), "log", "--format=%H %s", "main"];
    return (await execa("git", log)).stdout
      .split("\n")
      .map((line) => [line.slice(0, 40), line.slice(41)] as const);
  };
  const events = async (): Promise<readonly JournalEntry[]> =>
    (await agents("events", "--json")).stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  return { home, agents, survey, subjects, events };
}

it("runs through all phases with each handoff pinged once, though the watchdog is killed three times", async () => {
  const { home, agents, survey, subjects, events } = await ownDemo();
  const running = agents("up", "--follow");
  const killed = new Set<number>();
  for (const handoffs of [2, 5, 8]) {
    const { pid } = await until(
      `a watchdog that saw ${handoffs} handoffs`,
      async () => {
        const pinged = (await events()).filter(({ what }) => what === "pinged").length;
        const { watchdog } = await survey();
        return pinged >= handoffs && watchdog !== null && !killed.has(watchdog.pid) && watchdog;
      },
      30,
    );
    killed.add(pid);
    signal(pid, "SIGKILL");
    const sessions = (await survey()).agents.map(({ session }) => session);
    expect(new Set(sessions).size).toBe(sessions.length);
  }
  const { exitCode, stdout } = await running;
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/\ncomplete after [\d.]+ s\n {2}phases {4}one .*, two .*, three .*\n/);
  expect(stdout).toContain("SEQUENCE-COMPLETE");

  const handoffs = (await subjects()).filter(([, subject]) => /^(claim|review)\(/.test(subject));
  expect(handoffs).toHaveLength(12);
  const pings = (await events()).filter(({ what }) => what === "pinged");
  const due = handoffs.map(
    ([sha, subject]) => `${sha} ${subject.startsWith("claim") ? "adversary" : "builder"}`,
  );
  expect(pings.map(({ sha, recipient }) => `${sha} ${recipient}`).sort()).toEqual(due.sort());
  for (const name of ["builder", "adversary"]) {
    const heard = await readFile(path.join(home, `.ao-state/demo/${name}.journal`), "utf8");
    expect(heard.match(/\[fleet [0-9a-f]{7}\]/g)).toHaveLength(6);
  }

  const seen = await survey();
  expect(seen.phase).toMatchObject({ id: "three", index: 2, total: 3, state: "complete" });
  expect((await agents("status")).stdout).toMatch(/^phase: three \[3\/3\] plan=three.md \(complete\)\n/);
  expect((await agents("down")).exitCode).toBe(0);
  // The keeper's child notices its watchdog's end a moment after `down` does.
  await until("no process is left", async () => (await processesWith(home)).length === 0);
  expect((await survey()).agents.every(({ state }) => state === "stopped")).toBe(true);
}, 120_000);
