import { defineCommand } from "@fleet/engine";
import { findFleet, inStartOrder } from "@fleet/fleet";
import { chooseProjects, runOnEach } from "./each.ts";
import { drainFlag, jsonFlag, tagFlag, toWords } from "./flags.ts";

export const downCommand = defineCommand({
  name: "down",
  about: "stop a project's agents and its watchdog, and wait until every process is gone",
  operands: "[project..]",
  flags: {
    all: { type: "boolean", about: "every project, the disabled ones too" },
    ...tagFlag,
    ...drainFlag,
    ...jsonFlag,
  },
  examples: [
    ["fleet down demo", "stop the demo"],
    ["fleet down demo --drain 10m", "let each agent end its turn, for ten minutes at the most"],
    ["fleet down --all", "stop everything, in the reverse of the order of starting"],
  ],
  async run(names, { all, tag, ...flags }, world) {
    const found = await findFleet(world.cwd);
    const chosen = chooseProjects(found, names, { all, tag }, "down");
    const projects = inStartOrder(chosen, found.fleet.projects, true);
    return runOnEach(found, projects, { argv: ["down", ...toWords(flags)], reverse: true }, world);
  },
});
