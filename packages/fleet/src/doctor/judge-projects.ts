import type { MachineFacts, ProjectFacts } from "./facts.ts";
import { type Finding, noted, ok, quoted, wrong } from "./finding.ts";
import { judgeRepositories } from "./judge-repositories.ts";
import { versionIn } from "./known-versions.ts";

/** What is wrong with one project, on this machine. */
export function judgeProject(project: ProjectFacts, machine: MachineFacts): readonly Finding[] {
  const { name, watched, running, agents } = project;
  const findings = [
    ...judgeState(project),
    ...judgeServer(project, machine),
    ...judgeWatch(project, machine),
    ...judgeProcesses(project),
    ...judgeRepositories(project),
  ];
  const well = watched ? `watched, ${running} of ${agents} agents run` : "down";
  return findings.length > 0 ? findings : [ok(name, well)];
}

/** The path of a socket, without the zero at its end. */
const SOCKET_MOST = 107;

function judgeState({ name, state }: ProjectFacts): readonly Finding[] {
  if (state === null) return [];
  const { path, own, mode, socketLength, deadSocket } = state;
  const findings: Finding[] = [];
  if (socketLength > SOCKET_MOST)
    findings.push(
      wrong(
        `${name}: socket`,
        `its path has ${socketLength} bytes`,
        `tmux takes ${SOCKET_MOST} at the most`,
        "move the project to a shorter path, or give it a shorter log_dir",
      ),
    );
  if (!own)
    findings.push(
      wrong(
        `${name}: state`,
        `${path} belongs to another user`,
        "the watchdog can't write there, and whoever can decides what agents are told",
        `sudo chown -R "$(id -un)" ${quoted(path)}`,
      ),
    );
  else if ((mode & 0o022) !== 0)
    findings.push(
      wrong(
        `${name}: state`,
        `others may write in ${path}`,
        "whoever can write a message there tells your agents what to do",
        `chmod 700 ${quoted(path)}`,
        { do: "chmod", path, mode: 0o700 },
      ),
    );
  else if ((mode & 0o055) !== 0)
    findings.push(
      noted(
        `${name}: state`,
        `others may read in ${path}`,
        "prompts, logs and screens of agents lie there",
        `chmod 700 ${quoted(path)}`,
        { do: "chmod", path, mode: 0o700 },
      ),
    );
  if (deadSocket !== null)
    findings.push(
      noted(
        `${name}: socket`,
        `${deadSocket} was left by a tmux server that is gone`,
        "nothing is lost by it; the next start makes a new one",
        `rm ${quoted(deadSocket)}`,
        { do: "remove-socket", path: deadSocket, state: path },
      ),
    );
  return findings;
}

function judgeServer({ name, server }: ProjectFacts, { tmux }: MachineFacts): readonly Finding[] {
  if (server === null) return [];
  const { socket, version, remainOnExit, destroyUnattached } = server;
  const here = tmux === null ? null : versionIn(tmux);
  const set = (option: string) => `tmux -S ${quoted(socket)} set-option -g ${option}`;
  const anew = `end it and start it again when it suits: fleet down ${name} --drain 10m && fleet up ${name}`;
  const findings: Finding[] = [];
  if (version === null)
    findings.push(
      wrong(
        `${name}: tmux server`,
        "does not answer",
        "its agents can't be seen, and nothing is done about who can't be seen",
        `see what it says: tmux -S ${quoted(socket)} list-sessions`,
      ),
    );
  else if (here !== null && version !== here)
    findings.push(
      noted(
        `${name}: tmux server`,
        `runs tmux ${version}, and ${here} is installed`,
        "the two may not understand each other",
        anew,
      ),
    );
  if (remainOnExit === false)
    findings.push(
      noted(
        `${name}: tmux server`,
        "somebody has set remain-on-exit off",
        "how an agent ended, and its last words, go with its window",
        set("remain-on-exit on"),
      ),
    );
  if (destroyUnattached === true)
    findings.push(
      wrong(
        `${name}: tmux server`,
        "somebody has set destroy-unattached on",
        "an agent ends as soon as a person detaches from it",
        set("destroy-unattached off"),
      ),
    );
  return findings;
}

function judgeWatch(
  { name, wished, watched, unfound, unit }: ProjectFacts,
  { systemd }: MachineFacts,
): readonly Finding[] {
  return [
    ...(watched && systemd && !unit
      ? [
          noted(
            `${name}: restart`,
            "nothing brings it back after a restart of the machine",
            "its agents stay away until somebody says: fleet up",
            "fleet service install",
          ),
        ]
      : []),
    ...(wished && !watched
      ? [
          wrong(
            `${name}: watchdog`,
            "its agents are asked for, and nobody watches over them",
            "as after a restart of the machine: nothing is started, healed or handed over",
            `fleet up ${name}; and for every restart from now on: fleet service install`,
          ),
        ]
      : []),
    ...unfound.map((program) =>
      wrong(
        `${name}: PATH`,
        `its watchdog runs with a PATH without ${program}`,
        "agents get the PATH that the watchdog was started with",
        `from a shell that finds ${program}: fleet down ${name} && fleet up ${name}`,
      ),
    ),
  ];
}

function judgeProcesses({ name, leftovers, orphans }: ProjectFacts): readonly Finding[] {
  const pids = leftovers.map(({ pid }) => pid).join(" ");
  const agents = [...new Set(leftovers.map(({ agent }) => agent))].join(", ");
  return [
    ...(leftovers.length === 0
      ? []
      : [
          wrong(
            `${name}: processes`,
            `${leftovers.length} of ${agents} outlived their run: ${pids}`,
            "they may still write into the folder in which the next run works",
            `look at them, then end them: ps -o pid,etime,args ${pids}; kill ${pids}`,
          ),
        ]),
    ...(orphans.length === 0
      ? []
      : [
          noted(
            `${name}: sessions`,
            `no agent of agents.toml owns ${orphans.join(", ")}`,
            "they run on, and nobody heals or pings them",
            `fleet down ${name} ends them too`,
          ),
        ]),
  ];
}
