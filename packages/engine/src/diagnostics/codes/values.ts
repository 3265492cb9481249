import type { CodePage } from "./page.ts";

const one = (keys: string) => `[agents.one]\nkind = "persistent"\n${keys}`;
const task = (keys: string) => `[agents.one]\nkind = "task"\n${keys}`;
const project = (keys: string) => `[[project]]\n${keys}`;

/** What one key may say. */
export const VALUES = {
  FL0200: {
    title: "the file is of another version",
    rule: "`schema` says for which shape of the file it is written; 1 is the only one so far. Of a file for a later program nothing else is said, because its keys are not known here.",
    fix: "Upgrade fleet, or the engine of the project. Where the number is a slip, write 1 or leave it out.",
    example: { of: "agents.toml", wrong: "schema = 2", right: "schema = 1" },
  },
  FL0210: {
    title: "an unknown key",
    rule: "A key that nobody reads is a slip, and would be obeyed by nobody. So every unknown key is an error.",
    fix: "Correct its name, move it to the table that it belongs to, or remove it.",
    example: { of: "agents.toml", wrong: one('promt = "hello.md"'), right: one('prompt = "hello.md"') },
  },
  FL0211: {
    title: "a key is missing",
    rule: "Some things have no sensible default. The header of the table that lacks the key is underlined, or the beginning of the file.",
    fix: "Add the key.",
    example: {
      of: "fleet.toml",
      wrong: project('path = "projects/one"'),
      right: project('name = "one"\npath = "projects/one"'),
    },
  },
  FL0212: {
    title: "a key or an argument that is not allowed",
    rule: "`deny_args` of an agent holds for the arguments of its backend, too. `__proto__` and `constructor` are no keys, since they mean something to JavaScript. In .gitmodules only what a pin needs may stand.",
    fix: "Remove it, or the word in `deny_args` that forbids it.",
    example: {
      of: "agents.toml",
      wrong: task('args = ["--with-tests"]\ndeny_args = ["--with-tests"]'),
      right: task('args = ["--dry-run"]\ndeny_args = ["--with-tests"]'),
    },
  },
  FL0220: {
    title: "a value of the wrong type",
    rule: "A number in quotes is a text, and a text without quotes is no value. Nothing is converted in silence.",
    fix: "Write the value as the message says.",
    example: {
      of: "fleet.toml",
      wrong: project('name = "one"\npath = "projects/one"\nenabled = "no"'),
      right: project('name = "one"\npath = "projects/one"\nenabled = false'),
    },
  },
  FL0221: {
    title: "a word that is not one of the choices",
    rule: "Where there are a few possibilities, they are words, in lower case.",
    fix: "Choose one of those that the message lists.",
    example: {
      of: "agents.toml",
      wrong: '[agents.one]\nkind = "loops"',
      right: '[agents.one]\nkind = "loop"',
    },
  },
  FL0222: {
    title: "a value out of range, or one that contradicts another",
    rule: "Lists that must not be empty, durations that would never be over, a short interval that is longer than the long one, more than a thousand projects.",
    fix: "The message says what is allowed, and which other value it is about.",
    example: {
      of: "agents.toml",
      wrong: '[supervision]\nsignal_tick = "90s"\nstall_idle = "60s"',
      right: '[supervision]\nsignal_tick = "30s"\nstall_idle = "60s"',
    },
  },
  FL0223: {
    title: "a bad name",
    rule: "Names become tmux sessions, files and words of the command line: lower case, digits and dashes, and nothing that any of them could take for something else. Some are reserved.",
    fix: "Take the name that the message offers, or another one by its rule.",
    example: {
      of: "fleet.toml",
      wrong: project('name = "My App"\npath = "projects/app"'),
      right: project('name = "my-app"\npath = "projects/app"'),
    },
  },
  FL0224: {
    title: "a bad duration",
    rule: "A duration is a text of a whole number and a unit: ms, s, m or h. A number alone would leave open what it counts.",
    fix: "Write the unit.",
    example: {
      of: "agents.toml",
      wrong: "[supervision]\nstall_grace = 180",
      right: '[supervision]\nstall_grace = "180s"',
    },
  },
  FL0225: {
    title: "a bad schedule, time zone or hour of the day",
    rule: "A schedule has five fields, as in cron: minute, hour, day of month, month, day of week. It is UTC unless `tz` names a zone of the IANA database. Quiet hours are two times of a day with a dash between them.",
    fix: "Correct the field that is underlined.",
    example: {
      of: "agents.toml",
      wrong: task('schedule = "61 3 * * 6"'),
      right: task('schedule = "0 3 * * 6"'),
    },
  },
  FL0227: {
    title: "a URL that is not allowed here",
    rule: "Git is given https, ssh and paths on this machine alone: other transports run programs. A server of agents speaks http on this machine only. Receivers of [notify] have http and https. No URL holds a password.",
    fix: "Use one of these. For passwords: a git credential helper, env_file, or under [notify] the place where the URL lies.",
    example: {
      of: "fleet.toml",
      wrong: '[engine]\nurl = "ext::sh -c id"',
      right: '[engine]\nurl = "https://example.org/engine.git"',
    },
  },
  FL0228: {
    title: "a bad commit, branch or tag",
    rule: "A pin is a whole commit of 40 digits, because everything shorter can come to mean another one. Branches and tags are what git takes for such, and never look like an option.",
    fix: "Write the full commit: `git rev-parse HEAD` in the engine of the project.",
    example: {
      of: "fleet.toml",
      wrong: project('name = "one"\npath = "projects/one"\nengine = "0123abc"'),
      right: project(
        'name = "one"\npath = "projects/one"\nengine = "0123456789abcdef0123456789abcdef01234567"',
      ),
    },
  },
  FL0229: {
    title: "a bad name of an environment variable",
    rule: "Letters, digits and `_`, and no digit first: other names do not reach the program.",
    fix: "Correct the name.",
    example: {
      of: "agents.toml",
      wrong: '[backends.claude]\nenv = { "MY-NAME" = "1" }',
      right: '[backends.claude]\nenv = { MY_NAME = "1" }',
    },
  },
  FL0230: {
    title: "a secret in the file",
    rule: "fleet.toml is read by many and lies in git, which forgets nothing. So it says where a secret lies: in an environment variable, or in a file that others can't read.",
    fix: "Have another secret made, for this one is known. Put it into a file, `chmod 600` it, and name the file.",
    example: {
      of: "fleet.toml",
      wrong: '[notify.ops]\nwebhook = "https://example.org/hook"\nsecret = "s3cr3t"',
      right: '[notify.ops]\nwebhook = "https://example.org/hook"\nsecret = "file:~/.config/fleet/ops.secret"',
    },
  },
} as const satisfies Readonly<Record<string, CodePage>>;
