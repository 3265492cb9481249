import type { FleetFacts, MachineFacts, ProjectFacts } from "./facts.ts";
import { type Finding, noted, ok, quoted, wrong } from "./finding.ts";
import { versionIn } from "./known-versions.ts";

/** What is wrong with the fleet's own files and repository. */
export function judgeFleet({ root, problems, strays }: FleetFacts): readonly Finding[] {
  const validate =
    problems === 0
      ? ok("files", "fleet.toml and every agents.toml are right")
      : wrong(
          "files",
          problems === 1 ? "validate finds a problem" : `validate finds ${problems} problems`,
          "`up` refuses what is wrong, and what such a project needs of this machine is not known",
          "fleet validate",
        );
  const ignore = strays.map((stray) =>
    noted(
      "fleet: .gitignore",
      `does not have ${stray}`,
      "git would take it into the fleet's own repository",
      `echo ${quoted(`/${stray}`)} >> ${quoted(`${root}/.gitignore`)}`,
      { do: "append", file: `${root}/.gitignore`, line: `/${stray}` },
    ),
  );
  return [validate, ...ignore];
}

/** What is wrong with one project, on this machine. */
export function judgeProject(project: ProjectFacts, machine: MachineFacts): readonly Finding[] {
  const { name, watched, running, agents } = project;
  const findings = [
    ...judgeState(project),
    ...judgeServer(project, machine),
    ...judgeWatch(project),
    ...judgeProcesses(project),
    ...judgeIgnored(project),
    ...judgeNames(project),
    ...judgeRemotes(project),
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

function judgeWatch({ name, wished, watched, unfound }: ProjectFacts): readonly Finding[] {
  return [
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

const judgeIgnored = ({ name, folder, unignored }: ProjectFacts): readonly Finding[] =>
  unignored.map(({ path, tracked }) => {
    const file = `${folder}/.gitignore`;
    const line = `/${path.replace(/^(?:\.?\/)+/, "")}`;
    return wrong(
      `${name}: .gitignore`,
      tracked ? `git has taken ${path}` : `does not have ${path}`,
      "state and secrets do not belong into a repository that is pushed",
      tracked
        ? `git -C ${quoted(folder)} rm -r --cached --quiet ${quoted(path)}, and ${quoted(line)} into .gitignore`
        : `echo ${quoted(line)} >> ${quoted(file)}`,
      tracked ? null : { do: "append", file, line },
    );
  });

const judgeNames = ({ name, nameless }: ProjectFacts): readonly Finding[] =>
  nameless.length === 0
    ? []
    : [
        wrong(
          `${name}: git`,
          `does not know who commits in ${nameless.join(", ")}`,
          "an agent's first commit fails",
          'git config --global user.name "Your Name" && git config --global user.email you@example.com',
        ),
      ];

const judgeRemotes = ({ name, remotes }: ProjectFacts): readonly Finding[] =>
  remotes.flatMap(({ url, answers, because, byAgentOnly }) => {
    if (!answers)
      return [
        wrong(
          `${name}: remote`,
          `${url} does not answer: ${because}`,
          "agents can't push, and no handoff is seen",
          `GIT_TERMINAL_PROMPT=0 git ls-remote ${quoted(url)}`,
        ),
      ];
    if (!byAgentOnly) return [];
    return [
      noted(
        `${name}: remote`,
        `${url} answers only with the ssh agent of this login`,
        "after a restart of the machine, and under a service, there is none",
        "give the fleet a key of its own, without a passphrase: a deploy key",
      ),
    ];
  });
