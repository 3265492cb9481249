import type { Facts, MachineFacts } from "./facts.ts";
import { type Finding, noted, ok, quoted, unknown, wrong } from "./finding.ts";
import { type KnownBad, knownOf, versionIn } from "./known-versions.ts";

const GB = 1024 ** 3;

/** What is wrong with the machine, for a fleet like this. */
export function judgeMachine({ machine, fleet }: Facts): readonly Finding[] {
  const projects = fleet?.projects ?? [];
  const agents = projects.reduce((sum, project) => sum + project.agents, 0);
  const running = projects.reduce((sum, project) => sum + project.running, 0);
  const unwatched = projects.filter(({ watched }) => !watched).length;
  return [
    ...judgeTool("node", machine.node, "install Node 24 or newer: https://nodejs.org/en/download"),
    ...judgeTool("tmux", machine.tmux, "install a newer tmux: apt-get install tmux, or dnf install tmux"),
    ...judgeTool("git", machine.git, "install a newer git: apt-get install git, or dnf install git"),
    ...judgeGit(machine),
    ...judgeEnvironment(machine),
    judgeFiles(machine, agents),
    judgeInotify(machine, { projects: projects.length, missing: unwatched + (agents - running) }),
    judgeClock(machine),
    ...machine.disks.map(judgeDisk),
  ];
}

function judgeTool(program: string, said: string | null, mend: string): readonly Finding[] {
  if (said === null) return [wrong(program, "is not installed", "no project runs without it", mend)];
  const version = versionIn(said);
  // "next" or "master" is somebody's own build, and they know.
  if (version === null) return [ok(program, said)];
  return judgeVersion(program, program, version, mend);
}

/** One finding, the worst and newest of what is known first. */
export function judgeVersion(
  about: string,
  program: string,
  version: string,
  mend: string,
): readonly Finding[] {
  const known = knownOf(program, version);
  const worst = known.find(({ level }) => level === "wrong") ?? known[0];
  if (worst === undefined) return [ok(about, version)];
  const say = worst.level === "wrong" ? wrong : noted;
  const others = known.filter((one) => one !== worst);
  const why = [sayKnown(worst), ...others.map((one) => `also: ${one.why}, ${sayKnown(one)}`)];
  return [say(about, `${version}: ${worst.why}`, why.join("; "), mend)];
}

const sayKnown = ({ below, date, source }: KnownBad): string =>
  `so before ${below}, known since ${date} (${source})`;

const judgeGit = ({ git, gitQuotes }: MachineFacts): readonly Finding[] =>
  git === null || gitQuotes !== false
    ? []
    : [
        wrong(
          "git",
          "lacks the fix of CVE-2025-48384",
          "a repository with a submodule whose path ends in a carriage return can run any program when it is cloned",
          "update git: 2.43.7, 2.44.4, 2.45.4, 2.46.4, 2.47.3, 2.48.2, 2.49.1, 2.50.1 have it, and so have patched ones of distributions",
        ),
      ];

function judgeEnvironment({ insideTmux, path, temporary, root }: MachineFacts): readonly Finding[] {
  const relative = path.split(":").filter((folder) => !folder.startsWith("/"));
  const { is, path: tmp } = temporary;
  return [
    ...(insideTmux === null
      ? []
      : [
          noted(
            "TMUX",
            "you are inside a tmux",
            "projects have tmux servers of their own, which is harmless; in an attached agent the prefix key has to be typed twice to reach it",
            null,
          ),
        ]),
    ...(relative.length === 0
      ? []
      : [
          wrong(
            "PATH",
            `has folders that are not absolute: ${relative.map((folder) => JSON.stringify(folder)).join(", ")}`,
            "agents work in repositories, and a program there would be run in place of the machine's",
            "take them out of PATH in your shell's profile",
          ),
        ]),
    ...(is === "writable"
      ? Buffer.byteLength(tmp) > LONGEST_TMP
        ? [
            wrong(
              "TMPDIR",
              `has ${Buffer.byteLength(tmp)} bytes: ${tmp}`,
              "agent programs make sockets below it, and the path of a socket has 107 bytes at the most",
              "export TMPDIR=/tmp, or another short one, before: fleet up",
            ),
          ]
        : []
      : [
          wrong(
            "TMPDIR",
            `${tmp} is ${is === "missing" ? "not there" : "not writable"}`,
            "agent programs keep their temporary files there, and fail in words of their own",
            `mkdir -p ${quoted(tmp)}, or: unset TMPDIR`,
          ),
        ]),
    ...(root
      ? [
          noted(
            "user",
            "you are root",
            "agents can do whatever you can; Claude Code refuses --dangerously-skip-permissions for root",
            "run the fleet as a user of its own",
          ),
        ]
      : []),
  ];
}

