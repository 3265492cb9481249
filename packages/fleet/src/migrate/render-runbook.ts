import { columns } from "@fleet/engine";

/** All that a runbook names, as it is when it is written. Folders are absolute. */
export interface Facts {
  readonly name: string;
  /** Of fleet.toml; every command is typed there. */
  readonly root: string;
  /** Of the new project, relative to that. */
  readonly project: string;
  /** The new project's state directory, relative to root. */
  readonly state: string;
  readonly fleetFile: string;
  readonly projects: number;
  readonly old: {
    readonly folder: string;
    readonly prefix: string;
    /** Of its agents and services, its watchdog aside. */
    readonly sessions: readonly string[];
    /** Where it keeps the index of its phase; null where that is not known. */
    readonly phaseFile: string | null;
    /** Commands of its own, where its folder has a program that is known to take them. */
    readonly stop: string | null;
    readonly start: string | null;
    readonly status: string | null;
  };
  readonly clones: readonly {
    readonly folder: string;
    readonly from: string;
    readonly url: string | null;
    readonly there: boolean;
  }[];
  readonly secrets: readonly { readonly from: string; readonly to: string }[];
  /** What `up` starts, and what it says of each. */
  readonly starts: readonly { readonly agent: string; readonly word: "started" | "resumed" }[];
  /** The line of the phase as status prints it now; null without phases. */
  readonly phaseLine: string | null;
  /** What stands in the old state to go on where the new project is: file, what it says, what it should say. */
  readonly carry: readonly { readonly file: string; readonly is: string | null; readonly should: string }[];
  /** The phase that the old set-up does not have; null when it has it. */
  readonly lostPhase: string | null;
}

const sh = (...commands: readonly string[]): string => `\`\`\`sh\n${commands.join("\n")}\n\`\`\`\n`;
/** What the commands above have to say: each line of it, or nothing at all. */
const says = (...lines: readonly string[]): string =>
  lines.length === 0
    ? "\nIt prints nothing.\n\n```text\n```\n"
    : `\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;

/** A word for a shell. */
export const word = (text: string): string =>
  /^[\w./@:=+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** The steps from the old set-up to the new project, and back. */
export const renderRunbook = (facts: Facts): string =>
  [
    `# Cutover of ${facts.name}\n\nFrom \`${facts.old.folder}\` to \`${facts.root}/${facts.project}\`.
Type every command in \`${facts.root}\`. Below each one stands what it has to say; where it says anything else, stop there and take the way back.
No file of the old set-up is changed before the way back; until step 2 nothing of it is touched at all.\n`,
    before(facts),
    quiesce(facts),
    untouched(facts),
    takeOver(facts),
    start(facts),
    verify(facts),
    `## The way back\n\nThe old files were never changed. These steps hold the values of this moment; \`fleet cutover ${facts.name} --back\` prints them with those of a later one.\n`,
    backSteps(facts),
  ].join("\n");

/** The way back alone. */
export const renderWayBack = (facts: Facts): string =>
  `# The way back of ${facts.name}\n\nFrom \`${facts.root}/${facts.project}\` to \`${facts.old.folder}\`. Type every command in \`${facts.root}\`.\n\n${backSteps(facts)}`;

const printFile = ({ state }: Facts): string => word(`${state}/old-before.json`);

const again = ({ old, name, project }: Facts): string =>
  sh(`fleet adopt ${word(old.folder)} --name ${name} --again`) + says(`carried over into ${project}`);

const before = (facts: Facts): string => `## 1. See that all is ready

${sh("fleet validate")}${says(`OK, ${facts.projects} project${facts.projects === 1 ? "" : "s"}`)}
It went on since it was adopted, so its phase and its conversations once more; then it should be the same:

${again(facts)}
${sh(`fleet parity ${facts.name} --against ${word(facts.old.folder)}`)}${says("status: the same", "config: the same")}
Keep what the old set-up is now:

${sh(`fleet fingerprint ${word(facts.old.folder)} --json > ${printFile(facts)}`)}`;

function quiesce({ old }: Facts): string {
  const dog = word(`=${old.prefix}watchdog`);
  const left = `tmux list-sessions -F '#{session_name}' 2>/dev/null | grep '^${old.prefix}'`;
  const all = old.sessions.map(word).join(" ");
  return `## 2. Stop the old set-up

If a service or a cron job starts it, stop that first, or it brings the watchdog back: \`systemctl list-units\`, \`crontab -l\`.
Then its watchdog, so that nobody heals what is stopped:

${sh(
  `tmux has-session -t ${dog} 2>/dev/null && tmux kill-session -t ${dog}`,
  `tmux has-session -t ${dog} 2>/dev/null || echo "its watchdog is gone"`,
)}${says("its watchdog is gone")}
Then its agents:

${old.stop === null ? "" : `${sh(old.stop)}\n`}${sh(
  `for session in ${all}; do tmux kill-session -t "=$session" 2>/dev/null; done`,
  `${left} || echo "no session of it is left"`,
)}${says("no session of it is left")}
A session that is shown here instead is none of its agents.toml's: look at it, and end it or leave it.
A program may outlive its session: see that none of its agents is left with \`pgrep -af 'claude|opencode|codex'\`.
`;
}

