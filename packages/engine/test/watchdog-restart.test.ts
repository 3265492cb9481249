import { readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import type { Survey } from "../src/verbs/survey.ts";
import { VERSION } from "../src/version.ts";
import {
  agentsToml,
  BIN,
  ENV,
  isAlive,
  type OwnProject,
  ownProject,
  processesWith,
  signal,
  until,
} from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\n';
const BOB = '[agents.bob]\nkind = "persistent"\n';

const surveyOf = async (project: OwnProject): Promise<Survey> =>
  JSON.parse((await project.run(["status", "--json"])).out);

describe("watchdog restart", () => {
  it("puts a new watchdog in the old one's place, under the same keeper, and touches no agent", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    await project.up();
    const keepers = () => processesWith(`agents\0keep\0${project.home}`);
    const before = await surveyOf(project);
    const [keeper] = await keepers();
    const said = await project.run(["watchdog", "restart"]);
    expect(said).toMatchObject({ code: 0, err: "" });
    expect(said.out).toMatch(
      new RegExp(`^project: the watchdog runs ${VERSION.replaceAll(".", "\\.")}, epoch 2, pid \\d+\n$`),
    );
    const after = await surveyOf(project);
    expect(after.watchdog?.epoch).toBe(2);
    expect(after.watchdog?.pid).not.toBe(before.watchdog?.pid);
    expect(isAlive(before.watchdog?.pid ?? 0)).toBe(false);
    expect(await keepers()).toEqual([keeper]);
    expect(after.agents.map(({ pid }) => pid)).toEqual(before.agents.map(({ pid }) => pid));
    expect((await project.journal("starting")).length).toBe(2);
    expect((await project.run(["send", "ada", "hello"])).out).toMatch(/^(submitted|confirmed) /);
    const json = await project.run(["watchdog", "restart", "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({ schema_version: 1, project: "project", epoch: 3 });
  });

  it("is safe while agents start and messages are under way, ten times in a row", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    const up = project.run(["up"]);
    await until("a watchdog", async () => (await surveyOf(project)).watchdog !== null);
    const sent: string[] = [];
    for (let nth = 0; nth < 10; nth++) {
      sent.push(`word ${nth}`);
      await project.run(["send", "ada", "--no-wait", `word ${nth}`]);
      expect(await project.run(["watchdog", "restart"])).toMatchObject({ code: 0, err: "" });
    }
    expect((await up).code).toBe(0);
    await until("all is heard", async () => (await project.heard("ada")).length === 10, 20);
    expect((await project.heard("ada")).map((line) => line.replace(/^\[fleet \S+\] /, ""))).toEqual(sent);
    expect((await project.journal("starting")).length).toBe(2);
  }, 60_000);

  it("waits for one that holds the project already, and has yet to write down who it is", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    const { pid } = (await surveyOf(project)).watchdog ?? { pid: 0 };
    const file = path.join(project.state, "records.json");
    signal(pid, "SIGSTOP");
    const text = await readFile(file, "utf8");
    await rm(file);
    await execa("mkfifo", [file]);
    const argv = [BIN, "watchdog", "restart", "--config", project.config];
    const restarting = execa(process.execPath, argv, { env: ENV, extendEnv: false, reject: false });
    // Written in the moment that it is read.
    await writeFile(file, JSON.stringify({ ...JSON.parse(text), pid: 0 }));
    await writeFile(`${file}.whole`, text);
    await rename(`${file}.whole`, file);
    signal(pid, "SIGCONT");
    expect(await restarting).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("kills one that hangs", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    const pid = (await surveyOf(project)).watchdog?.pid ?? 0;
    const agent = (await project.agent("ada")).pid;
    signal(pid, "SIGSTOP");
    expect(await project.run(["watchdog", "restart"])).toMatchObject({ code: 0 });
    expect([isAlive(pid), (await project.agent("ada")).pid]).toEqual([false, agent]);
  }, 60_000);

  it("refuses where nobody would start it again, or where there is none", async () => {
    const project = await ownProject(agentsToml(ADA));
    const refused = await project.run(["watchdog", "restart"]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("nobody watches project")]);
    const { pid } = await project.watchdog();
    const alone = await project.run(["watchdog", "restart"]);
    expect([alone.code, alone.err]).toEqual([1, expect.stringContaining(`(pid ${pid}) has no keeper`)]);
    expect(isAlive(pid)).toBe(true);
    expect((await project.run(["watchdog", "rest"])).code).toBe(2);
  });
});

