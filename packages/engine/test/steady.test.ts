import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import { agentsToml, BIN, isAlive, type OwnProject, ownProject, signal, until } from "./real.ts";

const TOML = agentsToml('[agents.ada]\nkind = "persistent"\n[agents.bob]\nkind = "persistent"\n');

const watchdogOf = async (project: OwnProject) =>
  JSON.parse((await project.run(["status", "--json"])).out).watchdog;

const pidOf = async (project: OwnProject, name = "ada") => (await project.agent(name)).pid ?? 0;

/** Until status says so, which is as late as the watchdog's heartbeat may be. */
const troubleOf = (project: OwnProject, pattern: RegExp) =>
  until(
    `its trouble is known: ${pattern}`,
    async () => {
      const { trouble } = await watchdogOf(project);
      return trouble !== null && pattern.test(trouble) && trouble;
    },
    20,
  );

const healed = (project: OwnProject, before: number, name = "ada") =>
  until(
    `another run of ${name}`,
    async () => {
      const pid = await pidOf(project, name);
      return pid !== 0 && pid !== before && pid;
    },
    45,
  );

/** Root may write wherever the mode of a folder forbids it; without its capabilities it is like everybody. */
const LIKE_EVERYBODY: readonly string[] = [
  ...(process.getuid?.() === 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : []),
  ...[process.execPath, BIN],
];

describe("a watchdog that", () => {
  it("may write no more stays, says so, does nothing that it could not write down, and goes on by itself", async () => {
    const project = await ownProject(TOML);
    const { pid } = await project.watchdog();
    await project.up();
    const before = await pidOf(project);
    const limit = (soft: string) => execa("prlimit", ["--pid", String(pid), `--fsize=${soft}:`]);
    await limit("0");
    signal(before, "SIGKILL");
    expect(await troubleOf(project, /grow/)).toContain("no file may grow");
    expect((await project.run(["status", "-o", "wide"])).out).toMatch(
      /^watchdog .*can't go on: .*no file may grow/m,
    );
    expect([isAlive(pid), await pidOf(project)]).toEqual([true, 0]);
    await limit("unlimited");
    await healed(project, before);
    expect(isAlive(pid)).toBe(true);
    await until("all is well again", async () => (await watchdogOf(project)).trouble === null);
    await until("its recovery is told", async () => (await project.journal("recovered")).length > 0);
    const journal = await project.journal();
    // What happened while nothing could be written was kept, and told once.
    expect(journal.filter(({ what }) => what === "died")).toHaveLength(1);
    expect(journal.map(({ what }) => what)).toEqual(expect.arrayContaining(["stumbled", "recovered"]));
  }, 90_000);

  it("finds its folder read-only stays, and goes on by itself", async () => {
    const project = await ownProject(TOML);
    const { pid } = await project.watchdog(LIKE_EVERYBODY);
    await project.up();
    const before = await pidOf(project);
    await chmod(project.state, 0o500);
    signal(before, "SIGKILL");
    expect(await troubleOf(project, /permission denied/)).toContain("can't be written");
    await chmod(project.state, 0o700);
    await healed(project, before);
    expect(isAlive(pid)).toBe(true);
  }, 90_000);

  it("may open no more files stays, and goes on by itself", async () => {
    const project = await ownProject(TOML);
    const { pid } = await project.watchdog();
    await project.up();
    const before = await pidOf(project);
    const limit = (most: string) => execa("prlimit", ["--pid", String(pid), `--nofile=${most}`]);
    await limit("3:1000");
    signal(before, "SIGKILL");
    await until(
      "its heartbeat is late",
      async () => Date.now() - Date.parse((await watchdogOf(project)).heartbeat) > 3_000,
    );
    expect(isAlive(pid)).toBe(true);
    await limit("1000:1000");
    await healed(project, before);
    expect(isAlive(pid)).toBe(true);
    expect((await project.journal("stumbled")).length).toBeGreaterThan(0);
  }, 90_000);

  it("can't check one agent checks all others, and tells it once", async () => {
    const project = await ownProject(TOML);
    const { pid } = await project.watchdog();
    await project.up();
    const [ada, bob] = [await pidOf(project), await pidOf(project, "bob")];
    const outbox = path.join(project.state, "outbox/ada/new");
    await rm(outbox, { recursive: true, force: true });
    await mkdir(path.dirname(outbox), { recursive: true });
    await writeFile(outbox, "no folder");
    signal(ada, "SIGKILL");
    signal(bob, "SIGKILL");
    await healed(project, bob, "bob");
    await project.looks(3);
    const decided = (await project.journal("decided")).filter(
      ({ agent, is }) => agent === "ada" && is === "unseen",
    );
    expect(decided).toMatchObject([
      { because: expect.stringContaining("its check failed: ENOTDIR"), does: [] },
    ]);
    await rm(outbox);
    await healed(project, ada);
    expect(isAlive(pid)).toBe(true);
  });

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "gets %s ends with everything written down",
    async (name) => {
      const project = await ownProject(TOML);
      const watchdog = await project.watchdog();
      await project.up();
      const pids = [await pidOf(project), await pidOf(project, "bob")];
      signal(watchdog.pid, name);
      expect(await watchdog.exit).toBe(130);
      expect((await project.journal()).at(-1)).toMatchObject({
        what: "watchdog-ended",
        because: "interrupted",
      });
      expect(pids.every(isAlive)).toBe(true);
      const text = await readFile(path.join(project.state, "records.json"), "utf8");
      expect(JSON.parse(text)).toMatchObject({
        pid: watchdog.pid,
        agents: { ada: { run: { opened: true } } },
      });
      expect((await createStore(project.state).records()).epoch).toBe(1);
    },
  );
});
