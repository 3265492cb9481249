import { expect, it } from "vitest";
import { defineCommand, type Program } from "./command.ts";
import { renderOverview } from "./overview.ts";

const command = (name: string, about: string) =>
  defineCommand({ name, about, flags: {}, examples: [], run: async () => 0 });

const PROGRAM: Program = {
  program: "fleet",
  about: "Keeps agents working.",
  version: "1",
  commands: [
    command("up", "start what should run, ".repeat(6).trim()),
    command("pin verify", "check the pin"),
    command("top", "a live screen"),
  ],
};

it("tells what each command is for, in lines that fit a terminal", () => {
  expect(renderOverview(PROGRAM)).toBe(`fleet <command>

Keeps agents working.

Commands:
  up          start what should run, start what should run, start what should run, start what should
              run, start what should run, start what should run,
  pin verify  check the pin
  top         a live screen

Options:
  -h, --help  show this help
  --version   show the version

What a command takes, with examples: fleet <command> --help
Exit: 0 done · 1 the answer is no · 2 wrong usage · 3 could not · 4 refused for safety · 70 a bug ·
130 interrupted
`);
});

it("has chapters, and leaves out no command that stands in none", () => {
  const [up, , top] = PROGRAM.commands;
  if (up === undefined || top === undefined) throw new Error("the program lacks commands");
  const text = renderOverview({ ...PROGRAM, chapters: { See: [top], Run: [up] } });
  const words = text.split("\n").filter((line) => /^\S+:$|^ {2}[-\w]/.test(line));
  expect(words.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    "See:",
    "top",
    "Run:",
    "up",
    "More:",
    "pin verify",
    "Options:",
    "-h, --help",
    "--version",
  ]);
});
