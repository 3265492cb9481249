import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { isHeld } from "../src/host/lock.ts";
import { agentsToml, BIN, isAlive, type OwnProject, ownProject, processesWith, until } from "./real.ts";

const CHIEF = '[agents.chief]\nkind = "persistent"\n';
const HELPER = '[agents.helper]\nkind = "persistent"\n';
const LOGS = '[services.logs]\ncommand = ["sleep", "3600"]\n';

const edit = (project: OwnProject, body: string) => writeFile(project.config, agentsToml(body));

/** A machine that is too busy to read the file in time tries again after ten seconds. */
const changes = (project: OwnProject, count: number) =>
  until(
    `${count} changes are in force`,
    async () => {
      const found = await project.journal("config-changed");
      return found.length >= count && found;
    },
    25,
  );

const refused = (project: OwnProject, because: RegExp) =>
  until(
    `it is refused: ${because}`,
    async () => {
      const found = await project.journal("config-refused");
      return found.find((entry) => because.test(String(entry.because)));
    },
    25,
  );

it("takes an edit while it runs: who is unchanged goes on, who is new waits to be asked", async () => {
  const project = await ownProject(agentsToml(CHIEF));
  await project.watchdog();
  await project.up();
  const before = await project.agent("chief");
  await edit(project, CHIEF + HELPER);
  expect(await changes(project, 1)).toMatchObject([{ added: ["helper"], removed: [], pending: [] }]);
  await project.looks(3);
  expect(await project.agent("helper")).toMatchObject({ state: "stopped", why: "never started" });
  expect(await project.run(["up", "helper"])).toMatchObject({ code: 0 });
  expect(await project.agent("chief")).toMatchObject({
    pid: before.pid,
    since: before.since,
    pending: false,
  });
});

it("marks who runs with old settings, and restarts it with the new ones", async () => {
  const project = await ownProject(agentsToml(CHIEF + LOGS));
  await project.watchdog();
  await project.up();
  const before = await project.agent("chief");
  await edit(project, `${CHIEF}model = "opus"\nsession = "boss"\n${LOGS}`);
  expect(await changes(project, 1)).toMatchObject([{ pending: ["chief"] }]);
  await project.looks(3);
  expect(await project.agent("chief")).toEqual({ ...before, pending: true, why: expect.any(String) });
  expect((await project.run(["status", "-o", "wide"])).out).toMatch(/chief .*its new settings wait/);
  expect(await project.run(["restart", "chief"])).toMatchObject({ code: 0 });
  expect(await project.agent("chief")).toMatchObject({
    ...{ state: "RUNNING", pending: false, session: "p-boss", model: "claude-opus-4-8" },
  });
  await until("the old session is gone", async () => !(await project.tmux("ls")).includes("p-chief"));
});

it("takes back what was edited back, and marks nobody", async () => {
  const project = await ownProject(agentsToml(CHIEF));
  await project.watchdog();
  await project.up();
  await edit(project, `${CHIEF}model = "opus"\n`);
  await changes(project, 1);
  expect(await project.agent("chief")).toMatchObject({ pending: true });
  await edit(project, CHIEF);
  await changes(project, 2);
  expect(await project.agent("chief")).toMatchObject({ pending: false, model: "claude-sonnet-4-6" });
});

it("shows an agent that was taken out while it ran, does not end it, and brings it down with the rest", async () => {
  const project = await ownProject(agentsToml(CHIEF + HELPER));
  const watchdog = await project.watchdog();
  await project.up();
  const { pid } = await project.agent("helper");
  await edit(project, CHIEF);
  await changes(project, 1);
  await project.looks(3);
  expect(await project.agent("helper")).toMatchObject({ state: "RUNNING", pid, orphan: true });
  expect(await project.run(["restart", "helper"])).toMatchObject({ code: 2 });
  expect(await project.run(["down"])).toMatchObject({ code: 0 });
  expect(await watchdog.exit).toBe(0);
  expect(isAlive(pid ?? 0)).toBe(false);
});

it("does not start an orphan again, and forgets it once it has ended", async () => {
  const project = await ownProject(agentsToml(CHIEF + HELPER));
  await project.watchdog();
  await project.up();
  await edit(project, CHIEF);
  await changes(project, 1);
  const { pid } = await project.agent("helper");
  process.kill(pid ?? 0, "SIGKILL");
  await until("it is no longer shown", async () => !(await project.run(["status"])).out.includes("helper"));
  await project.looks(3);
  expect((await project.journal("starting")).filter(({ agent }) => agent === "helper")).toHaveLength(1);
  expect(await project.tmux("ls")).not.toContain("p-helper");
});

