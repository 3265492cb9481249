import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../problem.ts";
import { type Environment, pick } from "./environment.ts";
import type { Site } from "./site.ts";
import { startUnit } from "./unit.ts";

/** What the watchdog and the agents of this project need of the caller's environment, beyond what every program gets. */
const KEPT = ["FLEET_NODE", "FLEET_AGENTS", "NODE_COMPILE_CACHE", "GIT_CONFIG_GLOBAL"];

/**
 * Starts the keeper: a shell loop that restarts the watchdog whenever it ends
 * unasked. By systemd where the project has a unit; else in a session of its
 * own, so that it outlives this process and its terminal.
 */
export async function startKeeper(
  site: Site,
  environment: Environment,
  passes: readonly string[],
): Promise<void> {
  if (await startUnit(site, environment)) return;
  const log = openSync(path.join(site.state, "watchdog.log"), "a", 0o600);
  const env = pick(environment, [...KEPT, ...passes]);
  const child = spawn(launcher(environment), ["keep", existsSync(site.file) ? site.file : site.root], {
    cwd: site.root,
    detached: true,
    env: { FLEET_NODE: process.execPath, ...env, FLEET_KEEPER_STATE: site.state },
    stdio: ["ignore", log, log],
  });
  child.on("error", () => {
    // The caller waits for the watchdog and says what it missed.
  });
  child.unref();
  closeSync(log);
}

/** The `agents` program that this code came with: beside the bundle, or two folders up in a checkout. */
function launcher(environment: Environment): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const candidates = [
    path.join(here, "agents"),
    path.join(here, "..", "..", "agents"),
    // Of a program that has this code inside, far from the launcher.
    ...(environment.FLEET_AGENTS === undefined ? [] : [environment.FLEET_AGENTS]),
  ];
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined)
    throw new Failure("ENGINE_MISSING", "the engine's launcher `agents` is not beside its code", {
      hint: "the checkout is not whole: clone it again, or run git submodule update --init engine",
    });
  return found;
}
