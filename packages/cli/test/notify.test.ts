import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import process from "node:process";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { ownDirectory, fleet as typed, until } from "./own.ts";

const run = promisify(execFile);
const ROOT = path.join(import.meta.dirname, "../../..");

const DEFAULTS = `[defaults]
session_prefix = "notify-"
log_dir = "state"
backend = "demo"
model = "sonnet"
[supervision]
signal_tick = "1s"
stop_grace = "500ms"
`;

interface Notice {
  readonly event: string;
  readonly project: string;
  readonly agent: string;
  readonly text: string;
}

/** A receiver that takes whatever it is told. */
async function ownReceiver() {
  const heard: Notice[] = [];
  const server = createServer(async (request, response) => {
    const { notices = [] } = (await json(request)) as { notices?: readonly Notice[] };
    heard.push(...notices);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, heard };
}

/** A fleet with one project of two agents that are up, run by this checkout's engine. */
async function ownFleetThatIsUp(notify: string) {
  const root = await ownDirectory();
  const home = path.join(root, "demo");
  await mkdir(home);
  await symlink(path.join(ROOT, "packages/engine"), path.join(home, "engine"));
  const agents = ["ada", "bob"].map((name) => `[agents.${name}]\nkind = "persistent"\n`);
  await writeFile(path.join(home, "agents.toml"), DEFAULTS + agents.join(""));
  await writeFile(path.join(root, "fleet.toml"), `${notify}\n[[project]]\nname = "demo"\npath = "demo"\n`);
  // By its home every process can be found that comes of it.
  const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", HOME: root, FLEET_NODE: process.execPath };
  const say = (...words: string[]) => typed(root, ["send", "demo", "--no-wait", ...words], { env });
  const notifier = async () => {
    const { out } = await typed(root, ["notify", "status", "--json"]);
    return JSON.parse(out).notifier?.pid as number | undefined;
  };
  onTestFinished(async () => {
    await typed(root, ["down", "demo"], { env });
    const pid = await notifier();
    if (pid === undefined) return;
    process.kill(pid, "SIGTERM");
    await until("the notifier has ended", () => !existsSync(`/proc/${pid}`));
  });
  // The notifier runs the program that started it.
  const program = ["--conditions=source", path.join(ROOT, "packages/cli/src/bin.ts")];
  await run(process.execPath, [...program, "up", "demo"], { cwd: root, env });
  return { say, notifier };
}

it("tells once of each agent that asks, though the notifier is killed in between", async () => {
  const receiver = await ownReceiver();
  const { say, notifier } = await ownFleetThatIsUp(
    `[notify.ops]\nwebhook = "${receiver.url}"\nmin_interval = "0s"\n`,
  );
  await say("ada", "demo: ask Trust this folder?");
  await until("it is told that ada asks", async () => receiver.heard.length > 0, 90);
  const pid = await until("the notifier runs", notifier, 30);
  process.kill(pid, "SIGKILL");
  await say("bob", "demo: ask Delete it?");
  await until("it is told that bob asks", async () => receiver.heard.length > 1, 90);
  expect(receiver.heard).toMatchObject([
    { event: "needs-human", project: "demo", agent: "ada", text: "asks: Trust this folder?" },
    { event: "needs-human", project: "demo", agent: "bob", text: "asks: Delete it?" },
  ]);
  expect(await notifier()).not.toBe(pid);
}, 240_000);

const READ = {
  "fleet.toml": `[notify.log]\ncommand = ["sh", "-c", "cat >told"]\n\n[notify.gone]\ncommand = ["./nowhere"]\n`,
};

it("says of each receiver what came of a test, and of a name that is none which are", async () => {
  const root = await ownDirectory();
  await writeFile(path.join(root, "fleet.toml"), READ["fleet.toml"]);
  const both = await typed(root, ["notify", "test"]);
  expect(both).toMatchObject({ exit: 1, err: "" });
  expect(both.out).toMatch(/^log {3}command {2}told in \d+ ms\ngone {2}command {2}failed: .*nowhere.*\n$/);
  expect(JSON.parse(await readFile(path.join(root, "told"), "utf8"))).toMatchObject({
    title: "fleet can reach you",
  });
  const one = await typed(root, ["notify", "test", "log", "--json"]);
  expect(JSON.parse(one.out)).toMatchObject({ receivers: [{ name: "log", told: true, error: null }] });
  expect(await typed(root, ["notify", "test", "lgo"])).toMatchObject({
    exit: 2,
    err: expect.stringContaining("did you mean `log`?"),
  });
  expect(await typed(root, ["notify", "status"])).toEqual({
    exit: 0,
    out: "no notifier runs; fleet up starts one\nlog   command  nothing waits  never told\ngone  command  nothing waits  never told\n",
    err: "",
  });
});

it("says how to add a receiver where there is none", async () => {
  const root = await ownDirectory();
  await writeFile(path.join(root, "fleet.toml"), "");
  expect(await typed(root, ["notify", "test"])).toMatchObject({
    exit: 2,
    err: expect.stringContaining("fleet.toml has no receivers"),
  });
  expect(await typed(root, ["notify", "run"])).toMatchObject({ exit: 0 });
});

it("says in status when a receiver could not be told for long, and when nobody tells", async () => {
  const root = await ownDirectory();
  const answer = (watchdog: object | null) =>
    JSON.stringify({ schema_version: 1, project: "demo", phase: null, agents: [], watchdog });
  await mkdir(path.join(root, "demo/engine"), { recursive: true });
  await writeFile(path.join(root, "demo/engine/agents"), "#!/bin/sh\ncat answer\n", { mode: 0o755 });
  await writeFile(path.join(root, "demo/answer"), answer(null));
  const project = '[[project]]\nname = "demo"\npath = "demo"\n';
  await writeFile(path.join(root, "fleet.toml"), `[notify.phone]\ncommand = ["true"]\n${project}`);
  const noted = async () => (await typed(root, ["status"])).err;
  expect(await noted()).toBe("");
  await writeFile(
    path.join(root, "demo/answer"),
    answer({ pid: 7, epoch: 1, heartbeat: "2026-01-31T12:00:00Z" }),
  );
  expect(await noted()).toBe(
    "fleet: nobody is told what happens, for no notifier runs: fleet notify test starts one\n",
  );
  const out = path.join(root, ".fleet/notify/spool/phone/out");
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, `${String(Date.now() - 900_000).padStart(15, "0")}-d.json`), "{}");
  expect(await noted()).toBe("fleet: phone can't be told what happens: fleet notify status\n");
  expect((await typed(root, ["status", "--json"])).err).toBe("");
});
