import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { judgeHandoffs, judgePhases } from "./observer/handoffs.ts";
import { createTable, readRunner } from "./observer/processes.ts";
import { createWitness } from "./observer/witness.ts";
import { until } from "./world.ts";

/* Whoever judges is judged first: each row of what must never happen, made to happen. */

const RULES = { harmed: true, bound: 1_000, unfinished: true };

async function ownHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), "fleet-observer-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await mkdir(path.join(home, "state"));
  return home;
}

/** A process as a run of this project would have it. */
async function ownRun(home: string, instance: string): Promise<ChildProcess> {
  const env = { PATH: `${home}/bin:${process.env.PATH}`, FLEET_AGENT: "ada", FLEET_INSTANCE: instance };
  const child = spawn("sleep", ["1000"], { env });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  await until("it carries its run", () => readRunner(child.pid ?? 0)?.instance === instance);
  return child;
}

const judged = async (home: string, work: (see: () => void) => Promise<void>): Promise<readonly string[]> => {
  const witness = createWitness({ home, phases: [], neighbour: null });
  const table = createTable();
  await work(() => witness.see(table.look(), Date.now()));
  return witness.judge(RULES, createTable().look()).wrong.map((line) => line.replace(/^\S+Z /, ""));
};

it("finds nothing wrong with one run after another", async () => {
  const home = await ownHome();
  const wrong = await judged(home, async (see) => {
    for (const instance of ["one", "two"]) {
      const run = await ownRun(home, instance);
      see();
      const ended = new Promise((resolve) => run.once("exit", resolve));
      run.kill("SIGKILL");
      await ended;
      see();
    }
  });
  expect(wrong).toEqual([]);
});

it("sees an agent that runs twice, and who outlived the end", async () => {
  const home = await ownHome();
  const wrong = await judged(home, async (see) => {
    await ownRun(home, "one");
    await ownRun(home, "two");
    see();
  });
  expect(wrong).toEqual([
    expect.stringMatching(/^ada runs twice: /),
    expect.stringMatching(/outlived the end$/),
    expect.stringMatching(/outlived the end$/),
  ]);
});

it.each([
  ["is not whole", '{"epoch": 3', "records.json is not whole"],
  [
    "has an older epoch",
    '{"epoch": 2, "course": {"turn": 2, "phase": "b", "complete": null}}',
    "the epoch went back from 3 to 2",
  ],
  [
    "has an older turn",
    '{"epoch": 3, "course": {"turn": 1, "phase": "a", "complete": null}}',
    "the turn went back from 2 to 1",
  ],
  ["has no course", '{"epoch": 3, "course": null}', "turn 2 was forgotten"],
])("sees a state file that %s", async (_, text, expected) => {
  const home = await ownHome();
  const file = path.join(home, "state/records.json");
  const wrong = await judged(home, async (see) => {
    await writeFile(file, '{"epoch": 3, "course": {"turn": 2, "phase": "b", "complete": null}}');
    see();
    await rm(file);
    await writeFile(file, text);
    see();
  });
  expect(wrong).toEqual([expected]);
});

const CLAIM = { sha: "a".repeat(40), subject: "claim(g1): build" };
const REVIEW = { sha: "b".repeat(40), subject: "review(g1): accepted" };
const ping = (sha: string, kind: string) => `[fleet ${sha.slice(0, 7)}] New ${kind} on origin/main.`;

it.each([
  [
    "a handoff that was told twice",
    [CLAIM],
    { adversary: [ping(CLAIM.sha, "claim"), ping(CLAIM.sha, "claim")] },
    1,
    0,
  ],
  ["a handoff that nobody was told of", [CLAIM, REVIEW], { adversary: [ping(CLAIM.sha, "claim")] }, 0, 1],
  ["a handoff of a commit that is not there", [], { builder: [ping(CLAIM.sha, "review")] }, 1, 0],
  ["a handoff that went to the wrong one", [CLAIM], { builder: [ping(CLAIM.sha, "claim")] }, 1, 1],
  ["nothing, where each was told once", [CLAIM], { adversary: [ping(CLAIM.sha, "claim")] }, 0, 0],
] as const)("sees %s", (_, commits, heard, wrong, untold) => {
  const told = judgeHandoffs(commits, new Map(Object.entries(heard)));
  expect([told.wrong.length, told.untold.length]).toEqual([wrong, untold]);
});

const PHASES = [{ id: "p1", gates: ["g1"] }];

it.each([
  ["a gate that was claimed twice", [CLAIM, CLAIM, REVIEW], ["p1"], 1],
  ["a gate that was left out", [], ["p1"], 1],
  ["a phase that was entered twice", [CLAIM, REVIEW], ["p1", "p1"], 1],
  ["nothing, where all was done", [CLAIM, REVIEW], ["p1"], 0],
] as const)("sees %s", (_, commits, entered, wrong) => {
  expect(judgePhases(commits, PHASES, entered)).toHaveLength(wrong);
});
