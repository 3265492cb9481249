import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import process from "node:process";
import { expect, it, onTestFinished } from "vitest";
import { systemDisk } from "../src/host/disk.ts";
import { askOnce, lackOf } from "../src/host/lack.ts";
import { healthOf } from "../src/host/opencode-server.ts";
import { readSite } from "../src/host/site.ts";
import { createStore } from "../src/host/store.ts";
import { agentsToml, type OwnProject, ownProject, until } from "./real.ts";

/*
 * A server that agents of opencode share, played by a small program: it answers
 * only when there is a file `open`, wants its password, and, as the real one
 * did, can't bear a folder of its in TMPDIR that is there already. The real one
 * is in server.cli.test.ts.
 */

const SCREEN = path.join(import.meta.dirname, "../src/backends/opencode/screens/idle-fresh.120x40.txt");
const PROGRAM = `
import { createServer } from "node:http";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
const [what, ...words] = process.argv.slice(2);
if (what === "attach") {
  appendFileSync("attached", words.join(" ") + "\\n");
  process.stdout.write(readFileSync(${JSON.stringify(SCREEN)}, "utf8").trimEnd());
  setInterval(() => {}, 1_000_000);
} else {
  mkdirSync(process.env.TMPDIR + "/opencode");
  const wanted = "Basic " + Buffer.from("opencode:" + process.env.OPENCODE_SERVER_PASSWORD).toString("base64");
  let count = 0;
  const server = createServer((asked, answer) => {
    if (asked.headers.authorization !== wanted) return answer.writeHead(401).end();
    const { pathname } = new URL(asked.url, "http://x");
    if (pathname === "/global/health") return answer.end('{"healthy":true}');
    if (pathname === "/session/status") return answer.end("{}");
    answer.end(JSON.stringify({ id: "ses_" + process.pid + "_" + count++ }));
  });
  const open = () => (existsSync("open") ? server.listen(Number(words[3]), words[1]) : setTimeout(open, 20));
  open();
}
`;

/** A place where nothing listens, as the system says; and one where a stranger does. */
async function listener() {
  const server = createServer((_, answer) => answer.end("hello"));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => void server.close(() => resolve()));
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${port}`, close };
}

async function freeUrl(): Promise<string> {
  const { url, close } = await listener();
  await close();
  return url;
}

async function shared(url: string): Promise<OwnProject & { open(): Promise<void>; shut(): Promise<void> }> {
  const toml = agentsToml(`
