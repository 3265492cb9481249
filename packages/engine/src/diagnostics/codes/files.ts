import type { CodePage } from "./page.ts";

/** The file itself: its bytes, and what it is on the disk. */
export const FILES = {
  FL0001: {
    title: "the file is not UTF-8 text",
    rule: "TOML is UTF-8, and nothing is guessed: a wrong guess would change names without a word.",
    fix: "Save the file as UTF-8. The message names the first byte that is not.",
    example: {
      of: "sh",
      wrong: "printf 'name = \"caf\\351\"' > fleet.toml",
      right: "iconv -f latin1 -t utf-8 old.toml > fleet.toml",
    },
  },
  FL0002: {
    title: "a character that nobody sees",
    rule: "Control characters, invisible ones and those that change the reading direction make a file look like something else than it is. In comments direction marks and the like may stand, control characters nowhere.",
    fix: "Remove the character; the message names it.",
    example: {
      of: "agents.toml",
      wrong: '[agents.one]\nkind = "persistent"\nargs = ["\\u001b[31m"]',
      right: '[agents.one]\nkind = "persistent"\nargs = ["--red"]',
    },
  },
  FL0003: {
    title: "the file is too large",
    rule: "An agents.toml has 256 KiB at most, a fleet.toml 512 KiB. It is not read at all beyond that, so that no file can make a parser work for ever.",
    fix: "Find out what made it so large. Texts belong into files that it names.",
    example: {
      of: "sh",
      wrong: "cat prompts/*.md >> agents.toml",
      right: 'prompt = "prompts/startup.md"   # in agents.toml',
    },
  },
  FL0004: {
    title: "the file is not there, cannot be read, or is no file",
    rule: "A pipe, a device or a folder is not waited for, and a link has to lead to a file.",
    fix: "See what stands there: `ls -l`; who may read it: `namei -l`; where a link leads: `readlink -f`.",
    example: { of: "sh", wrong: "mkfifo agents.toml", right: "rm agents.toml && git checkout agents.toml" },
  },
  FL0005: {
    title: "somebody else may write the file",
    rule: "Whoever writes fleet.toml or agents.toml decides what is run under your name. So the file belongs to you or to root, and not everyone may write it.",
    fix: "`chmod o-w` the file, or make it yours with `chown`. See what changed in it meanwhile.",
    example: { of: "sh", wrong: "chmod 666 fleet.toml", right: "chmod 644 fleet.toml" },
  },
} as const satisfies Readonly<Record<string, CodePage>>;
