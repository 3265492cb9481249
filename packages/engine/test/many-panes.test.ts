import path from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { createLookAtPanes } from "../src/host/many-panes.ts";
import { createSurveyor } from "../src/verbs/survey-many.ts";
import { agentsToml, ENV, ownDirectory, ownProject } from "./real.ts";

/** A tmux server with one session, and its process. */
async function ownServer(folder: string, name: string): Promise<{ socket: string; pid: number }> {
  const socket = path.join(folder, `${name}.sock`);
  const tmux = (...words: string[]) =>
    execa("tmux", ["-S", socket, "-f", "/dev/null", ...words], { env: ENV, extendEnv: false });
  await tmux("new-session", "-d", "-s", name, "exec sleep 600");
  const pid = Number((await tmux("display-message", "-p", "#{pid}")).stdout);
  onTestFinished(() => {
    process.kill(pid, "SIGCONT");
    process.kill(pid, "SIGKILL");
  });
  return { socket, pid };
}

it("sees the panes of many servers, of those that are not there, and of those beside one that hangs", async () => {
  const folder = await ownDirectory();
  const servers = await Promise.all(["a", "b", "c", "d", "e"].map((name) => ownServer(folder, name)));
  const look = createLookAtPanes(ENV, { together: 1_000, alone: 500 });
  const say = (socket: string) =>
    look(socket).then(
      ({ sessions }) => [...sessions.keys()].join() || "nothing",
      ({ code, message }) => `${code}: ${message}`,
    );
  const sockets = [...servers.map(({ socket }) => socket), path.join(folder, "none.sock")];
  expect(await Promise.all(sockets.map(say))).toEqual(["a", "b", "c", "d", "e", "nothing"]);
  expect(await say(sockets[0] ?? "")).toBe("a");
  process.kill(servers[1]?.pid ?? 0, "SIGSTOP");
  expect(await Promise.all(sockets.map(say))).toEqual([
    ...["a", "TMUX_FAILED: tmux list-panes: timed out", "c", "d", "e", "nothing"],
  ]);
});

it("answers of many projects at once what each answers by itself", async () => {
  const projects = await Promise.all(
    ["ada", "bob", "eve"].map((name) => ownProject(agentsToml(`[agents.${name}]\nkind = "persistent"\n`))),
  );
  for (const project of projects.slice(0, 2)) await project.up();
  const survey = createSurveyor(ENV);
  const many = await Promise.all(projects.map(({ config }) => survey(config)));
  const alone = await Promise.all(projects.map(({ run }) => run(["status", "--json"])));
  const steady = (text: string) => JSON.parse(text.replaceAll(/"(heartbeat|is_since)":"[^"]*"/g, '"$1":"…"'));
  expect(many.map((one) => steady(JSON.stringify(one)))).toEqual(alone.map(({ out }) => steady(out)));
  expect(many.map(({ agents }) => agents[0]?.state)).toEqual(["RUNNING", "RUNNING", "stopped"]);
  await expect(survey(path.join(projects[0]?.home ?? "", "nowhere.toml"))).rejects.toMatchObject({
    code: "FILE_MISSING",
  });
});
