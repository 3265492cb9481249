import { defineCommand, Failure } from "@fleet/engine";
import { findFleet, pickProjects, projectsTagged } from "@fleet/fleet";
import { tagFlag } from "./flags.ts";

export const topCommand = defineCommand({
  name: "top",
  about: "see the whole fleet live, who needs you first, and deal with it by keys",
  operands: "[project..]",
  flags: tagFlag,
  examples: [
    ["fleet top", "all projects; Enter is at an agent's terminal, ? shows all keys, q leaves"],
    ["fleet top demo", "one project"],
    ["fleet top --tag night", "those that have this tag"],
  ],
  async run(names, { tag }, world) {
    if (world.lend === undefined || world.env.TERM === "dumb")
      throw new Failure(
        "WRONG_USAGE",
        "top needs a terminal that it can draw on: its input or its output is none",
        {
          hint: "elsewhere: fleet status --watch",
        },
      );
    if (tag !== undefined && names.length > 0)
      throw new Failure("WRONG_USAGE", "top takes names or --tag, not both", {
        hint: `fleet top --tag ${tag}`,
      });
    const choose = async () => {
      const found = await findFleet(world.cwd, { strict: false });
      if (tag !== undefined) return { found, projects: projectsTagged(found, tag.split(",")) };
      return { found, projects: names.length > 0 ? pickProjects(found, names) : found.fleet.projects };
    };
    const { runTop } = await import("../top/top.ts");
    return runTop(choose, world);
  },
});
