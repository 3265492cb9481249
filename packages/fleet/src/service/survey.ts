import { existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import path from "node:path";
import { execPath } from "node:process";
import { Failure, pick, run, type World } from "@fleet/engine";
import { takeSnapshot } from "../facts/snapshot.ts";
import { type FoundFleet, findFleet, pickProjects } from "../find.ts";
import type { FleetProject } from "../fleet-file.ts";
import { isTellable, type Runner, type Scope, type UnitProject } from "./units.ts";

/** A fleet as its units have to know it. */
export interface Served {
  readonly found: FoundFleet;
  /** The real path of fleet.toml. */
  readonly file: string;
  readonly projects: readonly ServedProject[];
  readonly runner: Runner;
  readonly uid: number;
  readonly gid: number;
}

export interface ServedProject extends UnitProject {
  readonly entry: FleetProject;
  /** The real path of agents.toml. */
  readonly config: string;
}

/**
 * Reads what units are made of: the projects that are named, else all that are enabled.
 * @throws Failure for one that can't have a unit
 */
export async function surveyFleet(names: readonly string[], scope: Scope, world: World): Promise<Served> {
  const found = await findFleet(world.cwd);
  const file = path.join(await realpath(found.root), "fleet.toml");
  const chosen =
    names.length > 0 ? pickProjects(found, names) : found.fleet.projects.filter(({ enabled }) => enabled);
  const disabled = chosen.find(({ enabled }) => !enabled);
  if (disabled !== undefined)
    throw new Failure("DISABLED", `${disabled.name} is disabled in ${found.file}, so it is never started`, {
      hint: `set enabled = true under its [[project]] (${found.file}:${disabled.place.line})`,
    });
  const { projects: shots } = await takeSnapshot(world.cwd);
  const projects = chosen.map((entry) => {
    const shot = shots.find(({ project }) => project.name === entry.name);
    const project = shot?.agents.project;
    if (shot === undefined || project == null)
      throw new Failure("INVALID_FILE", `the agents.toml of ${entry.name} can't be read`, {
        hint: `see why: fleet validate ${entry.name}`,
      });
    const folder = shot.real;
    const launcher =
      entry.engine === "workspace"
        ? path.join(path.dirname(file), "packages/engine/agents")
        : path.join(folder, "engine/agents");
    const state = path.resolve(folder, project.log_dir);
    return {
      name: entry.name,
      folder,
      state,
      launcher,
      after: entry.after,
      entry,
      config: path.join(folder, "agents.toml"),
    };
  });
  for (const project of projects) checkTellable(project);
  const owner = await ownerOf(file, scope, world);
  return { found, file, projects, ...owner };
}

function checkTellable({ name, folder, state, launcher }: UnitProject): void {
  if (!existsSync(launcher))
    throw new Failure("ENGINE_MISSING", `${name} has no engine: ${launcher} is missing`, {
      hint: `run: git -C ${folder} submodule update --init engine`,
    });
  const bad = [folder, state].find((place) => !isTellable(place));
  if (bad !== undefined)
    throw new Failure("DENIED", `no unit of systemd can hold the path ${JSON.stringify(bad)}`, {
      hint: "give that folder a name that ends in a letter",
    });
}

/** A unit of the system runs as whose the fleet is, whoever installs it. */
async function ownerOf(
  file: string,
  scope: Scope,
  { env }: World,
): Promise<Pick<Served, "runner" | "uid" | "gid">> {
  const self = userInfo();
  const { uid, gid } = scope === "user" ? self : await stat(file);
  const asked =
    uid === self.uid
      ? null
      : await run("getent", ["passwd", String(uid)], { env: pick(env), timeout: 5_000 }).catch(() => null);
  const [user = self.username, , , , , home = env.HOME ?? self.homedir, shell = self.shell ?? "/bin/sh"] = (
    asked?.stdout ?? ""
  )
    .trim()
    .split(":")
    .filter((field, nth) => nth > 0 || field !== "");
  const group =
    (await run("id", ["-gn", user], { env: pick(env), timeout: 5_000 }).catch(() => null))?.stdout.trim() ||
    user;
  const runtime = `/run/user/${uid}`;
  const vars: Readonly<Record<string, string>> = {
    PATH: (env.PATH ?? "/usr/local/bin:/usr/bin:/bin")
      .split(":")
      .filter((folder) => folder.startsWith("/"))
      .join(":"),
    ...{ HOME: home, USER: user, LOGNAME: user, SHELL: shell },
    ...languageOf(env),
    ...proxiesOf(env),
    ...(scope === "system" && existsSync(runtime) ? { XDG_RUNTIME_DIR: runtime } : {}),
    FLEET_NODE: env.FLEET_NODE ?? execPath,
  };
  return { uid, gid, runner: { scope, user, group, home, env: vars } };
}

const languageOf = (env: World["env"]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(pick(env)).filter(([name]) => name === "LANG" || name === "TZ" || name.startsWith("LC_")),
  );

/** A unit may be read by everyone, so a proxy's password must not stand there. */
const proxiesOf = (env: World["env"]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(pick(env)).filter(([name, value]) => /_proxy$/i.test(name) && !value.includes("@")),
  );

/** Where this scope's units lie. */
export function foldersOf(scope: Scope, { env }: World): string {
  if (scope === "system") return "/etc/systemd/system";
  const config = env.XDG_CONFIG_HOME ?? path.join(env.HOME ?? userInfo().homedir, ".config");
  return path.join(config, "systemd/user");
}

/** Do the user's services run while nobody is logged in? Null for the system's, which always do. */
export const lingers = ({ scope, user }: Runner): boolean | null =>
  scope === "system" ? null : existsSync(`/var/lib/systemd/linger/${user}`);