[backends.opencode]
command = [${JSON.stringify(process.execPath)}, "opencode.mjs"]
server = "${url}"
[services.oc]
serves = "opencode"
[agents.ada]
kind = "persistent"
backend = "opencode"
prompt = "prompt.md"
`);
  const project = await ownProject(toml, { "opencode.mjs": PROGRAM, "prompt.md": "Begin.\n" });
  const file = path.join(project.home, "open");
  return { ...project, open: () => writeFile(file, ""), shut: () => rm(file) };
}

const is = (project: OwnProject, name: string, word: string, why = "") =>
  until(`${name} is ${word} ${why}`, async () => {
    const seen = await project.agent(name);
    return seen.is === word && (seen.why ?? "").includes(why);
  }).catch(async (error) => {
    const story = (await project.journal()).slice(-12).map((entry) => JSON.stringify(entry));
    throw new Error([error.message, JSON.stringify(await project.agent(name)), ...story].join("\n"));
  });

/** Of a program that is not there the pid would be that of our own group. */
async function killServer(project: OwnProject): Promise<void> {
  const { pid } = await project.agent("oc");
  if (pid === null) throw new Error("there is no server to kill");
  process.kill(pid, "SIGKILL");
}

const at = (project: OwnProject, ...names: readonly string[]) =>
  path.join(project.state, "servers/oc", ...names);

const attached = async ({ home }: OwnProject): Promise<readonly string[]> =>
  (await readFile(path.join(home, "attached"), "utf8").catch(() => ""))
    .split("\n")
    .flatMap((line) => /--session (\S+)/.exec(line)?.[1] ?? []);

it("holds the agents of a shared server until it answers, and starts them then", async () => {
  const project = await shared(await freeUrl());
  await project.watchdog();
  const up = project.run(["up"]);
  await is(project, "ada", "held", "does not answer");
  expect(await project.journal("starting")).toMatchObject([{ agent: "oc" }]);
  await project.open();
  expect(await up).toMatchObject({ code: 0 });
  await is(project, "ada", "ready");
  const { records } = await createStore(project.state).glance();
  expect(records.agents.ada).toMatchObject({ restarts: [], failures: 0 });
  // Its first message lies where only the server's plugin takes it, and in the conversation of which it has the window.
  const seat = JSON.parse(await readFile(at(project, "seats/ada.json"), "utf8"));
  expect(await attached(project)).toEqual([seat.session]);
  expect(JSON.parse(await readFile(at(project, "seats/ada.first"), "utf8"))).toEqual({
    instance: seat.instance,
    text: expect.stringContaining("kickoffs/p-ada.txt"),
  });
  expect((await project.run(["down", "ada"])).code).toBe(0);
  expect(await readdir(at(project, "seats"))).not.toContain("ada.json");
});

it("ends agents whose server died, and goes on with their conversations when it is back, which counts against nobody", async () => {
  const project = await shared(await freeUrl());
  await project.open();
  await project.watchdog();
  await project.up();
  const [session = ""] = await attached(project);
  const { run } = (await createStore(project.state).records()).agents.ada ?? {};
  const told = { type: "told", session, text: "Begin." };
  // As our plugin tells it.
  const name = `${Date.now()}000000-1.${run?.instance}`;
  await writeFile(path.join(project.state, "events", name), JSON.stringify(told));
  await until("its conversation is known", async () => {
    const { agents } = await createStore(project.state).records();
    return agents.ada?.conversation?.id === session;
  });
  await project.shut();
  await killServer(project);
  await is(project, "ada", "held", "does not answer");
  expect(await project.journal("stopped")).toMatchObject([{ agent: "ada", because: "server-lost" }]);
  await project.open();
  await is(project, "ada", "ready");
  expect(await attached(project)).toEqual([session, session]);
  const { agents } = await createStore(project.state).records();
  expect([agents.ada?.restarts, agents.ada?.gaveUp]).toEqual([[], null]);
});

it("takes no stranger for its server, and tells of it", async () => {
  const stranger = await listener();
  const project = await shared(stranger.url);
  await project.open();
  await project.watchdog();
  const up = project.run(["up"]);
  await is(project, "oc", "held", `another program answers at ${stranger.url}`);
  await is(project, "ada", "held", "oc was not started yet");
  // As if its own had been there before.
  await mkdir(at(project), { recursive: true });
  await writeFile(at(project, "password"), "secret");
  await is(project, "ada", "held", "is not its server: it does not take our password");
  expect(await project.journal("starting")).toEqual([]);
  await stranger.close();
  expect(await up).toMatchObject({ code: 0 });
});

it("gives each start of a server a password of its own that no command line shows, and an empty folder for temporary files", async () => {
  const project = await shared(await freeUrl());
  await project.open();
  const others = path.join(project.home, "others");
  await mkdir(path.join(others, "opencode"), { recursive: true });
  await mkdir(at(project), { recursive: true });
  await symlink(others, at(project, "tmp"));
  await project.watchdog();
  await project.up();
  const password = () => readFile(at(project, "password"), "utf8");
  const first = await password();
  expect(first).toMatch(/^[\w-]{43}$/);
  expect((await stat(at(project, "password"))).mode & 0o777).toBe(0o600);
  expect(execFileSync("ps", ["-eww", "-o", "args"], { encoding: "utf8" })).not.toContain(first);
  expect(await readdir(others)).toEqual(["opencode"]);
  expect(await readdir(at(project, "tmp"))).toEqual(["opencode"]);
  await writeFile(at(project, "tmp/leaked"), "");
  await killServer(project);
  await until("there is another", async () => (await password()) !== first);
  await until("its folder is as if it had never been there", async () => {
    const names = await readdir(at(project, "tmp")).catch(() => []);
    return names.join() === "opencode";
  });
});

it("asks a server once, however many depend on it, and waits no longer than it may", async () => {
  const asked: string[] = [];
  const ask = askOnce(async (url) => {
    asked.push(url);
    return "away";
  });
  await Promise.all(Array.from({ length: 20 }, (_, nth) => ask(`http://server-${nth % 2}`, "", null)));
  expect(asked).toEqual(["http://server-0", "http://server-1"]);
  // Reserved for documentation: nobody answers there.
  expect(["mute", "away"]).toContain(await healthOf("http://192.0.2.1:4096", "", null, 100));
  expect(await healthOf((await listener()).url, "secret", null)).toBe("stranger");
});

it("holds the agents of a server that no service runs", async () => {
  const toml = agentsToml(
    '[backends.opencode]\nserver = "http://127.0.0.1:1"\n[agents.ada]\nkind = "persistent"\nbackend = "opencode"\n',
  );
  const site = await readSite((await ownProject(toml)).config);
  const [ada] = site.project.agents;
  expect(ada && (await lackOf(site, ada, systemDisk, healthOf))).toMatch("no service runs its server");
});
