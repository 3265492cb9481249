import { existsSync } from "node:fs";
import { appendFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { isHeld, run } from "@fleet/engine";
import { describe, expect, it, onTestFinished } from "vitest";
import { fleet, ownDirectory, until } from "./own.ts";

const ENGINE = path.join(import.meta.dirname, "../../engine");
const NAME = "my shop 50% of $HOME";

const TOML = `[[project]]\nname = "shop"\npath = ${JSON.stringify(NAME)}\nengine = "workspace"\n`;

const AGENTS = `[defaults]
session_prefix = "shop-"
log_dir = ".state"
backend = "demo"
[backends.demo]
env = { DEMO_PACE = "0.05" }
[agents.ada]
kind = "persistent"
`;

/**
 * A systemctl that notes what it is told. It starts the command of a unit as
 * systemd would, in a session of its own, and remembers its number.
 */
const systemctl = (root: string): string => `#!/bin/sh
printf '%s\\n' "$*" >>'${root}/said'
shift
[ "$1" = --no-ask-password ] && shift
case $1 in
is-system-running) cat '${root}/running' ;;
show)
	pid=$(cat '${root}/pid' 2>/dev/null) || pid=0
	printf 'Id=fleet-project@shop.service\\nActiveState=active\\nUnitFileState=enabled\\nMainPID=%s\\n' "$pid" ;;
restart)
	FLEET_KEEPER_STATE='${root}/${NAME}/.state' setsid '${root}/packages/engine/agents' keep '${root}/${NAME}/agents.toml' >>'${root}/keeper.log' 2>&1 &
	echo $! >'${root}/pid' ;;
stop) kill "$(cat '${root}/pid')" 2>/dev/null; rm -f '${root}/pid' ;;
esac
exit 0
`;

/** A fleet in a home of its own, whose systemd is a script. */
async function ownFleet(running = "running") {
  const root = await ownDirectory({
    "fleet.toml": TOML,
    [`${NAME}/agents.toml`]: AGENTS,
    running: `${running}\n`,
  });
  await mkdir(path.join(root, "bin"));
  await writeFile(path.join(root, "bin/systemctl"), systemctl(root), { mode: 0o755 });
  await mkdir(path.join(root, "packages"));
  await symlink(ENGINE, path.join(root, "packages/engine"));
  const env = { PATH: `${root}/bin:${process.env.PATH}`, FLEET_AGENTS: `${ENGINE}/agents` };
  return {
    root,
    units: path.join(root, ".config/systemd/user"),
    state: path.join(root, NAME, ".state"),
    service: (verb: string, ...words: string[]) =>
      fleet(root, ["service", verb, "--user", ...words], { env }),
    fleet: (...words: string[]) => fleet(root, words, { env }),
    async said(): Promise<readonly string[]> {
      const text = await readFile(path.join(root, "said"), "utf8").catch(() => "");
      await rm(path.join(root, "said"), { force: true });
      const lines = text.split("\n").filter((line) => line !== "" && !/is-system-running|show/.test(line));
      return lines.map((line) => line.replace("--user --no-ask-password ", ""));
    },
  };
}

const UNIT = "fleet-project@shop.service";

describe("fleet service", () => {
  it("installs units, tells systemd, names the unit to the engine; and the same again changes nothing", async () => {
    const { root, units, state, service, said } = await ownFleet();
    const first = await service("install");
    expect(first).toMatchObject({ exit: 0, err: "" });
    expect(await said()).toEqual([
      "daemon-reload",
      `enable -- fleet.target ${UNIT}`,
      "start -- fleet.target",
    ]);
    const dropIn = path.join(units, `${UNIT}.d/10-fleet.conf`);
    expect(await readFile(dropIn, "utf8")).toContain(`WorkingDirectory=${root}/my shop 50%% of $HOME\n`);
    expect(JSON.parse(await readFile(path.join(state, "service.json"), "utf8"))).toEqual({
      schema: 1,
      file: path.join(root, NAME, "agents.toml"),
      scope: "user",
      unit: UNIT,
    });
    const written = (await stat(dropIn)).mtimeMs;
    expect((await service("install")).out).not.toContain("changed");
    expect(await said()).toEqual([`enable -- fleet.target ${UNIT}`, "start -- fleet.target"]);
    expect((await stat(dropIn)).mtimeMs).toBe(written);
    expect(await service("status")).toMatchObject({
      exit: 0,
      out: expect.stringContaining("shop  installed  active (enabled)  nobody watches\n"),
    });
    await writeFile(dropIn, `${await readFile(dropIn, "utf8")}# and more\n`);
    expect(await service("status")).toMatchObject({ exit: 1, out: expect.stringContaining("outdated") });
  });

  it("writes units that systemd takes for such", async () => {
    const { root, units, service } = await ownFleet();
    await appendFile(path.join(root, "fleet.toml"), '[notify.log]\ncommand = ["true"]\n');
    await service("install", "--up-all");
    const env = { PATH: process.env.PATH ?? "", SYSTEMD_UNIT_PATH: `${units}:` };
    const own = (await readdir(units)).filter((name) => /^fleet-(?:up|notify)@/.test(name));
    const verify = ["verify", "--man=no", UNIT, "fleet.target", ...own];
    // Where there is no systemd at all, the text of the units is all that can be held.
    const ran = await run("systemd-analyze", verify, { env, timeout: 20_000 }).catch(() => null);
    expect(ran === null || [ran.code, ran.stderr]).toEqual(ran === null ? true : [0, ""]);
    expect(own.length).toBe(2);
    // Nobody is to be told any more.
    await writeFile(path.join(root, "fleet.toml"), TOML);
    await service("install");
    expect((await readdir(units)).filter((name) => own.includes(name))).toEqual([own.at(-1)]);
  });

  it("shows what it would do, and does nothing", async () => {
    const { units, service, said } = await ownFleet("offline");
    const { exit, out } = await service("install", "--dry-run");
    expect(exit).toBe(0);
    expect(out).toContain(`would write ${units}/fleet.target:`);
    expect(out).toContain(`  systemctl --user enable fleet.target ${UNIT}\n`);
    expect([existsSync(units), await said()]).toEqual([false, []]);
  });

  it("says what to do without systemd, and leaves nothing", async () => {
    const { root, units, service } = await ownFleet("offline");
    const { exit, err } = await service("install");
    expect(exit).toBe(3);
    expect(err).toContain(`@reboot cd '${root}' && for p in shop; do`);
    expect(existsSync(units)).toBe(false);
  });

  it("writes over nothing that is not its own, and removes only what is", async () => {
    const { units, service, said } = await ownFleet();
    await mkdir(path.join(units, `${UNIT}.d`), { recursive: true });
    await writeFile(path.join(units, "fleet.target"), "[Unit]\nDescription=another fleet\n");
    expect(await service("install")).toMatchObject({
      exit: 4,
      err: expect.stringContaining("was not made by fleet"),
    });
    expect(await readdir(units)).toEqual([`${UNIT}.d`, "fleet.target"]);
    await rm(path.join(units, "fleet.target"));
    await writeFile(path.join(units, `${UNIT}.d/override.conf`), "[Service]\nNice=5\n");
    await mkdir(path.join(units, "fleet-project@blog.service.d"));
    const other = path.join(units, "fleet-project@blog.service.d/10-fleet.conf");
    await writeFile(other, "# Made by `fleet service install` of /elsewhere/fleet.toml\n");
    expect((await service("install")).exit).toBe(0);
    await said();
    expect((await service("remove")).exit).toBe(0);
    expect(await said()).toEqual([`disable -- ${UNIT}`, `stop -- ${UNIT}`, "daemon-reload"]);
    // The other fleet still needs what is shared.
    expect((await readdir(units)).sort()).toEqual([
      "fleet-project@.service",
      "fleet-project@blog.service.d",
      `${UNIT}.d`,
      "fleet.target",
    ]);
    expect(await readdir(path.join(units, `${UNIT}.d`))).toEqual(["override.conf"]);
  });

  it("takes away the unit of a project that is registered no more", async () => {
    const { root, units, service, said } = await ownFleet();
    await service("install");
    await said();
    await writeFile(path.join(root, "fleet.toml"), "");
    expect((await service("install")).exit).toBe(0);
    expect(await said()).toEqual(expect.arrayContaining([`disable -- ${UNIT}`, `stop -- ${UNIT}`]));
    expect(existsSync(path.join(units, `${UNIT}.d`))).toBe(false);
  });

  it("hands a project that runs over to its unit and back, and `up` starts it by its unit; its agents notice nothing", async () => {
    const { state, service, fleet: type, said } = await ownFleet();
    onTestFinished(async () => void (await type("down", "shop")));
    const answer = async () => JSON.parse((await type("status", "shop", "--json")).out);
    const watchdog = async () => (await answer()).watchdog?.pid;
    expect((await type("up", "shop")).out).toBe("ada  started\n");
    const { pid } = (await answer()).agents[0];
    const before = await watchdog();
    const installed = JSON.parse((await service("install", "--json")).out);
    expect(installed).toMatchObject({ handed_over: ["shop"], projects: [{ watched: "unit" }] });
    expect(await watchdog()).not.toBe(before);
    expect((await answer()).agents[0].pid).toBe(pid);
    const removed = JSON.parse((await service("remove", "--json")).out);
    expect(removed).toMatchObject({
      handed_over: ["shop"],
      projects: [{ file: "missing", watched: "elsewhere" }],
    });
    expect((await answer()).agents[0].pid).toBe(pid);
    await service("install");
    await type("down", "shop");
    await until("nobody watches", async () => !(await isHeld(state, "watchdog")));
    await said();
    expect((await type("up", "shop")).out).toBe("ada  resumed\n");
    expect(await said()).toEqual([`restart -- ${UNIT}`]);
    expect(JSON.parse((await service("status", "--json")).out)).toMatchObject({
      projects: [{ watched: "unit" }],
    });
  }, 120_000);
});
