import { describe, expect, it } from "vitest";
import { Failure } from "../problem.ts";
import { type Command, defineCommand, type World } from "./command.ts";
import { runCommands } from "./main.ts";

const upCommand = defineCommand({
  name: "up",
  about: "start agents",
  operands: "[agent..]",
  flags: {
    all: { type: "boolean", about: "all of them", short: "a" },
    format: { type: "string", about: "how to print", choices: ["pretty", "json"] },
    json: { type: "boolean", about: "print JSON" },
  },
  examples: [["up builder", "start the builder"]],
  async run(operands, { all, format }, world) {
    world.out(`up ${operands.join(",")} ${all === true} ${format ?? "-"}\n`);
    return 0;
  },
});

const throwing = (name: string, error: unknown): Command =>
  defineCommand({
    name,
    about: name,
    flags: { json: { type: "boolean", about: "print JSON" } },
    examples: [],
    run: () => Promise.reject(error),
  });

const sendCommand = defineCommand({
  name: "send",
  about: "say something",
  operands: "<agent> <message>",
  flags: {},
  examples: [],
  async run(operands, _flags, world) {
    world.out(`${operands.join("|")}\n`);
    return 0;
  },
});

const program = {
  program: "fleet",
  about: "keeps agents working",
  version: "1.2.3",
  commands: [
    upCommand,
    sendCommand,
    { ...sendCommand, name: "phase" },
    { ...upCommand, name: "phase set" },
    { ...upCommand, name: "engine publish" },
    { ...sendCommand, name: "go", operands: "[show | to <id>]" },
    throwing("refuse", new Failure("DISABLED", "demo is disabled", { hint: "set `enabled = true`" })),
    throwing("break", new TypeError("x is not a function")),
  ],
};

async function type(line: readonly string[], signal = new AbortController().signal) {
  let out = "";
  let err = "";
  const world: World = {
    cwd: "/",
    env: {},
    signal,
    color: false,
    input: async () => "",
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  };
  const exit = await runCommands(program, line, world);
  return { exit, out, err };
}

describe("a command line", () => {
  it.each([
    ["runs the command it names", ["up"], "up  false -\n"],
    ["hands over operands and flags in any order", ["up", "a", "--all", "b"], "up a,b true -\n"],
    ["knows short flags", ["up", "-a"], "up  true -\n"],
    ["knows flags with a value", ["up", "--format", "json"], "up  false json\n"],
    ["takes what follows -- as it is", ["send", "a", "--", "-x"], "a|-x\n"],
    ["keeps a number a word", ["up", "5", "007"], "up 5,007 false -\n"],
    ["leaves --help to the command after --", ["send", "--", "a", "--help"], "a|--help\n"],
    ["prefers a command of two words", ["phase", "set", "x"], "up x false -\n"],
    ["leaves an unusual synopsis to its command", ["go", "to", "x"], "to|x\n"],
    ["tells the version", ["--version"], "fleet 1.2.3\n"],
  ])("%s", async (_sentence, line, out) => {
    expect(await type(line)).toEqual({ exit: 0, out, err: "" });
  });

  it.each([
    ["an unknown command", ["upp"], 'fleet: there is no command "upp"\n  did you mean `fleet up`?\n'],
    [
      "a command like no other",
      ["zzzzzz"],
      'fleet: there is no command "zzzzzz"\n  commands: up, send, phase, phase set, engine publish, go, refuse, break\n',
    ],
    [
      "half of a command",
      ["engine"],
      'fleet: there is no command "engine"\n  did you mean `fleet engine publish`?\n',
    ],
    ["a flag before the command", ["--all"], "fleet: fleet takes no flag --all here\n"],
    [
      "an unknown flag",
      ["up", "--al"],
      "fleet: up knows no flag --al\n  did you mean `--all`?\n  usage: fleet up",
    ],
    ["an unknown short flag", ["up", "-z"], "fleet: up knows no flag -z\n  usage: fleet up [agent..]"],
    ["a value for a switch", ["up", "--all=yes"], "fleet: --all takes no value\n"],
    ["a missing value", ["up", "--format"], "fleet: --format needs a value (--format=VALUE)\n"],
    [
      "a wrong choice",
      ["up", "--format", "jsn"],
      'fleet: --format takes pretty or json, not "jsn"\n  did you mean `json`?\n',
    ],
    [
      "a missing operand",
      ["send", "a"],
      "fleet: send needs a message\n  usage: fleet send <agent> <message>",
    ],
    ["one operand too many", ["send", "a", "b", "c"], 'fleet: send does not know what to do with "c"\n'],
  ])("explains %s and exits 2", async (_sentence, line, said) => {
    const { exit, out, err } = await type(line);
    expect(err).toContain(said);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
  });

  it("prints help with every command, the examples and what exits mean", async () => {
    const whole = await type(["--help"]);
    expect(whole).toMatchObject({ exit: 0, err: "" });
    expect(whole.out).toMatch(/^ {2}send +say something/m);
    expect(whole.out).toContain("4 refused for safety");
    const one = await type(["up", "-h"]);
    expect(one).toMatchObject({ exit: 0, err: "" });
    expect(one.out).toContain("--all");
    expect(one.out).toContain("start the builder");
    expect((await type(["go", "--help"])).out).toContain("fleet go [show | to <id>]");
    expect((await type(["phase", "set", "--help"])).out).toContain("fleet phase set");
    // Two commands of which one's name begins like the other's.
    expect((await type(["phase", "--help"])).out).toMatch(/^fleet phase <agent> <message>\n\nsay something/);
  });

  it("without a word is wrong usage, and shows what there is", async () => {
    const { exit, out, err } = await type([]);
    expect({ exit, out }).toEqual({ exit: 2, out: "" });
    expect(err).toMatch(/^ {2}send +say something/m);
  });
});

describe("what goes wrong in a command", () => {
  it("is a sentence with a hint when it was foreseen", async () => {
    expect(await type(["refuse"])).toEqual({
      exit: 4,
      out: "",
      err: "fleet: demo is disabled\n  set `enabled = true`\n",
    });
  });

  it("is JSON on stdout as well when JSON was asked for", async () => {
    const { exit, out } = await type(["refuse", "--json"]);
    expect(exit).toBe(4);
    expect(JSON.parse(out)).toEqual({
      error: { code: "DISABLED", message: "demo is disabled", hint: "set `enabled = true`" },
    });
  });

  it("is a bug with its stack when nobody foresaw it", async () => {
    const { exit, err } = await type(["break"]);
    expect(exit).toBe(70);
    expect(err).toMatch(/^fleet: this is a bug in fleet.*\nTypeError: x is not a function\n {4}at /);
  });

  it("is an interruption when the user interrupted", async () => {
    expect(await type(["refuse"], AbortSignal.abort())).toEqual({ exit: 130, out: "", err: "" });
  });
});
