import type { CodePage } from "./page.ts";

/** What makes a text TOML. */
export const SYNTAX = {
  FL0100: {
    title: "the file is not TOML",
    rule: "TOML has one key a line, `=` between key and value, and quotes round texts. Only the first such error of a file is told, because what follows it can be anything.",
    fix: "Correct the place that is underlined, and ask again.",
    example: {
      of: "agents.toml",
      wrong: "session_prefix: demo-",
      right: '[defaults]\nsession_prefix = "demo-"\nlog_dir = ".ao-state"',
    },
  },
  FL0101: {
    title: "this is not TOML 1.0, or the date does not exist",
    rule: "TOML 1.0 is read, so that every tool reads the file alike: an inline table stays on one line and does not end with a comma, and dates are those of the calendar.",
    fix: "Write a longer table as a [table] of its own.",
    example: {
      of: "agents.toml",
      wrong: '[backends.claude]\nenv = { DISABLE_AUTOUPDATER = "1", }',
      right: '[backends.claude]\nenv = { DISABLE_AUTOUPDATER = "1" }',
    },
  },
  FL0102: {
    title: "a key or a table is there twice",
    rule: "A second one would replace the first without a word. A list of tables has double brackets.",
    fix: "Remove one of the two, or put what they say into one.",
    example: {
      of: "agents.toml",
      wrong: '[agents.one]\nkind = "loop"\nkind = "task"',
      right: '[agents.one]\nkind = "loop"\nwatch = "heal"',
    },
  },
  FL0103: {
    title: "nested too deeply, or a text that is too long",
    rule: "Values and keys are 32 deep at most, and a text has 64 KiB: more of it makes parsers run out of memory, and nobody writes it by hand.",
    fix: "Put long texts into files of their own. What is nested so deeply was made by a program.",
    example: {
      of: "agents.toml",
      wrong: `x = ${"[".repeat(33)}${"]".repeat(33)}`,
      right: '[agents.one]\nkind = "loop"',
    },
  },
} as const satisfies Readonly<Record<string, CodePage>>;
