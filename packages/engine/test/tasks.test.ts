import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { FRESH_RECORD } from "../src/watch/record.ts";
import { agentsToml, ENV, type OwnProject, ownProject, processesWith, signal, until } from "./real.ts";

const JOB = '[agents.job]\nkind = "task"\nprompt = "job.md"\n';
const MINUTELY = 'schedule = "* * * * *"\n';
const FILES = { "job.md": "role: clerk\n" };

/** How many runs there were. A crash may have one of them told twice. */
const starts = async (project: OwnProject) =>
  new Set((await project.journal("started")).map(({ instance }) => instance)).size;
const settled = (project: OwnProject, word = "finished") =>
  until(`job is ${word}`, async () => (await project.agent("job")).is === word, 15);
const busyFor = async (project: OwnProject, seconds: number) => {
  await project.run(["send", "job", `demo: busy ${seconds}`]);
  await until("job works", async () => (await project.agent("job")).is === "working");
};

/** As if the watchdog had last looked at the schedule some time ago. */
async function lookedAtScheduleBefore(project: OwnProject, ago: number) {
  const store = createStore(project.state);
  const records = await store.records();
  const job = records.agents.job ?? FRESH_RECORD;
  const slot = { of: "* * * * * UTC", at: Math.floor((Date.now() - ago) / 60_000) * 60_000 };
  await store.make();
  await store.save({ ...records, agents: { ...records.agents, job: { ...job, slot } } });
}

describe("a task", () => {
  it("is launched, completes, stays to be read, and is cleared by the next start", async () => {
    const project = await ownProject(agentsToml(JOB), FILES);
    await project.watchdog();
    expect(await project.up("job")).toBe("job  started\n");
    await settled(project);
    await project.looks(3);
    expect(await project.agent("job")).toMatchObject({ state: "RUNNING", is: "finished" });
    expect((await project.run(["logs", "job"])).out).toContain("Hello, I am the clerk");
    const { pid } = await project.agent("job");
    expect(await project.up("job")).toBe("job  started\n");
    expect((await project.agent("job")).pid).not.toBe(pid);
    expect(await starts(project)).toBe(2);
    expect((await project.journal("stopped")).map(({ because }) => because)).toEqual(["restart-asked"]);
  });

  it("that is busy is left alone by the next start, and by `up` of everything", async () => {
    const project = await ownProject(agentsToml(JOB), FILES);
    await project.watchdog();
    await project.up("job");
    await settled(project);
    await busyFor(project, 60);
    expect(await project.up("job")).toBe("job  unchanged\n");
    expect((await project.journal("left-alone")).map(({ because }) => because)).toEqual(["busy"]);
    expect(await project.up()).toBe("job  unchanged\n");
    expect(await starts(project)).toBe(1);
  });

  it("with start = fresh is restarted though it is busy", async () => {
    const project = await ownProject(agentsToml(`${JOB}start = "fresh"\n`), FILES);
    await project.watchdog();
    await project.up("job");
    await settled(project);
    await busyFor(project, 60);
    expect(await project.up("job")).toBe("job  started\n");
    expect(await starts(project)).toBe(2);
  });

  it("stops when it is taken down, and starts when it is asked for", async () => {
    const project = await ownProject(agentsToml(JOB), FILES);
    await project.watchdog();
    await project.up("job");
    expect((await project.run(["down", "job"])).out).toBe("job  stopped\n");
    expect(await project.agent("job")).toMatchObject({ state: "stopped", is: "down" });
    expect(await project.up("job")).toBe("job  started\n");
  });

  it("is starting, and has outlived nothing, as long as its processes are there before its session is seen", async () => {
    const scenario = { ".demo/scenario": "at start: orphan 600\n" };
    const project = await ownProject(agentsToml(JOB), { ...FILES, ...scenario });
    const watchdog = await project.watchdog();
    await project.up("job");
    const instance = await project.tmux("show-options", "-v", "-t", "=p-job:", "@fleet_instance");
    await until(
      "more of it is there",
      async () => (await processesWith(`FLEET_INSTANCE=${instance}`)).length >= 3,
    );
    await watchdog.kill();
    signal((await project.agent("job")).pid ?? 0, "SIGKILL");
    await until("its session is gone", async () => (await project.agent("job")).is === "outlived");
    const file = path.join(project.state, "records.json");
    const records = JSON.parse(await readFile(file, "utf8"));
    records.agents.job.run.opened = false;
    await writeFile(file, JSON.stringify(records));
    expect((await project.agent("job")).is).toBe("starting");
  });

  it("that has finished does not run again when all memory is lost", async () => {
    const project = await ownProject(agentsToml(JOB), FILES);
    const first = await project.watchdog();
    await project.up("job");
    await project.run(["send", "job", "--no-wait", "demo: die 0"]);
    await until("it has ended", async () => (await project.agent("job")).state === "stopped");
    await until("that is known", async () => (await project.journal("died")).length === 1);
    await first.kill();
    for (const name of ["records.json", "records.json.before"])
      await rm(path.join(project.state, name), { force: true });
    await project.watchdog();
    await project.looks(4);
    expect(await project.agent("job")).toMatchObject({ is: "finished", why: "finished with exit 0" });
    expect(await starts(project)).toBe(1);
  });
});

