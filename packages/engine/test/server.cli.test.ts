import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import process from "node:process";
import { expect, it, onTestFinished } from "vitest";
import { createStore } from "../src/host/store.ts";
import { backendTable, SOON } from "./driven.ts";
import { saidBy } from "./model-api/request.ts";
import { modelApi } from "./model-api/server.ts";
import { shell } from "./model-api/step.ts";
import { agentsToml, ownProject, processesWith, until } from "./real.ts";
import { seat } from "./seat.ts";

/* The real opencode, as a server that two agents share. */

/** One that nobody uses, as the system says. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}

it("agents share an opencode server, each in its own conversation, go on with it after the server died, and leave nothing", async () => {
  const api = await modelApi();
  onTestFinished(() => api[Symbol.asyncDispose]());
  const own = await seat("opencode", { api });
  onTestFinished(() => own.end());
  const agent = (name: string) =>
    `[agents.${name}]\nkind = "persistent"\nbackend = "opencode"\nprompt = "${name}.md"\n`;
  const url = `http://127.0.0.1:${await freePort()}`;
  const toml = agentsToml(
    `${await backendTable("opencode", own)}
server = "${url}"
[models]
sonnet = "fake/fake-model"
[services.oc]
serves = "opencode"
${agent("ada")}${agent("bob")}`,
    { stop_grace: '"5s"', quit_grace: '"60s"' },
  );
  const files = { "ada.md": "Say hello.\n", "bob.md": "Say hello.\n" };
  const project = await ownProject(toml, files, own.place.workdir);
  const saidTo = (name: string) =>
    own
      .turns()
      .map(saidBy)
      .filter((said) => said[0]?.includes(`kickoffs/p-${name}.txt`));
  const is = (name: string, word: string, turns: number) =>
    until(
      `${name} is ${word}`,
      async () => (await project.agent(name)).is === word && saidTo(name).length >= turns,
      SOON,
    ).catch(async (error) => {
      const shown = await project.tmux("capture-pane", "-p", "-t", `p-${name}`).catch(String);
      const story = (await project.journal()).slice(-14).map((entry) => JSON.stringify(entry));
      throw new Error([error.message, shown.trimEnd(), ...story].join("\n"));
    });

  await project.watchdog();
  await project.up();
  await Promise.all([is("ada", "ready", 1), is("bob", "ready", 1)]);
  const sent = await project.run(["send", "ada", "one\n# and\ttwo"]);
  expect([sent.code, sent.out]).toEqual([0, expect.stringContaining("confirmed")]);
  await is("ada", "ready", 2);

  // Taken down in the midst of a turn: neither its tool nor the turn itself goes on in the server.
  api.script(own.place.key, [shell("echo $FLEET_AGENT > who; sleep 600")]);
  await project.run(["send", "bob", "work"]);
  const who = () => readFile(path.join(own.place.workdir, "who"), "utf8").catch(() => "");
  await until("bob's tool runs", async () => (await who()) === "bob\n", SOON);
  const { bob } = (await createStore(project.state).records()).agents;
  const ofBob = () => processesWith(`FLEET_INSTANCE=${bob?.run?.instance}`);
  expect((await ofBob()).length).toBeGreaterThan(1);
  expect((await project.run(["down", "bob"])).code).toBe(0);
  expect(await ofBob()).toEqual([]);
  const password = await readFile(path.join(project.state, "servers/oc/password"), "utf8");
  const authorization = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;
  await until("nobody works in the server", async () => {
    const directory = new URLSearchParams({ directory: own.place.workdir });
    const answer = await fetch(`${url}/session/status?${directory}`, { headers: { authorization } });
    return Object.keys((await answer.json()) as object).length === 0;
  });
  expect(saidTo("bob").length).toBe(2);

  const { pid } = await project.agent("oc");
  expect(pid).not.toBeNull();
  if (pid !== null) process.kill(pid, "SIGKILL");
  await until("ada is back", async () => (await project.journal("resumed")).length === 1, SOON);
  await is("ada", "ready", 2);
  expect((await project.run(["send", "ada", "are you there?"])).code).toBe(0);
  await is("ada", "ready", 3);
  expect(saidTo("ada").at(-1)).toEqual([
    expect.stringContaining("kickoffs/p-ada.txt"),
    expect.stringContaining("one"),
    expect.stringContaining("are you there?"),
  ]);

  expect((await project.run(["down"])).code).toBe(0);
  await until("nothing is left", async () => (await own.pids()).length === 0, SOON);
});
