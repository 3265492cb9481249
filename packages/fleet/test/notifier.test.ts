import { type ChildProcess, spawn } from "node:child_process";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import type { World } from "@fleet/engine";
import { expect, it, onTestFinished, vi } from "vitest";
import { findFleet } from "../src/find.ts";
import { type NotifierEnd, runNotifier } from "../src/notify/notifier.ts";
import { readNotifyStatus } from "../src/notify/status.ts";
import { pickReceivers, tryReceivers } from "../src/notify/try-out.ts";
import { ownDirectory, ROOT, until } from "./own.ts";
import { ownReceiver } from "./receivers.ts";

// Other tests and builds may run on this machine.
vi.setConfig({ testTimeout: 120_000 });

/** An engine that only says where its project's state directory is: all else the notifier reads by itself. */
const ENGINE = `#!/bin/sh
cat <<END
{"schema_version":1,"project":"demo","phase":null,"agents":[],"watchdog":null,"socket":"$PWD/state/tmux.sock"}
END
`;

/** A fleet of one project, whose journal the test writes. */
async function ownFleet(notify: string) {
  const root = await ownDirectory();
  const home = path.join(root, "demo");
  await mkdir(path.join(home, "engine"), { recursive: true });
  await mkdir(path.join(home, "state"));
  await writeFile(path.join(home, "engine/agents"), ENGINE, { mode: 0o755 });
  await writeFile(path.join(home, "agents.toml"), "");
  await writeFile(path.join(root, "fleet.toml"), `${notify}\n[[project]]\nname = "demo"\npath = "demo"\n`);
  const journal = (...entries: object[]) =>
    appendFile(
      path.join(home, "state/journal.jsonl"),
      entries.map((entry) => `${JSON.stringify({ at: Date.now(), agent: null, ...entry })}\n`).join(""),
    );
  return {
    root,
    journal,
    phase: (phase: string) => journal({ what: "phase-done", phase }),
    status: async () => readNotifyStatus(await findFleet(root)),
    /** Runs a notifier in this process until the test ends, or is told to. */
    start(idle = 60_000): { readonly ended: Promise<NotifierEnd>; stop(): Promise<NotifierEnd> } {
      const stopping = new AbortController();
      const ended = runNotifier(root, worldOf(stopping.signal), { look: 200, idle });
      const stop = () => {
        stopping.abort();
        return ended;
      };
      onTestFinished(async () => {
        await stop();
      });
      return { ended, stop };
    },
    /** The same as a process, as a person may kill it. */
    spawn(): ChildProcess {
      const bin = path.join(ROOT, "packages/cli/src/bin.ts");
      const words = ["--conditions=source", bin, "notify", "run"];
      const child = spawn(process.execPath, words, {
        cwd: root,
        env: { PATH: process.env.PATH },
        stdio: "ignore",
      });
      onTestFinished(async () => {
        if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      });
      return child;
    },
  };
}

const worldOf = (signal: AbortSignal): World => ({
  cwd: "/",
  env: { PATH: process.env.PATH },
  signal,
  input: async () => "",
  out: () => {},
  err: () => {},
  color: false,
});

const PHASES = 'events = ["phase-done"]\nmin_interval = "0s"\n';
const texts = (receiver: Awaited<ReturnType<typeof ownReceiver>>) =>
  receiver.notices().map(({ text }) => text);

it("tells each phase once, in order, though it ends and starts again in between", async () => {
  const receiver = await ownReceiver(200);
  const fleet = await ownFleet(`[notify.ops]\nwebhook = "${receiver.url}"\n${PHASES}`);
  const first = fleet.start();
  await until("the notifier has come", async () => (await fleet.status()).notifier !== null);
  await fleet.phase("one");
  await fleet.phase("two");
  await until("two are told", async () => receiver.heard.length === 2);
  expect(await first.stop()).toBe("interrupted");
  await fleet.phase("three");
  fleet.start();
  await until("the third is told", async () => receiver.heard.length === 3);
  expect(texts(receiver)).toEqual(["phase one is done", "phase two is done", "phase three is done"]);
  await until("nothing waits", async () => (await fleet.status()).receivers[0]?.waiting === 0);
  expect(await fleet.status()).toMatchObject({ receivers: [{ failing: null, aside: [] }] });
});

it("is one for each fleet", async () => {
  const fleet = await ownFleet('[notify.a]\ncommand = ["true"]\n');
  fleet.start();
  await until("it has come", async () => (await fleet.status()).notifier?.pid === process.pid);
  await expect(runNotifier(fleet.root, worldOf(new AbortController().signal))).rejects.toMatchObject({
    code: "BUSY",
  });
});

it("keeps nobody waiting for one that hangs", async () => {
  const slow = await ownReceiver("hangs");
  const quick = await ownReceiver(200);
  const fleet = await ownFleet(
    `[notify.slow]\nwebhook = "${slow.url}"\ntimeout = "100s"\n${PHASES}[notify.quick]\nwebhook = "${quick.url}"\n${PHASES}`,
  );
  const notifier = fleet.start();
  await until("it has come", async () => (await fleet.status()).notifier !== null);
  await fleet.phase("one");
  await until("one hears, the other hangs", async () => quick.heard.length === 1 && slow.heard.length === 1);
  await fleet.phase("two");
  await until("one hears again", async () => quick.heard.length === 2);
  expect(slow.heard).toHaveLength(1);
  expect(await notifier.stop()).toBe("interrupted");
  expect((await fleet.status()).receivers).toMatchObject([{ waiting: 2 }, { waiting: 0 }]);
});

