import { realpathSync } from "node:fs";
import path from "node:path";
import type { Backend } from "../backends/backend.ts";
import { BACKENDS } from "../backends/index.ts";
import type { Login } from "../watch/logins.ts";
import type { Disk } from "./disk.ts";
import { type Environment, pick } from "./environment.ts";
import type { Site } from "./site.ts";
import { readEnvFile } from "./starting.ts";

/**
 * The login that the agents of each backend use, by the environment that they get. None for a backend that has no
 * accounts, or many at once: its limits are its agents' own.
 */
export async function loginsOf(
  site: Site,
  environment: Environment,
  disk: Disk,
): Promise<ReadonlyMap<string, Login>> {
  const logins = new Map<string, Login>();
  const names = new Set(site.project.agents.flatMap(({ backend }) => backend ?? []));
  for (const name of names) {
    const backend = BACKENDS[name];
    if (backend?.account === undefined) continue;
    const settings = site.project.backends[name];
    const env = {
      ...pick(environment, backend.passes),
      ...settings?.env,
      // A file that can't be read fails the start of its agents, and says so there.
      ...(await readEnvFile(site, settings?.env_file ?? null, disk).catch(() => ({}))),
    };
    const login = await loginOf(name, backend.account({ home: env.HOME ?? "/", env }), env.HOME ?? null);
    if (login !== null) logins.set(name, login);
  }
  return logins;
}

type Account = ReturnType<NonNullable<Backend["account"]>>;

async function loginOf(backend: string, account: Account, home: string | null): Promise<Login | null> {
  if (account === null) return null;
  // It takes long to load, and most commands ask for no login.
  const { createHash } = await import("node:crypto");
  const { by } = account;
  const value = by === "folder" ? realOf(account.value) : account.value;
  // A key has too many possible values to be found by its digest, and no more than a digest is ever written.
  const id = createHash("sha256")
    .update(`fleet login\0${backend}\0${by}\0${value}`)
    .digest("hex")
    .slice(0, 12);
  const short = home !== null && value.startsWith(`${home}/`) ? `~${value.slice(home.length)}` : value;
  const says = {
    folder: `${backend} in ${short}`,
    key: `${backend} with an API key`,
    name: `${backend} as ${value}`,
  };
  return { id: `${backend}:${id}`, says: says[by] };
}

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}