const untouched = (facts: Facts): string => `## 3. See that nothing else has changed

${sh(`fleet fingerprint --against ${printFile(facts)} | grep -v '^session \\|^watchdogs' || echo "nothing else has changed"`)}${says("nothing else has changed")}
A phase or a conversation that moved on since step 1 is all right: the next step takes it over.
`;

function takeOver(facts: Facts): string {
  const { clones, secrets, project } = facts;
  const left = clones.map(
    ({ from }) =>
      `${sh(
        `GIT_OPTIONAL_LOCKS=0 git -C ${word(from)} status --porcelain`,
        `git -C ${word(from)} log --oneline HEAD --not --remotes=origin`,
      )}${says()}`,
  );
  const made = clones.map(({ folder, url, from, there }) => {
    const target = word(`${project}/${folder}`);
    if (there) return sh(`git -C ${target} pull --quiet --ff-only`);
    return url === null
      ? `Clone what \`${from}\` is a clone of to \`${target}\`.\n`
      : sh(`git clone --quiet ${word(url)} ${target}`);
  });
  const copied = secrets.map(({ from, to }) => sh(`cp -p ${word(from)} ${word(`${project}/${to}`)}`));
  return `## 4. Take over where it stood

What its agents have not committed or pushed must be pushed first:

${left.join("\n")}
Clones of the new project's own:

${made.join("\n")}${copied.length === 0 ? "" : `\nIts secrets, which are never copied by themselves:\n\n${copied.join("\n")}`}
Its phase and its conversations, as they are now:

${again(facts)}`;
}

const start = (facts: Facts): string => `## 5. Start the new one

In \`${facts.fleetFile}\`, under \`name = "${facts.name}"\`, write \`enabled = true\`. Then:

${sh(`fleet up ${facts.name} --dry-run`)}${says(`would start in ${facts.name}, if they do not run yet:`)}
${sh(`fleet up ${facts.name}`)}${says(...columns(facts.starts.map(({ agent, word: how }) => [agent, how])))}
While the old watchdog is there, \`up\` refuses with exit code 4.
`;

const verify = (facts: Facts): string => `## 6. See that it is the same

${sh(`fleet parity ${facts.name} --against ${word(facts.old.folder)}`)}${says("status: the same", "config: the same")}
${sh(`fleet fingerprint ${facts.name} --json | grep watchdogs`)}${says('"watchdogs": 1')}
${sh(`fleet status ${facts.name}`)}${facts.phaseLine === null ? "" : says(facts.phaseLine)}
What was pushed while nobody watched is told again:

${sh(`fleet handoff ${facts.name} replay`)}`;

function backSteps(facts: Facts): string {
  const { old, name, clones, carry, lostPhase } = facts;
  const pushes = clones.map(({ folder, from }) =>
    sh(
      `git -C ${word(`${facts.project}/${folder}`)} push --quiet`,
      `git -C ${word(from)} pull --quiet --ff-only`,
    ),
  );
  const state = carry.map(({ file, is, should }) =>
    is === should
      ? `${sh(`cat ${word(file)}`)}${says(should)}`
      : `${sh(`printf '%s\\n' ${word(should)} > ${word(file)}`, `cat ${word(file)}`)}${says(should)}`,
  );
  const lost =
    lostPhase === null
      ? ""
      : `The old agents.toml has no phase \`${lostPhase}\`: append it there first, and write its place, counted from 0, into \`${old.phaseFile}\`.\n\n`;
  return `1. Stop the new one:

${sh(`fleet down ${name}`, `fleet fingerprint ${name} --json | grep watchdogs`)}${says('"watchdogs": 0')}
2. In \`${facts.fleetFile}\`, under \`name = "${name}"\`, write \`enabled = false\`.

3. Take its work back:

${pushes.join("\n")}
4. The old set-up goes on where the new one is:

${lost}${state.join("\n")}
5. Start the old one as it always was${old.start === null ? "." : ":"}

${old.start === null ? "" : sh(old.start)}${old.status === null || facts.phaseLine === null ? "" : `\n${sh(old.status)}${says(facts.phaseLine)}`}`;
}
