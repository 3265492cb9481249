import { defineCommand, FAILURES, Failure, readDuration, renderFailure } from "@fleet/engine";
import { findFleet, type Outcome, upgradeAll } from "@fleet/fleet";
import { renderChanges, renderOutcome, upgradeJson } from "../render-upgrade.ts";
import { chooseProjects } from "./each.ts";
import { jsonFlag, tagFlag } from "./flags.ts";

export const upgradeCommand = defineCommand({
  name: "upgrade",
  about: "move projects to another engine: checked before, watched after, and taken back when it is not well",
  operands: "[project..]",
  flags: {
    to: { type: "string", about: "a tag, a branch or a commit (ref of [engine])", value: "REF" },
    plan: { type: "boolean", about: "say what would be done, and what changes; do nothing" },
    all: { type: "boolean", about: "every project that has a pin" },
    ...tagFlag,
    canary: { type: "boolean", about: "one that runs first, and the others only when it is well" },
    window: {
      type: "string",
      about: "how soon each must be well under its new engine, and for how long (60s)",
      value: "TIME",
    },
    rollback: { type: "boolean", about: "back to the pin before" },
    ...jsonFlag,
  },
  examples: [
    ["fleet upgrade --plan", "what ref of [engine] would bring to each project"],
    ["fleet upgrade shop --to v0.2.0", "agents go on; only the watchdog is restarted"],
    ["fleet upgrade --all --canary", "one first; when it is well after a minute, the others"],
    ["fleet upgrade shop --rollback", "to the engine that it had before"],
  ],
  async run(
    names,
    { to, plan = false, all = false, tag, canary = false, window = "60s", rollback, json },
    world,
  ) {
    if (rollback && to !== undefined)
      throw new Failure("WRONG_USAGE", "upgrade takes --to or --rollback, not both");
    const found = await findFleet(world.cwd);
    const everyone = all || (plan && names.length === 0 && tag === undefined);
    const chosen = chooseProjects(found, names, { all: everyone, tag }, "upgrade");
    const projects =
      everyone || tag !== undefined ? chosen.filter(({ engine }) => engine !== "workspace") : chosen;
    const time = readDuration("--window", window);
    const options = {
      to: rollback ? ({ back: true } as const) : (to ?? found.fleet.engine.ref),
      older: rollback === true || to !== undefined,
      window: time,
      patience: time,
      plan,
      canary,
    };
    const widest = Math.max(...projects.map(({ name }) => name.length));
    const outcomes = await upgradeAll(found, projects, options, {
      world,
      tell: (name, what) => world.err(`${name}: ${what}\n`),
      done(outcome) {
        if (outcome.result === "failed")
          world.err(renderFailure(`fleet: ${outcome.project.name}`, outcome.failure));
        if (!json) world.out(renderOutcome(outcome, widest));
      },
    });
    if (json) world.out(upgradeJson(outcomes));
    else if (plan) world.out(renderChanges(outcomes));
    return world.signal.aborted ? INTERRUPTED : Math.max(0, ...outcomes.map(exitOf));
  },
});

const INTERRUPTED = 130;

function exitOf(outcome: Outcome): number {
  switch (outcome.result) {
    case "planned":
    case "upgraded":
    case "unchanged":
      return 0;
    case "rolled-back":
    case "held":
      return 1;
    case "failed":
      return FAILURES[outcome.failure.code];
    default:
      return outcome satisfies never;
  }
}
