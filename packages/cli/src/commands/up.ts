import { defineCommand, Failure } from "@fleet/engine";
import { checkPin, findFleet, inStartOrder } from "@fleet/fleet";
import { chooseProjects, runOnEach } from "./each.ts";
import { jsonFlag, toWords } from "./flags.ts";

export const upCommand = defineCommand({
  name: "up",
  about: "start what should run, and wait until each agent is really there",
  operands: "[project..]",
  flags: {
    all: { type: "boolean", about: "every enabled project" },
    ...jsonFlag,
    fresh: { type: "boolean", about: "start the phases over from the first" },
    "dry-run": { type: "boolean", about: "say what would be started, and do nothing" },
    follow: {
      type: "boolean",
      short: "f",
      about: "show what happens as it happens, until all phases are done",
    },
  },
  examples: [
    ["fleet up demo --follow", "run the demo, and watch it"],
    ["fleet up --all", "start every enabled project"],
  ],
  async run(names, { all = false, ...flags }, world) {
    const found = await findFleet(world.cwd);
    const chosen = inStartOrder(chooseProjects(found, names, all, "up"));
    const disabled = chosen.filter(({ enabled }) => !enabled);
    const [refused] = disabled;
    if (refused !== undefined && !all)
      throw new Failure("DISABLED", `${refused.name} is disabled in ${found.file}, so it is never started`, {
        hint: `set enabled = true under its [[project]] (${found.file}:${refused.place.line})`,
      });
    if (disabled.length > 0)
      world.err(`fleet: left out, disabled: ${disabled.map(({ name }) => name).join(", ")}\n`);
    const projects = chosen.filter(({ enabled }) => enabled);
    if (flags.follow && projects.length > 1)
      throw new Failure("WRONG_USAGE", "up --follow shows one project", { hint: "fleet up NAME --follow" });
    for (const project of projects) await checkPin(found, project);
    return runOnEach(found, projects, ["up", ...toWords(flags)], world);
  },
});