it("keeps to the last good file while the new one is broken, says where, once, and takes the mended one", async () => {
  const project = await ownProject(agentsToml(CHIEF));
  const watchdog = await project.watchdog();
  await project.up();
  const { pid } = await project.agent("chief");
  const broken = agentsToml(`${CHIEF}colour = "red"\n[agents.]\n`);
  await writeFile(project.config, broken);
  const told = await refused(project, /^agents\.toml:\d+:\d+: /);
  const { code, out, err } = await project.run(["status"]);
  expect([code, out]).toEqual([0, expect.stringContaining("RUNNING")]);
  expect(err).toContain(String(told.because));

  await watchdog.kill();
  expect((await project.run(["status"])).err).toMatch(/agents\.toml:\d+:\d+: /);
  await project.watchdog();
  await project.looks(3);
  expect(await project.agent("chief")).toMatchObject({ state: "RUNNING", pid });
  expect(await project.journal("config-refused")).toHaveLength(1);
  expect((await project.run(["events"])).out).toContain("not in force");
  expect((await project.run(["up"])).code).toBe(1);

  await edit(project, CHIEF + HELPER);
  await changes(project, 1);
  expect((await project.run(["status"])).err).toBe("");
  expect(await project.journal("config-mended")).toHaveLength(1);
});

it.each([
  ["broken", (config: string) => writeFile(config, "[agents\n"), /^agents.toml:1:8: /],
  ["gone", (config: string) => rm(config), /^it is not there$/],
])("comes down though agents.toml is %s and its watchdog was killed", async (_, spoil, because) => {
  const project = await ownProject(agentsToml(CHIEF));
  const watchdog = await project.watchdog();
  await project.up();
  const { pid } = await project.agent("chief");
  await spoil(project.config);
  await refused(project, because);
  await watchdog.kill();
  expect(await project.run(["down"])).toMatchObject({
    code: 0,
    out: expect.stringMatching(/chief +stopped/),
  });
  expect(isAlive(pid ?? 0)).toBe(false);
  expect(await isHeld(project.state, "watchdog")).toBe(false);
});

it.each([
  ["log_dir", 'log_dir = "state"', 'log_dir = "elsewhere"'],
  ["session_prefix", 'session_prefix = "p-"', 'session_prefix = "q-"'],
])("refuses another %s while it runs, and goes on with the old one", async (key, old, other) => {
  const project = await ownProject(agentsToml(CHIEF));
  await project.watchdog();
  await project.up();
  const { pid } = await project.agent("chief");
  await writeFile(project.config, agentsToml(CHIEF).replace(old, other));
  await refused(project, new RegExp(`^${key} was`));
  expect(await project.agent("chief")).toMatchObject({ state: "RUNNING", pid });
  expect((await project.run(["status"])).err).toContain("needs down and up");
  expect(await project.run(["down"])).toMatchObject({ code: 0 });
  expect(isAlive(pid ?? 0)).toBe(false);
  expect(await project.run(["up"])).toMatchObject({ code: 0 });
  expect(await project.run(["down"])).toMatchObject({ code: 0 });
  await until("nobody is left", async () => (await processesWith(project.home)).length === 0);
});

it("ends a reading that hangs, keeps to the last good file, and looks after everybody meanwhile", async () => {
  const project = await ownProject(agentsToml(CHIEF));
  const [program, pidFile] = [path.join(project.home, "hangs.mjs"), path.join(project.home, "hangs.pid")];
  await writeFile(
    program,
    `if (process.argv[2] !== "config") await import(${JSON.stringify(BIN)});
else {
  for (const name of ["SIGTERM", "SIGINT"]) process.on(name, () => {});
  setInterval(() => {}, 1000);
  (await import("node:fs")).writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
}
`,
  );
  await project.watchdog([process.execPath, program]);
  await project.up();
  const { pid } = await project.agent("chief");
  await edit(project, CHIEF + HELPER);
  const reader = await until("it is being read", async () => {
    const text = await readFile(pidFile, "utf8").catch(() => "");
    return text !== "" && Number(text);
  });
  await project.looks(1);
  expect([isAlive(reader), await project.journal("config-refused")]).toEqual([true, []]);
  await refused(project, /^it can't be read within 5 s$/);
  await until("the reader is gone", async () => !isAlive(reader));
  expect((await project.run(["status"])).err).toContain("it can't be read within 5 s");
  process.kill(pid ?? 0, "SIGKILL");
  await until("chief is healed", async () => {
    const now = await project.agent("chief");
    return now.pid !== null && now.pid !== pid;
  });
  expect((await project.run(["status"])).out).not.toContain("helper");
});

it("prints what agents.toml comes to, the same for the same meaning", async () => {
  const project = await ownProject(agentsToml(CHIEF));
  const first = await project.run(["config"]);
  expect(first.code).toBe(0);
  expect(JSON.parse(first.out)).toMatchObject({ session_prefix: "p-", supervision: { signal_tick: 1000 } });
  await writeFile(project.config, `# the same\n${agentsToml(`${CHIEF}enabled = true\n`)}`);
  expect((await project.run(["config"])).out).toBe(first.out);
  const answer = JSON.parse((await project.run(["config", "--json"])).out);
  expect(answer).toMatchObject({ schema_version: 1, project: "project", config: JSON.parse(first.out) });
  await writeFile(project.config, "[agents.]\n");
  const { code, out } = await project.run(["config", "--json"]);
  expect([code, JSON.parse(out).error.problems]).toEqual([
    1,
    expect.arrayContaining([expect.objectContaining({ line: 1, severity: "error" })]),
  ]);
  expect(await readFile(path.join(project.home, "agents.toml"), "utf8")).toBe("[agents.]\n");
});
