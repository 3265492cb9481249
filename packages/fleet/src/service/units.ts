import path from "node:path";
import { digest } from "@fleet/engine";

export type Scope = "user" | "system";

/** Who runs the units, and what their programs may know: all of it stands in the units, for a service inherits nothing. */
export interface Runner {
  readonly scope: Scope;
  readonly user: string;
  readonly group: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
}

/** One project, as its unit has to know it. All paths are absolute. */
export interface UnitProject {
  readonly name: string;
  readonly folder: string;
  readonly state: string;
  /** The engine's launcher. */
  readonly launcher: string;
  /** The projects that it comes after. One without a unit is nothing to systemd. */
  readonly after: readonly string[];
}

export interface UnitFleet {
  /** The real path of fleet.toml. */
  readonly file: string;
  /** The program `fleet`. */
  readonly program: string;
  /** `up --all` is wanted at every start of the machine. */
  readonly upAll: boolean;
  /** Somebody is to be told what happens. */
  readonly notifies: boolean;
}

export const TARGET = "fleet.target";
export const TEMPLATE = "fleet-project@.service";

/** Of one fleet among those of a user: its folder's name, for people, and what keeps two of that name apart. */
const keyOf = (file: string): string => {
  const name = path
    .basename(path.dirname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return `${name.replaceAll(/^-|-$/g, "").slice(0, 24)}-${digest(file).slice(0, 6)}`;
};

export const upAllOf = (file: string): string => `fleet-up@${keyOf(file)}.service`;
export const notifierOf = (file: string): string => `fleet-notify@${keyOf(file)}.service`;

export const unitOf = (project: string): string => `fleet-project@${project}.service`;

/** The beginning of every file that is ours. What does not begin so is never written over, nor removed. */
export const MARK = "# Made by `fleet service install`";

/** Whose project it is stands there, too: two fleets share the template, and nothing else. */
export const markOf = (file: string): string => `${MARK} of ${oneLine(file)}`;

/** Text by path below the folder of units. */
export type Units = Readonly<Record<string, string>>;

/** All files of the units of one fleet. */
export function planUnits(fleet: UnitFleet, projects: readonly UnitProject[], runner: Runner): Units {
  const dropIns = projects.map((project): [string, string] => [
    dropInOf(project.name),
    dropIn(fleet, project, runner),
  ]);
  return {
    [TARGET]: target(runner),
    [TEMPLATE]: TEMPLATE_TEXT,
    ...Object.fromEntries(dropIns),
    ...(fleet.upAll ? { [upAllOf(fleet.file)]: upAll(fleet, projects, runner) } : {}),
    ...(fleet.notifies ? { [notifierOf(fleet.file)]: notifier(fleet, projects, runner) } : {}),
  };
}

export const dropInOf = (project: string): string => `${unitOf(project)}.d/10-fleet.conf`;

const target = ({ scope }: Runner): string => `${MARK}
[Unit]
Description=fleet: the watchdogs of all projects

[Install]
WantedBy=${scope === "user" ? "default.target" : "multi-user.target"}
`;

/*
 * The tmux server of a project, and so its agents, are started by the watchdog
 * and live in the unit's control group. KillMode=process is what lets them
 * outlive it: only the keeper is signalled when the unit is stopped or started
 * again. OOMPolicy is the same for an agent that took too much memory.
 */
const TEMPLATE_TEXT = `${MARK}
# What is each project's own stands in fleet-project@NAME.service.d/10-fleet.conf.
# Both are written anew by the next install; your own settings go into: systemctl edit fleet-project@NAME
[Unit]
Description=fleet: the watchdog of %i
PartOf=${TARGET}
StartLimitIntervalSec=10min
StartLimitBurst=30

[Service]
Type=exec
# 0: it was taken down. 2: it is called wrongly. 4: another keeper has the project.
Restart=always
RestartSec=10s
RestartPreventExitStatus=0 2 4
SuccessExitStatus=4
# Agents are in this control group. They go on when the watchdog is stopped; fleet down ends them.
KillMode=process
OOMPolicy=continue
TimeoutStopSec=60s

[Install]
WantedBy=${TARGET}
`;

const dropIn = (
  { file }: UnitFleet,
  { name, folder, state, launcher, after }: UnitProject,
  runner: Runner,
): string => `${markOf(file)}
[Unit]
Description=${plain(`fleet: the watchdog of ${name} (${folder})`)}
${after.map((other) => `After=${unitOf(other)}\n`).join("")}${online(runner)}# Without wishes nobody was ever asked for.
ConditionPathExists=${plain(path.join(state, "wishes.json"))}

[Service]
${identity(runner)}WorkingDirectory=${plain(folder)}
ExecStart=${command(launcher, "keep", path.join(folder, "agents.toml"))}
${environment({ ...runner.env, FLEET_KEEPER_STATE: state })}# For keys: NAME=value, a line each.
EnvironmentFile=-${plain(keysFile(runner))}
StandardOutput=append:${plain(path.join(state, "watchdog.log"))}
`;

/** It begins projects that were never up, and is over when they are. */
const upAll = (fleet: UnitFleet, projects: readonly UnitProject[], runner: Runner): string =>
  `${ofFleet(fleet, ["up", "--all"], projects, runner)}Type=oneshot
TimeoutStartSec=30min
KillMode=process

[Install]
WantedBy=${TARGET}
`;

/** 75: it has new code to run. 4: one that `fleet up` started tells already. 130: it was stopped. */
const notifier = (fleet: UnitFleet, projects: readonly UnitProject[], runner: Runner): string =>
  `${ofFleet(fleet, ["notify", "run"], projects, runner)}Type=exec
Restart=on-failure
RestartSec=10s
RestartForceExitStatus=75
RestartPreventExitStatus=2 3 4
SuccessExitStatus=4 75 130

[Install]
WantedBy=${TARGET}
`;

const ofFleet = (
  { file, program }: UnitFleet,
  words: readonly string[],
  projects: readonly UnitProject[],
  runner: Runner,
): string => `${markOf(file)}
[Unit]
Description=${plain(`fleet: fleet ${words.join(" ")} (${path.dirname(file)})`)}
PartOf=${TARGET}
${projects.map(({ name }) => `After=${unitOf(name)}\n`).join("")}${online(runner)}
[Service]
${identity(runner)}WorkingDirectory=${plain(path.dirname(file))}
ExecStart=${command(program, ...words)}
${environment(runner.env)}EnvironmentFile=-${plain(keysFile(runner))}
`;

/** Where a person puts what must not stand in a unit, which everyone may read. */
export const keysFile = ({ home }: Pick<Runner, "home">): string =>
  path.join(home, ".config/fleet/environment");

const identity = ({ scope, user, group }: Runner): string =>
  scope === "user" ? "" : `User=${user}\nGroup=${group}\n`;

/** The systemd of a user knows nothing of the network; it starts when the machine is up. */
const online = ({ scope }: Runner): string =>
  scope === "user" ? "" : "Wants=network-online.target\nAfter=network-online.target\n";

const environment = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .map(([name, value]) => `Environment=${word(`${name}=${value}`)}\n`)
    .join("");

/** A value to the line's end, as it is; only a % would mean something. */
const plain = (text: string): string => oneLine(text).replaceAll("%", "%%");

/** One word among others. */
const word = (text: string): string => `"${plain(text).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** In the words of a command a $ would mean something, too; but not in the first, where two would be two. */
const command = (program: string, ...words: readonly string[]): string =>
  [program, ...words.map((text) => text.replaceAll("$", "$$$$"))]
    .map((text) => (/^[\w./@:+-]+$/.test(text) ? text : word(text)))
    .join(" ");

/** What no line of a unit can hold. Such a path is refused before. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]/g, " ");

/** Can systemd be told of this path? At a line's end a backslash goes on with the next line, and a blank is left out. */
export const isTellable = (place: string): boolean => !/[\r\n\0]|[\s\\]$/.test(place);
