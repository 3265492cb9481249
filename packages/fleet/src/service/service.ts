import { realpath } from "node:fs/promises";
import path from "node:path";
import { Failure, type World } from "@fleet/engine";
import { findFleetFile } from "../find.ts";
import { ensureNotifier } from "../notify/start.ts";
import { programOf } from "../program.ts";
import { checkOurs, deleteUnits, forgetUnit, nameUnit, projectsIn, readUnits, writeUnits } from "./files.ts";
import { handOver, watchAgain, watchersOf } from "./hand-over.ts";
import { foldersOf, lingers, type Served, surveyFleet } from "./survey.ts";
import { createSystemd, type Systemd } from "./systemd.ts";
import {
  dropInOf,
  notifierOf,
  planUnits,
  type Scope,
  TARGET,
  TEMPLATE,
  type Units,
  unitOf,
  upAllOf,
} from "./units.ts";

/** One project: how its unit is on disk, how systemd has it, and who watches over it now. */
export interface ServiceLine {
  readonly name: string;
  readonly unit: string;
  readonly file: "installed" | "outdated" | "missing";
  /** In systemd's words; null where it can't be asked. */
  readonly active: string | null;
  readonly enabled: string | null;
  readonly watched: "unit" | "elsewhere" | "nobody";
}

export interface ServiceStatus {
  readonly scope: Scope;
  readonly folder: string;
  readonly systemd: boolean;
  /** Null for units of the system. */
  readonly lingers: boolean | null;
  readonly upAll: boolean;
  readonly projects: readonly ServiceLine[];
  /** What the last word changed: files, and projects that were handed over. */
  readonly changed: readonly string[];
  readonly handed: readonly string[];
}

export interface ServicePlan {
  readonly folder: string;
  readonly files: Units;
  readonly commands: readonly string[];
}

interface Wanted {
  readonly scope: Scope;
  readonly names: readonly string[];
  /** Null: as it is. */
  readonly upAll: boolean | null;
}

/** What would be installed; also where there is no systemd. */
export async function planService({ scope, names, upAll }: Wanted, world: World): Promise<ServicePlan> {
  const served = await surveyFleet(names, scope, world);
  const files = plan(served, upAll ?? false, world);
  const own = scope === "user" ? "systemctl --user" : "systemctl";
  return {
    folder: foldersOf(scope, world),
    files,
    commands: [
      `${own} daemon-reload`,
      `${own} enable ${enabled(served, files).join(" ")}`,
      `${own} start ${TARGET}`,
    ],
  };
}

const plan = ({ file, found, projects, runner }: Served, upAll: boolean, world: World): Units => {
  const notifies = found.fleet.receivers.length > 0;
  return planUnits({ file, program: programOf(world), upAll, notifies }, projects, runner);
};

/** The units of a fleet beside those of its projects. */
const othersOf = ({ file }: Served): readonly string[] => [upAllOf(file), notifierOf(file)];

const enabled = (served: Served, files: Units): readonly string[] => [
  TARGET,
  ...served.projects.map(({ name }) => unitOf(name)),
  ...othersOf(served).filter((name) => files[name] !== undefined),
];

/**
 * Writes the units, has systemd start them with the machine, and hands over to
 * them what is watched already. Agents notice nothing. The same again changes nothing.
 */
export async function installService(wanted: Wanted, world: World): Promise<ServiceStatus> {
  const { scope, names } = wanted;
  const served = await surveyFleet(names, scope, world);
  const systemd = createSystemd(scope, world);
  if (!(await systemd.isThere())) throw noSystemd(served, world);
  const folder = foldersOf(scope, world);
  const others = await readUnits(folder, othersOf(served));
  const files = plan(served, wanted.upAll ?? others[upAllOf(served.file)] !== undefined, world);
  const there = await readUnits(folder, Object.keys(files));
  checkOurs(folder, files, there, served.file);
  await checkOtherScope(served, world);
  const changed = [...(await writeUnits(folder, files, there))];
  // With names given, the others stay as they are.
  const gone = names.length > 0 ? [] : await goneProjects(folder, served);
  const useless = Object.keys(others).filter((name) => files[name] === undefined);
  const units = [...gone.map(unitOf), ...useless];
  if (units.length > 0) {
    await systemd.obey("disable", "--", ...units);
    await systemd.obey("stop", "--", ...units);
    changed.push(...(await deleteUnits(folder, gone, useless, served.file)));
  }
  if (changed.length > 0) await systemd.obey("daemon-reload");
  await systemd.obey("enable", "--", ...enabled(served, files));
  for (const project of served.projects)
    await nameUnit(project.state, { file: project.config, scope, unit: unitOf(project.name) }, served);
  const handed = await handOver(served, systemd, world);
  await systemd.obey("start", "--", TARGET);
  return { ...(await statusOf(served, systemd, world)), changed, handed };
}

