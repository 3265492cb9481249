import type { CodePage } from "./page.ts";

/** What the files name on the disk, the engine, and this machine. */
export const DISK = {
  FL0400: {
    title: "a path that does not exist",
    rule: "What is part of a project has to be there: its folder, prompts, roles, the template. Clones, secrets and state may come later. `~` and `$HOME` are not expanded: the file means the same for everyone.",
    fix: "Make it, clone it, or correct the path.",
    example: {
      of: "sh",
      wrong: 'prompt = "promts/startup.md"   # in agents.toml',
      right: 'prompt = "prompts/startup.md"',
    },
  },
  FL0401: {
    title: "a file where a folder should be, or the other way round",
    rule: "A prompt is a file, a place to work is a folder.",
    fix: "Correct the path.",
    example: {
      of: "sh",
      wrong: 'prompt = "prompts"   # in agents.toml',
      right: 'prompt = "prompts/startup.md"',
    },
  },
  FL0402: {
    title: "a path that leads out of the project",
    rule: "What agents.toml names is inside its folder, so that a project can be moved, and none reaches into another. A path never begins with `-`, since programs would take it for an option.",
    fix: "Write a path relative to the file, inside its folder.",
    example: {
      of: "agents.toml",
      wrong: '[agents.one]\nkind = "loop"\nworkdir = "../other"',
      right: '[agents.one]\nkind = "loop"\nworkdir = "clones/one"',
    },
  },
  FL0403: {
    title: "a link that leads out of the project",
    rule: "As FL0402, for what only the disk tells: a link in the path ends outside of the project's folder.",
    fix: "Put the file or folder itself inside the project.",
    example: { of: "sh", wrong: "ln -s /srv/prompts prompts", right: "cp -r /srv/prompts prompts" },
  },
  FL0404: {
    title: "not a git repository, or one without a remote",
    rule: "A project is a repository of its own: its pin is part of its history. The clone of a handoff has a remote, for what is pushed there is what is heard of (a warning).",
    fix: 'See how `fleet create-project` makes one. For a project of this repository write `engine = "workspace"`.',
    example: { of: "sh", wrong: "mkdir projects/shop", right: "fleet create-project shop" },
  },
  FL0405: {
    title: "the engine's pin is missing or is not the expected one",
    rule: "A project runs the engine that its submodule `engine` is pinned to, and nothing else. What is checked out is that commit, and where fleet.toml has `engine`, it is that one.",
    fix: "Check the pin out, commit the new one, or correct `engine` in fleet.toml. `fleet pin` shows them all.",
    example: {
      of: "sh",
      wrong: "git -C projects/shop/engine checkout main",
      right: "git -C projects/shop submodule update --init engine",
    },
  },
  FL0406: {
    title: "a file of the engine was changed",
    rule: "A pin promises what is run. A changed file breaks the promise, and the next upgrade would lose the change.",
    fix: "Undo it with `git checkout -- .` in the engine's folder. Changes belong into the engine's own repository, and then into a release.",
    example: {
      of: "sh",
      wrong: "vi projects/shop/engine/agents",
      right: "git -C projects/shop/engine checkout -- .",
    },
  },
  FL0407: {
    title: "this fleet cannot speak with the engine",
    rule: "An engine says of itself which version of the JSON answers it gives. One that is much older or newer than this fleet would be misunderstood.",
    fix: "`fleet upgrade PROJECT`, or upgrade fleet itself: the message says which.",
    example: { of: "sh", wrong: "fleet status shop", right: "fleet upgrade shop && fleet status shop" },
  },
  FL0500: {
    title: "a program is missing or too old on this machine",
    rule: "tmux and git are what every project needs, and a service needs its program. Always a warning, and none that --strict counts: a machine that only checks runs nothing.",
    fix: "Install it where the project is to run.",
    example: { of: "sh", wrong: "tmux -V   # tmux 3.1c", right: "apt-get install tmux" },
  },
  FL0600: {
    title: "something that works and is probably not meant",
    rule: "Warnings leave the exit code at 0. With --strict they count as errors.",
    fix: "Do as the message says, or leave it.",
    example: {
      of: "agents.toml",
      wrong: '[defaults]\nsession_prefix = "shop"\nlog_dir = ".ao-state"',
      right: '[defaults]\nsession_prefix = "shop-"\nlog_dir = ".ao-state"',
    },
  },
  FL9999: {
    title: "a bug in fleet",
    rule: "Whatever a file holds, the answer is OK or a problem with a place. All else is our fault: the command shows a stack and exits with 70.",
    fix: "Please report it, with the file where you may.",
    example: {
      of: "sh",
      wrong: "fleet validate; echo $?   # 70",
      right: "fleet validate; echo $?   # 0 or 1",
    },
  },
} as const satisfies Readonly<Record<string, CodePage>>;