/** Below it a program may want a folder and a name of thirty bytes. */
const LONGEST_TMP = 70;

/** tmux holds about three for each agent, a watchdog some dozens. */
function judgeFiles({ files }: MachineFacts, agents: number): Finding {
  const needed = 256 + 8 * agents;
  if (files === null || files >= needed) return ok("open files", `${files ?? "no limit"} for each process`);
  return wrong(
    "open files",
    `a process may have ${files} open, and ${agents} agents want about ${needed}`,
    "a tmux server that can open no more starts no agent",
    `ulimit -Hn ${Math.max(4096, needed)}, for good: a line "* hard nofile ${Math.max(4096, needed)}" in /etc/security/limits.d/fleet.conf`,
  );
}

/** Each watchdog needs an instance, and each agent program takes about one. */
function judgeInotify(
  { inotify }: MachineFacts,
  { projects, missing }: { readonly projects: number; readonly missing: number },
): Finding {
  if (inotify === null) return unknown("inotify", "this system does not tell its limits");
  const { instances, used, watches } = inotify;
  const needed = used + missing + 8;
  const setting = (name: string, value: number) =>
    `echo fs.inotify.${name}=${value} | sudo tee /etc/sysctl.d/60-fleet.conf && sudo sysctl --system`;
  if (needed > instances)
    return wrong(
      "inotify",
      `${used} of ${instances} instances are taken, and what is not running yet wants about ${missing}`,
      "a watchdog without one hears of nothing early: a push waits for the next tick; other programs fail",
      setting("max_user_instances", Math.max(512, 2 * needed)),
    );
  const folders = 64 * projects + 1024;
  if (folders > watches)
    return wrong(
      "inotify",
      `${watches} watches, and this fleet wants about ${folders}`,
      "folders beyond that are looked at only at each tick",
      setting("max_user_watches", 524_288),
    );
  return ok("inotify", `${used} of ${instances} instances taken`);
}

function judgeClock({ synchronized }: MachineFacts): Finding {
  if (synchronized === null)
    return unknown("clock", "nothing here tells whether it is synchronized (timedatectl, chronyc)");
  if (synchronized) return ok("clock", "synchronized");
  // A hypervisor may keep it right, and then nobody here knows.
  return noted(
    "clock",
    "is not synchronized",
    "declared waits, schedules and the ends of limits are told by the wall clock",
    "sudo timedatectl set-ntp true",
  );
}

function judgeDisk({ path, free, files }: MachineFacts["disks"][number]): Finding {
  const about = `disk of ${path}`;
  const size = free >= GB ? `${(free / GB).toFixed(0)} GB free` : `${Math.floor(free / 1024 ** 2)} MB free`;
  const why = "a full disk stops every watchdog that has something to write down, and agents lose their work";
  const mend = `make room: du -xh ${quoted(path)} | sort -h | tail`;
  if (free < 0.5 * GB) return wrong(about, size, why, mend);
  if (files !== null && files < 10_000)
    return wrong(about, `room for ${files} files more, however small`, why, mend);
  return free < 2 * GB ? noted(about, size, why, mend) : ok(about, size);
}