describe("a schedule", () => {
  it("is shown with its next slot, and does not run when it is first seen", async () => {
    const project = await ownProject(agentsToml(JOB + MINUTELY.replace("* * * * *", "0 3 1 1 *")), FILES);
    expect((await project.run(["up"])).code).toBe(0);
    await project.looks(2);
    const year = new Date().getUTCFullYear();
    expect(await project.agent("job")).toMatchObject({
      is: "down",
      next_slot: `${year + 1}-01-01T03:00:00.000Z`,
      last_slot: `${year}-01-01T03:00:00.000Z`,
    });
    const { out } = await project.run(["status", "-o", "wide"]);
    expect(out).toContain(`never started; next ${year + 1}-01-01T03:00Z; last ${year}-01-01T03:00Z\n`);
    expect(await starts(project)).toBe(0);
  });

  it("runs what was missed once, whatever watchdog dies", async () => {
    const project = await ownProject(agentsToml(JOB + MINUTELY), FILES);
    await lookedAtScheduleBefore(project, 5 * 60_000);
    const first = await project.watchdog();
    await until("the slot came", async () => (await project.journal("slot-came")).length > 0);
    await first.kill();
    const second = await project.watchdog();
    await until("it runs", async () => (await starts(project)) > 0);
    await second.kill();
    await project.watchdog();
    await project.looks(3);
    const slots = (await project.journal("slot-came")).map(({ slot }) => slot);
    expect(await starts(project)).toBe(new Set(slots).size);
    expect((await project.journal("slots-missed"))[0]?.because).toBe("a newer one has come");
  });

  it("leaves a busy run alone", async () => {
    const project = await ownProject(agentsToml(JOB + MINUTELY), FILES);
    const first = await project.watchdog();
    await project.up("job");
    await settled(project);
    await busyFor(project, 100);
    // A minute may have begun before it was busy, and with it another run.
    const ran = await starts(project);
    await first.kill();
    // The wish of `up` is younger than the slot, unless it was long ago.
    const store = createStore(project.state);
    const wishes = await store.wishes();
    const long = Date.now() - 300_000;
    await store.wish({ ...wishes, agents: { job: { state: "up", at: long, anew: false } } });
    const records = await store.records();
    const job = { ...(records.agents.job ?? FRESH_RECORD), served: long };
    await store.save({ ...records, agents: { job } });
    await lookedAtScheduleBefore(project, 120_000);
    await project.watchdog();
    await until("the slot is skipped", async () => (await project.journal("slot-skipped")).length > 0);
    expect((await project.journal("slot-skipped"))[0]?.because).toBe("busy");
    expect(await starts(project)).toBe(ran);
  });

  it("is off for a task that is not enabled", async () => {
    const project = await ownProject(agentsToml(`${JOB + MINUTELY}enabled = false\n`), FILES);
    await lookedAtScheduleBefore(project, 300_000);
    await project.watchdog();
    await project.looks(3);
    expect(await project.journal("slot-came")).toEqual([]);
    expect(await project.agent("job")).toMatchObject({ is: "down", next_slot: null, last_slot: null });
    expect(await project.up("job")).toBe("job  started\n");
  });
});

describe("the arguments of a task", () => {
  const DRY = `${JOB}args = ["--dry-run"]\ndeny_args = ["--with-tests"]\n`;
  const env = (more: Readonly<Record<string, string>>) => ({ env: { ...ENV, ...more } });

  it("are those of the file and of its variable, and LOOP_MODEL goes before the task's own", async () => {
    const project = await ownProject(agentsToml(DRY), FILES);
    await project.watchdog();
    const given = env({
      JOB_ARGS: "--fast ;--x",
      JOB_MODEL: "haiku",
      LOOP_MODEL: "opus",
      MAKE_ARGS: "secret",
    });
    expect((await project.run(["up", "job"], given)).out).toBe("job  started\n");
    expect((await project.run(["logs", "job"])).out).toContain("model claude-opus-4-8, --dry-run --fast");
    expect(await project.agent("job")).toMatchObject({ model: "claude-opus-4-8" });
    const { env: kept } = await createStore(project.state).wishes();
    expect(Object.keys(kept).sort()).toEqual(["JOB_ARGS", "JOB_MODEL", "LOOP_MODEL"]);
  });

  it("are refused by up, before anything is changed, when one is denied", async () => {
    const project = await ownProject(agentsToml(DRY), FILES);
    const refused = await project.run(["up"], env({ JOB_ARGS: "--with-tests=all; rm -rf /" }));
    expect([refused.code, refused.err]).toEqual([
      4,
      expect.stringContaining("`--with-tests=all;` is denied to job"),
    ]);
    expect(await readdir(project.home)).not.toContain("state");
  });

  it("are refused at the start too: the file may say it only later", async () => {
    const project = await ownProject(agentsToml(DRY), FILES);
    const store = createStore(project.state);
    await store.make();
    const wishes = await store.wishes();
    await store.wish({
      ...wishes,
      env: { JOB_ARGS: "--with-tests" },
      agents: { job: { state: "up", at: 1, anew: false } },
    });
    await project.watchdog();
    await settled(project, "failed");
    expect((await project.agent("job")).why).toBe("FAILED `--with-tests` is denied to job");
    expect((await project.journal("start-failed")).map(({ because }) => because)).toEqual([
      "`--with-tests` is denied to job",
    ]);
    await project.looks(3);
    expect(await project.journal("start-failed")).toHaveLength(1);
  });
});