describe("status", () => {
  it("says when the watchdog runs other code than the one on disk, and when it hangs", async () => {
    const project = await ownProject(agentsToml(ADA, { signal_tick: '"200ms"' }));
    const { pid } = await project.watchdog();
    await project.up();
    expect((await surveyOf(project)).watchdog).toMatchObject({
      version: VERSION,
      on_disk: VERSION,
      stale: false,
    });
    signal(pid, "SIGSTOP");
    const file = path.join(project.state, "records.json");
    const records = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...records, version: "0.0.9", heartbeat: Date.now() - 240_000 }));
    expect((await surveyOf(project)).watchdog).toMatchObject({
      version: "0.0.9",
      on_disk: VERSION,
      stale: true,
    });
    expect((await project.run(["status"])).out).toMatch(/^watchdog .* STALE$/m);
    expect((await project.run(["status", "-o", "wide"])).out).toMatch(
      /^watchdog .* STALE +4m +runs 0\.0\.9, on disk is .*: watchdog restart; epoch 1/m,
    );
    signal(pid, "SIGCONT");
    await until("it is well", async () => (await surveyOf(project)).watchdog?.stale === false);
  });

  it("shows what an agent left behind that agents.toml does not know any more, and nothing foreign", async () => {
    const project = await ownProject(agentsToml(ADA + BOB));
    await project.up();
    await project.tmux("new-session", "-d", "-s", "p-somebody", "cat");
    const mark = await project.tmux("show-options", "-v", "-t", "=p-ada:", "@fleet_project");
    const old = "=p-old:";
    await project.tmux("new-session", "-d", "-s", "p-old", "cat");
    await project.tmux("set-option", "-t", old, "@fleet_project", mark);
    await project.tmux("set-option", "-t", old, "@fleet_instance", "i-old");
    const pid = Number(await project.tmux("display-message", "-p", "-t", old, "#{pane_pid}"));
    expect((await surveyOf(project)).orphans).toEqual([{ session: "p-old", pid, instance: "i-old" }]);
    expect((await project.run(["status", "-o", "wide"])).out).toMatch(/^p-old +orphan .*pid \d+$/m);
    expect((await project.run(["status"])).out).not.toContain("p-old");
    await project.looks(3);
    expect(isAlive(pid)).toBe(true);
  });

  it("says that the watchdog died, and when its keeper starts it again", async () => {
    const project = await ownProject(agentsToml(ADA));
    await project.up();
    for (let death = 1; death <= 3; death++) {
      const pid = await until("a watchdog", async () => {
        const { watchdog } = await surveyOf(project);
        return watchdog !== null && isAlive(watchdog.pid) && watchdog.pid;
      });
      signal(pid, "SIGKILL");
      await until("it is gone", async () => !isAlive(pid));
    }
    const { keeper, watchdog } = await until("the keeper rests", async () => {
      const seen = await surveyOf(project);
      return seen.keeper?.deaths === 3 && seen;
    });
    expect([watchdog, keeper]).toEqual([
      null,
      { pid: expect.any(Number), deaths: 3, exit: 137, next: expect.any(String) },
    ]);
    expect((await project.run(["status", "-o", "wide"])).out).toMatch(
      /^watchdog .* stopped +- +died 3 times, last with exit 137; starts again in \d s; see: logs watchdog$/m,
    );
    expect((await project.run(["logs", "watchdog"])).out.match(/ended with 137/g)).toHaveLength(3);
    await until("another watchdog", async () => (await surveyOf(project)).watchdog !== null);
    expect((await surveyOf(project)).keeper).toBeNull();
  });
});
