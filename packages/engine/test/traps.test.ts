import { existsSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { createStore } from "../src/host/store.ts";
import {
  agentsToml,
  ENV,
  type OwnProject,
  ownDirectory,
  ownProgram,
  ownProject,
  processesWith,
  signal,
  until,
} from "./real.ts";

/** The four kinds of children that a tmux session leaves behind, and one that does not hear TERM. */
const CHILDREN = `sleep 600 &
nohup sleep 601 >/dev/null 2>&1 &
(trap '' HUP; exec sleep 602) &
setsid sleep 603 &
(trap '' TERM HUP; exec sleep 604) &
wait
`;
const PARENT =
  '[agents.off]\nkind = "task"\nenabled = false\n[services.parent]\ncommand = ["sh", "children.sh"]\n';

const ownParent = () => ownProject(agentsToml(PARENT), { "children.sh": CHILDREN });

const marksOf = async (project: OwnProject): Promise<readonly string[]> =>
  (await project.journal("starting")).map(
    ({ run }) => `FLEET_INSTANCE=${(run as { instance: string }).instance}`,
  );

/** All the children are there, each with the mark of its run. */
const grown = (project: OwnProject, nth: number) =>
  until("the children are there", async () => {
    const mark = (await marksOf(project))[nth];
    return mark !== undefined && (await processesWith(mark)).length >= 6 && mark;
  });

it.each([
  ["the session is killed", (project: OwnProject) => project.tmux("kill-session", "-t", "=p-parent")],
  [
    "the tmux server is killed",
    async (project: OwnProject) =>
      signal(Number(await project.tmux("display-message", "-p", "#{pid}")), "SIGKILL"),
  ],
])(
  "none of four kinds of children is left when %s, before the next run begins, nor after down",
  async (_, kill) => {
    const project = await ownParent();
    await project.up();
    const first = await grown(project, 0);
    await kill(project);
    const second = await grown(project, 1);
    expect(await processesWith(first)).toEqual([]);
    expect((await project.run(["down"])).code).toBe(0);
    expect(await processesWith(second)).toEqual([]);
    expect(existsSync(project.socket)).toBe(false);
  },
);

it("none is left when watchdog, keeper and tmux server were killed first", async () => {
  const project = await ownParent();
  const watchdog = await project.watchdog();
  await project.up();
  const mark = await grown(project, 0);
  await watchdog.kill();
  signal(Number(await project.tmux("display-message", "-p", "#{pid}")), "SIGKILL");
  await rm(project.socket);
  expect((await processesWith(mark)).length).toBeGreaterThan(2);
  expect(await project.run(["down"])).toMatchObject({ code: 0 });
  expect(await processesWith(mark)).toEqual([]);
});

it("a pane that died while the tmux server was stopped goes down like any other", async () => {
  const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
  await project.up();
  const server = Number(await project.tmux("display-message", "-p", "#{pid}"));
  const { pid } = await project.agent("ada");
  signal(server, "SIGSTOP");
  signal(pid ?? 0, "SIGKILL");
  signal(server, "SIGCONT");
  expect((await project.run(["down"])).code).toBe(0);
  await until("nothing is left", async () => (await processesWith(project.home)).length === 0);
  expect(existsSync(project.socket)).toBe(false);
});

it("a session that tmux made, though its answer was lost, is a start and no failed one", async () => {
  const real = (await execa("sh", ["-c", "command -v tmux"])).stdout;
  const lost = `*start-server*) ${real} "$@"; echo 'server exited unexpectedly' >&2; exit 1`;
  const bin = await ownProgram("tmux", `case "$*" in\n${lost} ;;\n*) exec ${real} "$@" ;;\nesac`);
  const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
  const env = { ...ENV, PATH: `${bin}:${ENV.PATH}` };
  const up = await project.run(["up"], { env });
  expect([up.code, up.out]).toEqual([0, expect.stringContaining("ada")]);
  expect((await project.journal("start-failed")).length).toBe(0);
  expect((await project.journal("started")).length).toBe(1);
});

it("eight sessions of another tmux server, and a foreign one on our own, are the same before and after", async () => {
  const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
  const canary = path.join(await ownDirectory(), "tmux.sock");
  const tmux = async (socket: string, ...args: readonly string[]) =>
    (await execa("tmux", ["-S", socket, "-f", "/dev/null", ...args], { env: ENV, extendEnv: false })).stdout;
  for (const name of ["ada", "p-ada", "p-ada2", "p-", "a", "b", "c", "d"])
    await tmux(canary, "new-session", "-d", "-s", name, "cat");
  await project.up();
  await project.tmux("new-session", "-d", "-s", "p-ad", "cat");
  const fields = "#{session_name} #{session_created} #{pane_pid} #{pane_dead}";
  const look = async () => [
    await tmux(canary, "list-panes", "-a", "-F", fields),
    await project.tmux("list-panes", "-t", "=p-ad:", "-F", fields),
  ];
  const before = await look();
  await project.run(["restart", "ada"]);
  expect((await project.run(["down"])).code).toBe(0);
  expect(await look()).toEqual(before);
  expect(await project.tmux("list-sessions", "-F", "#{session_name}")).toBe("p-ad");
});

it("nothing is outside the project, and the project can be removed after down", async () => {
  const [HOME, TMPDIR] = [await ownDirectory(), await ownDirectory()];
  const env = { ...ENV, HOME, TMPDIR, TMUX_TMPDIR: TMPDIR };
  const project = await ownProject(
    agentsToml('[agents.ada]\nkind = "persistent"\n[services.log]\ncommand = ["cat"]\n'),
  );
  expect((await project.run(["up"], { env })).code).toBe(0);
  expect((await project.run(["down"], { env })).code).toBe(0);
  await until("the keeper has ended too", async () => (await processesWith(project.home)).length === 0);
  expect([await readdir(HOME), await readdir(TMPDIR)]).toEqual([[], []]);
  expect((await readdir(project.home)).sort()).toEqual(["agents.toml", "state"]);
  await rm(project.home, { recursive: true });
});

it("who runs and was taken out of agents.toml goes down with the project", async () => {
  const [ADA, BOB] = ["ada", "bob"].map((name) => `[agents.${name}]\nkind = "persistent"\n`);
  const project = await ownProject(agentsToml(`${ADA}${BOB}`));
  const watchdog = await project.watchdog();
  await project.up();
  const { instance } = (await createStore(project.state).records()).agents.bob?.run ?? { instance: "" };
  await watchdog.kill();
  await writeFile(project.config, agentsToml(`${ADA}`));
  expect((await project.run(["down"])).code).toBe(0);
  expect(await processesWith(`FLEET_INSTANCE=${instance}`)).toEqual([]);
  expect(existsSync(project.socket)).toBe(false);
});

it("a session with our marks that nobody knows goes down with the project, and with nothing less", async () => {
  const [ADA, BOB] = ["ada", "bob"].map((name) => `[agents.${name}]\nkind = "persistent"\n`);
  const project = await ownProject(agentsToml(`${ADA}${BOB}`));
  const watchdog = await project.watchdog();
  await project.up();
  await watchdog.kill();
  const store = createStore(project.state);
  const { agents, ...records } = await store.records();
  const { bob, ...others } = agents;
  await store.save({ ...records, agents: others });
  await writeFile(project.config, agentsToml(`${ADA}`));
  await rm(path.join(project.state, "project.json"), { force: true });
  expect((await project.run(["down", "ada"])).code).toBe(0);
  expect(await project.tmux("list-sessions", "-F", "#{session_name}")).toBe("p-bob");
  expect((await project.run(["down"])).code).toBe(0);
  expect(await processesWith(`FLEET_INSTANCE=${bob?.run?.instance}`)).toEqual([]);
  expect(existsSync(project.socket)).toBe(false);
  expect(Object.keys((await store.records()).agents)).toEqual(["ada"]);
});
