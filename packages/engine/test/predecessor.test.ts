import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { agentsToml, ENV, type OwnProject, ownDirectory, ownProject } from "./real.ts";

/** A tmux server as everyone has one by default, in a folder of this test's own. */
async function ownDefaultServer(session: string) {
  const folder = await ownDirectory();
  const env = { ...ENV, TMUX_TMPDIR: folder };
  const tmux = (...args: readonly string[]) => execa("tmux", args, { env, extendEnv: false, reject: false });
  await tmux("-f", "/dev/null", "new-session", "-d", "-s", session, "sleep 600");
  onTestFinished(async () => void (await tmux("kill-server")));
  return { env, tmux };
}

async function adopted(session: string): Promise<OwnProject> {
  const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'));
  await mkdir(project.state);
  await writeFile(path.join(project.state, "adopted.json"), JSON.stringify({ watchdog_session: session }));
  return project;
}

it("refuses to start beside the watchdog of the set-up that the project comes from, and starts when that is gone", async () => {
  const { env, tmux } = await ownDefaultServer("old-watchdog");
  const project = await adopted("old-watchdog");
  const refused = await project.run(["up"], { env });
  expect(refused).toMatchObject({
    code: 4,
    err: expect.stringContaining("the old watchdog still runs, in the tmux session old-watchdog"),
  });
  expect(refused.err).toContain("fleet cutover project tells how");
  expect(await project.run(["restart", "ada"], { env })).toMatchObject({ code: 4 });
  await tmux("kill-session", "-t", "=old-watchdog");
  expect(await project.run(["up"], { env })).toMatchObject({ code: 0, out: "ada  started\n" });
  await project.run(["down"]);
});

it("takes a session whose name only begins like that for none of its business", async () => {
  const { env } = await ownDefaultServer("old-watchdog-2");
  const project = await adopted("old-watchdog");
  expect(await project.run(["up", "--dry-run"], { env })).toMatchObject({ code: 0 });
});

it("asks no tmux server of other people's where the project was not adopted", async () => {
  const { env } = await ownDefaultServer("p-watchdog");
  const project = await adopted("p-watchdog");
  await rm(path.join(project.state, "adopted.json"));
  expect(await project.run(["up", "--dry-run"], { env })).toMatchObject({ code: 0 });
});

it("refuses a state directory that another engine keeps its state in", async () => {
  const project = await ownProject(agentsToml('[agents.ada]\nkind = "persistent"\n'), {
    "state/state/phase-idx": "18\n",
  });
  expect(await project.run(["up"])).toMatchObject({
    code: 4,
    err: expect.stringContaining("is the state directory of another engine"),
  });
});
