import { type Command, defineCommand } from "@fleet/engine";
import { findFleet } from "@fleet/fleet";
import { chooseProjects, runOnEach } from "./each.ts";
import { jsonFlag, tagFlag, toWords } from "./flags.ts";

const whichFlags = { all: { type: "boolean", about: "every project" }, ...tagFlag, ...jsonFlag } as const;

export const holdCommand: Command = defineCommand({
  name: "hold",
  about: "begin nothing for a while: nobody is started, restarted or told anything; who works goes on",
  operands: "[project..]",
  flags: {
    until: { type: "string", about: "a time: 18:00, or 2026-11-22T18:00", value: "WHEN" },
    for: { type: "string", about: "so long: 90s, 30m, 2h, 3d", value: "DURATION" },
    why: { type: "string", about: "for whoever wonders", value: "TEXT" },
    ...whichFlags,
  },
  examples: [
    ["fleet hold demo --for 2h --why 'a review'", "goes on by itself after two hours"],
    ["fleet hold --all --until 18:00", "by this machine's clock"],
    ["fleet hold demo", "until: fleet resume demo"],
  ],
  async run(names, { all, tag, ...flags }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const projects = chooseProjects(found, names, { all, tag }, "hold");
    return runOnEach(found, projects, { argv: ["hold", ...toWords(flags)], together: true }, world);
  },
});

export const resumeCommand: Command = defineCommand({
  name: "resume",
  about: "end a hold: whatever is due is started, and what waits in the outboxes is said",
  operands: "[project..]",
  flags: whichFlags,
  examples: [
    ["fleet resume demo", "after: fleet hold demo"],
    ["fleet resume --all", "every project; those that are not on hold stay as they are"],
  ],
  async run(names, { all, tag, ...flags }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    const projects = chooseProjects(found, names, { all, tag }, "resume");
    return runOnEach(found, projects, { argv: ["resume", ...toWords(flags)], together: true }, world);
  },
});