it("tries again when the receiver wants it, and at once when a test has reached it", async () => {
  const receiver = await ownReceiver("in an hour", 200);
  const fleet = await ownFleet(`[notify.ops]\nwebhook = "${receiver.url}"\n${PHASES}`);
  fleet.start();
  await until("it has come", async () => (await fleet.status()).notifier !== null);
  await fleet.phase("one");
  const failing = await until("it failed", async () => (await fleet.status()).receivers[0]?.failing ?? false);
  expect(failing).toMatchObject({ tries: 1, because: "it answered 503" });
  expect(failing.next - failing.at).toBeGreaterThanOrEqual(3_600_000);
  const found = await findFleet(fleet.root);
  await tryReceivers(found, pickReceivers(found, ["ops"]), worldOf(new AbortController().signal));
  await writeFile(path.join(fleet.root, ".fleet/notify/wake"), "");
  await until("it is told", async () => receiver.heard.length === 3);
  const [one, , again] = receiver.heard;
  expect(again?.body).toBe(one?.body);
});

it("puts aside what will never be taken, says so, and goes on with the next", async () => {
  const receiver = await ownReceiver(422, 200);
  const fleet = await ownFleet(`[notify.ops]\nwebhook = "${receiver.url}"\n${PHASES}`);
  fleet.start();
  await until("it has come", async () => (await fleet.status()).notifier !== null);
  await fleet.phase("one");
  await until("it is put aside", async () => (await fleet.status()).receivers[0]?.aside.length === 1);
  await fleet.phase("two");
  await until("the next is told", async () => receiver.heard.length === 2);
  const [{ aside } = { aside: [] }] = (await fleet.status()).receivers;
  expect(aside).toMatchObject([
    { tries: 1, because: "it answered 422: no, 422", notices: [{ text: "phase one is done" }] },
  ]);
});

it("says the same again under the same name, and nothing twice, when it is killed while it tells", async () => {
  const receiver = await ownReceiver("hangs", 200);
  const fleet = await ownFleet(`[notify.ops]\nwebhook = "${receiver.url}"\ntimeout = "100s"\n${PHASES}`);
  const first = fleet.spawn();
  await until("it has come", async () => (await fleet.status()).notifier !== null);
  await fleet.phase("one");
  await until("it tells", async () => receiver.heard.length === 1);
  await fleet.phase("two");
  await until("the second waits", async () => (await fleet.status()).receivers[0]?.waiting === 2);
  first.kill("SIGKILL");
  await until("it is gone", () => first.signalCode !== null);
  fleet.start();
  await until("all is told", async () => receiver.heard.length === 3);
  const ids = receiver.heard.map(({ headers }) => headers["webhook-id"]);
  expect([ids[1], new Set(ids).size]).toEqual([ids[0], 2]);
  expect(texts(receiver)).toEqual(["phase one is done", "phase one is done", "phase two is done"]);
});

it("hears of a changed fleet.toml while it runs, and ends when nobody is to be told any more", async () => {
  const receiver = await ownReceiver(200);
  const fleet = await ownFleet('[notify.a]\ncommand = ["true"]\n');
  const notifier = fleet.start();
  const file = path.join(fleet.root, "fleet.toml");
  const before = await readFile(file, "utf8");
  await until("it has come", async () => (await fleet.status()).notifier !== null);
  await writeFile(file, `[notify.b]\nwebhook = "${receiver.url}"\n${PHASES}${before}`);
  await until("it knows the new one", async () => {
    await fleet.phase("one");
    return receiver.heard.length > 0;
  });
  await writeFile(file, before.replace('[notify.a]\ncommand = ["true"]\n', ""));
  expect(await notifier.ended).toBe("done");
});

it("ends by itself when nothing is up and nothing waits", async () => {
  const fleet = await ownFleet('[notify.a]\ncommand = ["true"]\n');
  expect(await fleet.start(300).ended).toBe("done");
  await fleet.journal({ what: "watchdog-started" });
  const lost = fleet.start(300);
  await until("it watches over a project that nobody watches", async () => {
    const file = path.join(fleet.root, ".fleet/notify/projects/demo.json");
    return (await readFile(file, "utf8").catch(() => "")).includes('"event":"watchdog-lost"');
  });
  await fleet.journal({ what: "watchdog-ended", because: "off" });
  expect(await lost.ended).toBe("done");
});

it("tells nothing of what was done before it came for the first time", async () => {
  const receiver = await ownReceiver(200);
  const fleet = await ownFleet(`[notify.ops]\nwebhook = "${receiver.url}"\n${PHASES}`);
  await fleet.journal({ what: "phase-done", phase: "zero", at: Date.now() - 3_600_000 });
  fleet.start();
  await until(
    "it has read that",
    async () => (await readdir(path.join(fleet.root, ".fleet/notify/projects")).catch(() => [])).length > 0,
  );
  await fleet.phase("one");
  await until("the next is told", async () => receiver.heard.length > 0);
  expect(texts(receiver)).toEqual(["phase one is done"]);
});
