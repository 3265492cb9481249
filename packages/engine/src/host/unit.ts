import { existsSync } from "node:fs";
import path from "node:path";
import { type Environment, pick } from "./environment.ts";
import { readText } from "./files.ts";
import { run } from "./run.ts";
import type { Site } from "./site.ts";

/** Which unit of systemd runs a project's keeper: what `fleet service install` leaves in the state directory. */
interface Unit {
  readonly scope: "user" | "system";
  readonly unit: string;
}

const NAME = "service.json";
const SCHEMA = 1;
const TIMEOUT = 30_000;

/**
 * Has systemd start the keeper, where the project has a unit. False where it has
 * none, or where systemd does not do it: then there is a keeper without it. Only
 * called while nobody watches, so a keeper that rests between two tries may be ended.
 */
export async function startUnit(site: Site, environment: Environment): Promise<boolean> {
  const found = parseUnit((await readText(path.join(site.state, NAME))) ?? "", site.file);
  if (found === null) return false;
  const scope = found.scope === "user" ? ["--user"] : [];
  const ran = await run("systemctl", [...scope, "--no-ask-password", "restart", "--", found.unit], {
    env: { ...runtimeFolder(), ...pick(environment) },
    timeout: TIMEOUT,
  }).catch(() => null);
  return ran?.code === 0;
}

/** A copied project has its original's file in it, and must not touch the original's unit. */
export function parseUnit(text: string, file: string): Unit | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const { schema, file: owner, scope, unit } = Object(value) as Record<string, unknown>;
  if (schema !== SCHEMA || owner !== file || (scope !== "user" && scope !== "system")) return null;
  return typeof unit === "string" && /^[A-Za-z0-9@_][A-Za-z0-9@:_.-]*\.service$/.test(unit)
    ? { scope, unit }
    : null;
}

/** Where cron and plain ssh say nothing of it, the way to the user's systemd is still where it always is. */
function runtimeFolder(): Readonly<Record<string, string>> {
  const folder = `/run/user/${process.getuid?.()}`;
  return existsSync(folder) ? { XDG_RUNTIME_DIR: folder } : {};
}
