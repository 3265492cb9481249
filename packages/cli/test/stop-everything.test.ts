import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { appendFile, chmod, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { fleet, ownDirectory } from "./own.ts";

const LAUNCHER = path.join(import.meta.dirname, "../../engine/agents");
const ENGINE = `#!/bin/sh\nexec ${LAUNCHER} "$@"\n`;
const agentsToml = (prefix: string) => `[defaults]
session_prefix = "${prefix}-"
log_dir = ".s"
backend = "demo"
[backends.demo]
env = { DEMO_PACE = "0.05" }
[supervision]
signal_tick = "1s"
quit_grace = "2s"
stop_grace = "500ms"
[agents.ada]
kind = "persistent"
[agents.job]
kind = "task"
schedule = "* * * * *"
`;

/** The first is served without a process, as the demo is; the others by an engine of their own. */
const tableOf = (name: string, index: number): string =>
  `[[project]]\nname = "${name}"\npath = "p/${name}"\n${index === 0 ? 'engine = "workspace"\n' : ""}`;

async function ownFleet(...names: readonly string[]): Promise<string> {
  const root = await ownDirectory({
    "fleet.toml": names.map(tableOf).join(""),
    ...Object.fromEntries(
      names.flatMap((name) => [
        [`p/${name}/agents.toml`, agentsToml(name)],
        [`p/${name}/engine/agents`, ENGINE],
      ]),
    ),
  });
  onTestFinished(async () => {
    for (const pid of await processesIn(root))
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // They end together.
      }
  });
  return root;
}

/** Agents, watchdogs, keepers and tmux servers that have something to do with this folder. */
async function processesIn(root: string): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const texts = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "");
      return (await read("cmdline")) + (await read("environ"));
    }),
  );
  return pids.map(Number).filter((_, index) => texts[index]?.includes(root));
}

it("stops every project, also one whose engine is broken by now, and nothing starts anybody until that is lifted", {
  timeout: 90_000,
}, async () => {
  const root = await ownFleet("a", "b");
  expect(await fleet(root, ["up", "--all"])).toMatchObject({ exit: 0 });
  await writeFile(
    path.join(root, "p/b/engine/agents"),
    "#!/bin/sh\necho 'agents: I am broken' >&2\nexit 70\n",
  );
  await appendFile(path.join(root, "fleet.toml"), tableOf("gone", 2));
  const env = { USER: "eve" };
  const said = await fleet(root, ["stop-everything", "--why", "the key leaked"], { env });
  expect(said).toEqual({
    exit: 0,
    out: "a     stopped\nb     stopped by this fleet's engine, as its own failed: I am broken\ngone  is not there\n",
    err: "nothing of this fleet is started any more, until: fleet stop-everything --lift\n",
  });
  // A keeper may take a moment to end after its watchdog.
  for (let left = 200; left > 0 && (await processesIn(root)).length > 0; left--) await wait(50);
  expect(await processesIn(root)).toEqual([]);
  const lift = expect.stringContaining("fleet stop-everything --lift");
  expect(await fleet(root, ["up", "--all"])).toMatchObject({ exit: 4, out: "", err: lift });
  // The project's own engine knows it by itself, and so does a watchdog that is started: it ends at once.
  await rm(path.join(root, ".fleet"), { recursive: true });
  await writeFile(path.join(root, "p/b/engine/agents"), ENGINE);
  for (const words of [
    ["up", "a"],
    ["restart", "b"],
  ]) {
    const refused = await fleet(root, words);
    expect(refused).toMatchObject({ exit: 4, out: "", err: lift });
    expect(refused.err).toMatch(/was stopped with everything at \S+Z by eve: the key leaked/);
  }
  expect((await fleet(root, ["status"])).out).toContain("stopped with everything (eve: the key leaked)");
  const watchdog = await promisify(execFile)(LAUNCHER, ["watchdog"], { cwd: path.join(root, "p/a") });
  expect(watchdog.stderr).toContain("nobody is started until");
  expect(await fleet(root, ["stop-everything", "--lift"])).toEqual({
    exit: 0,
    out: "a     lifted\nb     lifted\ngone  is not there\n",
    err: "projects may be started again; this started nobody: fleet up --all\n",
  });
  expect(await processesIn(root)).toEqual([]);
  expect(await fleet(root, ["up", "a"])).toMatchObject({ exit: 0, out: "ada  resumed\n" });
});

it("stops what it can still read of a broken fleet.toml, waits for no engine that hangs, and tells by its exit code", {
  timeout: 90_000,
}, async () => {
  const root = await ownFleet("a", "b", "gone");
  expect(await fleet(root, ["up", "a"])).toMatchObject({ exit: 0 });
  const text = await readFile(path.join(root, "fleet.toml"), "utf8");
  await writeFile(path.join(root, "fleet.toml"), `${text}[[project]\nname = `);
  await writeFile(path.join(root, "p/b/engine/agents"), "#!/bin/sh\nexec sleep 600\n");
  await chmod(path.join(root, "p/b/engine/agents"), 0o755);
  await rm(path.join(root, "p/gone"), { recursive: true });
  const { exit, out, err } = await fleet(root, ["stop-everything", "--timeout", "4s"]);
  expect(exit).toBe(1);
  expect(out).toMatch(
    /^a {2}stopped.*\nb {2}stopped by this fleet's engine, as its own failed: .* after 4 s\n$/,
  );
  expect(err).toContain("what else it means by that is not stopped: mend it, and say this again\n");
  expect(existsSync(path.join(root, ".fleet/standstill.json"))).toBe(true);
  expect(existsSync(path.join(root, "p/a/.s/tmux.sock"))).toBe(false);
});
