import { cp, lstat, mkdir, readFile, rename, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it } from "vitest";
import { agentsToml, ENV, LAUNCHER, ownProject, processesWith, runAgents } from "./real.ts";

const ADA = '[agents.ada]\nkind = "persistent"\nprompt = "prompts/start.md"\n';
const PROMPT = { "prompts/start.md": "The secret word is xyzzy.\r\nGrüße, \tno end of line" };

it("leaves another project alone that is called alike, even from inside of its tmux", async () => {
  const other = await ownProject(agentsToml(ADA), PROMPT);
  await other.up();
  const look = () => other.tmux("list-panes", "-a", "-F", "#{session_name} #{session_created} #{pane_pid}");
  const before = await look();
  const project = await ownProject(agentsToml(ADA), PROMPT);
  const env = { ...ENV, TMUX: `${other.socket},1,0`, TMUX_PANE: "%0" };
  for (const words of [["up"], ["status"], ["restart"], ["send", "ada", "hello"], ["down"]])
    expect(await project.run(words, { env })).toMatchObject({ code: 0 });
  expect(await look()).toBe(before);
  expect((await other.agent("ada")).state).toBe("RUNNING");
});

it.each([
  ["../engine/agents", "by a path that goes up", "clone", "../engine/agents", "../agents.toml"],
  ["a symlink", "by a relative link to it", "clone", "./link", "../agents.toml"],
])(
  "REG-02: called as %s, %s, it starts a watchdog that stays",
  async (_, __, cwd, command, config) => {
    const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'), { "clone/x": "" });
    const engine = path.join(project.home, "engine");
    await mkdir(engine);
    await cp(LAUNCHER, path.join(engine, "agents"));
    for (const part of ["src", "node_modules", "package.json"])
      await symlink(path.join(path.dirname(LAUNCHER), part), path.join(engine, part));
    await symlink("../engine/agents", path.join(project.home, "clone/link"));
    const env = { ...ENV, FLEET_NODE: process.execPath, PATH: `${engine}:${ENV.PATH}` };
    const agents = (word: string) =>
      execa(command, [word, "--config", config], {
        cwd: path.join(project.home, cwd),
        env,
        extendEnv: false,
        reject: false,
      });
    expect(await agents("up")).toMatchObject({ exitCode: 0, stdout: "ada  started" });
    expect((await agents("status")).stdout).toMatch(/^watchdog .* RUNNING$/m);
    await project.looks(3);
    expect((await agents("down")).exitCode).toBe(0);
  },
  60_000,
);

it("hands the first message over as a file, to the byte, and shows no word of it in the list of processes", async () => {
  const project = await ownProject(agentsToml(ADA), PROMPT);
  await project.up();
  const kickoff = path.join(project.state, "kickoffs/p-ada.txt");
  expect(await project.heard("ada")).toEqual([`first: Read ${kickoff} and do what it says.`]);
  const { stdout } = await execa("cat", [kickoff], { stripFinalNewline: false });
  expect(stdout).toBe(PROMPT["prompts/start.md"]);
  expect((await processesWith(kickoff)).length).toBeGreaterThan(0);
  expect(await processesWith("xyzzy")).toEqual([]);
  expect((await lstat(kickoff)).mode & 0o077).toBe(0);
});

it("refuses a state directory that is another project's by a link, up or down; what was moved with its project is its own", async () => {
  const mine = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
  await mine.up();
  const other = await ownProject(agentsToml('[agents.bob]\nkind = "persistent"\n'));
  await symlink(mine.state, other.state);
  const refused = {
    code: 4,
    out: "",
    err: expect.stringContaining(`the state directory of project is that of another project: ${mine.config}`),
  };
  expect(await other.run(["up"])).toMatchObject(refused);
  expect((await mine.agent("ada")).state).toBe("RUNNING");
  expect(await mine.run(["down"])).toMatchObject({ code: 0 });
  expect(await other.run(["up"])).toMatchObject(refused);
  const moved = path.join(path.dirname(mine.home), "moved");
  await rename(mine.home, moved);
  expect(await runAgents(["up", "--dry-run", "--config", moved])).toMatchObject({ code: 0 });
  await cp(moved, mine.home, { recursive: true });
  expect(await mine.run(["up", "--dry-run"])).toMatchObject({ code: 0 });
});

it("hands what stands in .testenv to the agent, and to no file and no command line of its own", async () => {
  const toml = agentsToml(ADA).replace("[backends.demo]\n", '[backends.demo]\nenv_file = ".testenv"\n');
  const project = await ownProject(toml, { ...PROMPT, ".testenv": "TOKEN=plugh-42\n" });
  await project.up();
  const { pid } = await project.agent("ada");
  expect(await readFile(`/proc/${pid}/environ`, "utf8")).toContain("TOKEN=plugh-42\0");
  await project.run(["restart", "ada"]);
  expect((await execa("ps", ["-ww", "-e", "-o", "args"])).stdout).not.toContain("plugh-42");
  const { stdout } = await execa("grep", ["-r", "-l", "plugh-42", project.home, "--devices=skip"], {
    reject: false,
  });
  expect(stdout).toBe(path.join(project.home, ".testenv"));
}, 60_000);
