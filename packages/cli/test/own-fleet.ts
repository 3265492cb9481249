import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { run } from "@fleet/engine";

export const FLEET = path.join(import.meta.dirname, "../../../scripts/fleet");

/** A fleet on demo agents, served by the built program. */
export interface OwnFleet {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  fleet(...words: readonly string[]): ReturnType<typeof run>;
  /** What a demo agent was told, or which keys it got: the truth about what reached it. */
  heard(project: string, agent: string): Promise<string>;
  /** Asks the project's tmux server. */
  tmux(project: string, ...words: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

/** Of each project its agents, each with the orders that it begins with; null for one that is disabled. */
export async function ownFleet(
  projects: Readonly<Record<string, Readonly<Record<string, string | null>>>>,
): Promise<OwnFleet> {
  const home = await realpath(await mkdtemp(path.join(tmpdir(), "fleet-test-")));
  let toml = "";
  for (const [name, agents] of Object.entries(projects)) {
    toml += `[[project]]\nname = "${name}"\npath = "${name}"\nenabled = true\nengine = "workspace"\n`;
    const tables = Object.entries(agents).map(
      ([agent, orders]) =>
        `[agents.${agent}]\nkind = "persistent"\nworkdir = "${agent}"\nenabled = ${orders !== null}\n`,
    );
    const defaults = `[defaults]\nsession_prefix = "${name}-"\nlog_dir = ".state"\nbackend = "demo"\n`;
    await mkdir(path.join(home, name));
    await writeFile(path.join(home, name, "agents.toml"), defaults + tables.join(""));
    for (const [agent, orders] of Object.entries(agents)) {
      await mkdir(path.join(home, name, agent, ".demo"), { recursive: true });
      await writeFile(path.join(home, name, agent, ".demo/scenario"), orders ?? "");
    }
  }
  await writeFile(path.join(home, "fleet.toml"), toml);
  const { PATH = "", HOME = "" } = process.env;
  const env = { PATH, HOME, LC_ALL: "C.UTF-8", FLEET_NODE: process.execPath };
  const fleet = (...words: readonly string[]) => run(FLEET, words, { cwd: home, env, timeout: 60_000 });
  return {
    home,
    env,
    fleet,
    heard: (project, agent) =>
      readFile(path.join(home, project, `.state/demo/${agent}.journal`), "utf8").catch(() => ""),
    async tmux(project, ...words) {
      const socket = path.join(home, project, ".state/tmux.sock");
      const ran = await run("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...words], {
        env,
        timeout: 10_000,
      });
      return ran.stdout.trim();
    },
    async dispose() {
      await fleet("down", "--all");
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
