import path from "node:path";
import { type Command, defineCommand, type Flags, type FlagValues, type World } from "@fleet/engine";
import { findFleet, pickProjects, runEngine } from "@fleet/fleet";
import { jsonFlag, toWords } from "./flags.ts";

/*
 * The commands about one project that its own engine answers: here is only
 * what they take. The project's name is the first operand; all others are the
 * engine's.
 */

export const eventsCommand = forward({
  name: "events",
  about: "show what happened, oldest first",
  operands: "<project> [agent..]",
  flags: {
    json: { type: "boolean", about: "one JSON object a line" },
    follow: { type: "boolean", short: "f", about: "go on as things happen" },
    since: { type: "string", about: "only what is younger: 90s, 30m, 2h, or a time", value: "WHEN" },
  },
  examples: [
    ["fleet events demo builder -f", "one agent, live"],
    ["fleet events demo --json | grep pinged", "each handoff with its commit and its recipient"],
  ],
});

export const whyCommand = forward({
  name: "why",
  about: "tell why an agent is as it is, what comes next, and what led to it; changes nothing",
  operands: "<project> [agent]",
  flags: {
    ...jsonFlag,
    lines: { type: "string", short: "n", about: "how far back the story goes (20)", value: "N" },
    counters: { type: "boolean", about: "restarts, false ones, lost and doubled messages, time to heal" },
  },
  examples: [
    ["fleet why demo builder", "why it was restarted, or left alone"],
    ["fleet why demo --counters", "how well the project is watched"],
  ],
});

export const recordCommand = forward(
  {
    name: "record",
    about: "make a test case of what an agent shows, with nothing in it that is nobody else's business",
    operands: "<project> <agent>",
    flags: {
      to: { type: "string", about: "into this file, and not to the standard output", value: "FILE" },
    },
    examples: [["fleet record demo builder --to case.json", "to attach to an issue: look it over first"]],
  },
  // The engine works in the folder of its project, and not where the file is meant to be.
  ({ to }, { cwd }) => (to === undefined ? {} : { to: path.resolve(cwd, to) }),
);

export const watchdogCommand = forward({
  name: "watchdog",
  about:
    "restart a project's watchdog, so that it runs the code that is on disk; or start one where nobody watches. Agents are not touched",
  operands: "<project> <verb>",
  flags: jsonFlag,
  examples: [
    ["fleet watchdog demo restart", "after an update of the project's engine"],
    ["fleet watchdog demo start", "after a restart of the machine: who was asked for is brought back"],
  ],
});

export const phaseCommand = forward({
  name: "phase",
  about: "show the phases and where the loop is; goto one, or pause in the current one, and resume",
  operands: "<project> [verb] [id]",
  flags: jsonFlag,
  examples: [
    ["fleet phase demo", "the list, the current one marked"],
    ["fleet phase demo goto two", "end the current phase's runs and start that phase"],
    ["fleet phase demo pause", "DONE does not move the phases on until the next line"],
    ["fleet phase demo resume", "and now it does"],
  ],
});

export const handoffCommand = forward({
  name: "handoff",
  about: "tell a project's agents again of the claims and reviews of this phase that stand",
  operands: "<project> <replay>",
  flags: {
    ...jsonFlag,
    since: { type: "string", about: "all after this commit, answered or not", value: "SHA" },
  },
  examples: [["fleet handoff demo replay", "what nobody has answered yet"]],
});

export const wakeCommand = forward({
  name: "wake",
  about: "make a project's watchdog look now: for webhooks and post-receive hooks",
  operands: "<project>",
  flags: {},
  examples: [["fleet wake demo", "as a line of hooks/post-receive"]],
});

export const restartCommand = forward({
  name: "restart",
  about: "end the runs of a project's agents, of some or of all that run, and start new ones",
  operands: "<project> [agent..]",
  flags: {
    ...jsonFlag,
    fresh: { type: "boolean", about: "with a new conversation; without it a persistent agent keeps its own" },
  },
  examples: [
    ["fleet restart demo builder", "the builder alone; the others go on"],
    ["fleet restart shop ada --fresh", "with a new conversation, as at its very first start"],
  ],
});

function forward<const F extends Flags>(
  command: Omit<Command<F>, "run">,
  asMeant: (flags: FlagValues<F>, world: World) => Parameters<typeof toWords>[0] = (flags) => flags,
): Command {
  return defineCommand({
    ...command,
    run: ([name = "", ...operands]: readonly string[], flags: FlagValues<F>, world: World) =>
      runOn(name, [command.name, ...toWords(asMeant(flags, world)), "--", ...operands], world),
  });
}

async function runOn(name: string, argv: readonly string[], world: World): Promise<number> {
  const found = await findFleet(world.cwd);
  const [project] = pickProjects(found, [name]);
  if (project === undefined) throw new Error("a name was picked, and no project came of it");
  return runEngine(found, project, argv, world);
}