/** Two units would take a project from each other at every start. */
async function checkOtherScope({ runner, file }: Served, world: World): Promise<void> {
  const other = runner.scope === "user" ? "system" : "user";
  if ((await projectsIn(foldersOf(other, world), file)).length === 0) return;
  throw new Failure("TAKEN", `this fleet has units of the ${other} already`, {
    hint: `go on with those: fleet service install --${other}; or first: fleet service remove --${other}`,
  });
}

/** In which of the two this fleet has units; null when in none. */
export async function scopeOf(world: World): Promise<Scope | null> {
  const { root } = await findFleetFile(world.cwd);
  const file = path.join(await realpath(root), "fleet.toml");
  for (const scope of ["user", "system"] as const)
    if ((await projectsIn(foldersOf(scope, world), file)).length > 0) return scope;
  return null;
}

async function goneProjects(folder: string, { file, projects }: Served): Promise<readonly string[]> {
  const known = new Set(projects.map(({ name }) => name));
  return (await projectsIn(folder, file)).filter((name) => !known.has(name));
}

export async function readService(scope: Scope, world: World): Promise<ServiceStatus> {
  const served = await surveyFleet([], scope, world);
  return statusOf(served, createSystemd(scope, world), world);
}

async function statusOf(served: Served, systemd: Systemd, world: World): Promise<ServiceStatus> {
  const { runner, projects } = served;
  const folder = foldersOf(runner.scope, world);
  const there = await readUnits(folder, [
    TARGET,
    TEMPLATE,
    ...othersOf(served),
    ...projects.map(({ name }) => dropInOf(name)),
  ]);
  const upAll = there[upAllOf(served.file)] !== undefined;
  const files = plan(served, upAll, world);
  const isThere = await systemd.isThere();
  const states = isThere ? await systemd.states(projects.map(({ name }) => unitOf(name))) : new Map();
  const watchers = await watchersOf(projects);
  const isShared = [TEMPLATE, TARGET, ...othersOf(served)].every((name) => there[name] === files[name]);
  return {
    ...{ scope: runner.scope, folder, systemd: isThere, lingers: lingers(runner) },
    upAll,
    projects: projects.map(({ name, state: directory }): ServiceLine => {
      const unit = unitOf(name);
      const state = states.get(unit);
      const text = there[dropInOf(name)];
      const keeper = watchers.get(directory)?.keeper;
      const same = isShared && text === files[dropInOf(name)];
      return {
        ...{ name, unit, active: state?.active ?? null, enabled: state?.enabled ?? null },
        file: text === undefined ? "missing" : same ? "installed" : "outdated",
        watched: keeper === undefined ? "nobody" : keeper === state?.pid ? "unit" : "elsewhere",
      };
    }),
    changed: [],
    handed: [],
  };
}

/** Takes away what carries this fleet's mark. What a unit watched is watched without one from then on. */
export async function removeService(scope: Scope, world: World): Promise<ServiceStatus> {
  const served = await surveyFleet([], scope, world);
  const systemd = createSystemd(scope, world);
  const folder = foldersOf(scope, world);
  const names = await projectsIn(folder, served.file);
  const before = await statusOf(served, systemd, world);
  const others = Object.keys(await readUnits(folder, othersOf(served)));
  const units = [...names.map(unitOf), ...others];
  if (before.systemd && units.length > 0) {
    await systemd.obey("disable", "--", ...units);
    // Before the files go: without them, systemd would end the agents with the keeper.
    await systemd.obey("stop", "--", ...units);
  }
  const changed = await deleteUnits(folder, names, others, served.file);
  if (before.systemd && changed.includes(TARGET)) await systemd.obey("disable", "--", TARGET).catch(() => {});
  if (before.systemd && changed.length > 0) await systemd.obey("daemon-reload");
  const handed: string[] = [];
  for (const project of served.projects) {
    await forgetUnit(project.state);
    const line = before.projects.find(({ name }) => name === project.name);
    if (line?.watched === "unit" && (await watchAgain(served, project, world))) handed.push(project.name);
  }
  // As `up` does it, for those that go on.
  if (handed.length > 0) await ensureNotifier(served.found, world);
  return { ...(await statusOf(served, systemd, world)), changed, handed };
}

function noSystemd({ file, projects, runner }: Served, world: World): Failure {
  const program = programOf(world);
  const names = projects.map(({ name }) => name).join(" ");
  const { PATH = "", FLEET_NODE = "" } = runner.env;
  const line = `@reboot cd '${path.dirname(file)}' && for p in ${names}; do PATH='${PATH}' FLEET_NODE='${FLEET_NODE}' '${program}' watchdog $p start; done`;
  return new Failure(
    "TOOL_MISSING",
    runner.scope === "user"
      ? "the systemd of this user can't be reached from here"
      : "this machine is not run by systemd",
    {
      hint: [
        ...(runner.scope === "user"
          ? ["log in as this user (not by su or sudo), or: sudo loginctl enable-linger, or: --system"]
          : []),
        "without systemd, this line does the same by cron (crontab -e): who was asked for is brought back",
        line.replaceAll("%", "\\%"),
        "what the units would be: fleet service install --dry-run",
      ].join("\n"),
    },
  );
}
