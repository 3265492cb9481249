import { defineCommand, Failure, renderProblems } from "@fleet/engine";
import { adoptProject, findFleet } from "@fleet/fleet";
import { adoptedJson, renderAdopted, renderAgain } from "../render-adopted.ts";
import { jsonFlag } from "./flags.ts";

export const adoptCommand = defineCommand({
  name: "adopt",
  about: "bring a set-up made by hand under the fleet, as a new project; the old one is only read",
  operands: "<folder>",
  flags: {
    name: { type: "string", about: "what to call the project; by default as its folder", value: "NAME" },
    "dry-run": { type: "boolean", about: "say what would come of it, and write nothing" },
    again: {
      type: "boolean",
      about: "phase and conversations once more, into a project that was adopted before",
    },
    ...jsonFlag,
  },
  examples: [
    [
      "fleet adopt /srv/cc-ci/cc-ci-plan --name cc-ci --dry-run",
      "the agents.toml that would come of it, and what would be lost",
    ],
    [
      "fleet adopt /srv/cc-ci/cc-ci-plan --name cc-ci",
      "make projects/cc-ci, at the same phase, with the same conversations",
    ],
    ["fleet adopt ../shop", "one that fleet's engine understands: register it, and pin an engine"],
  ],
  async run([folder], { name = null, "dry-run": dryRun = false, again = false, json }, world) {
    if (folder === undefined)
      throw new Failure("WRONG_USAGE", "adopt needs the folder of the old agents.toml");
    const found = await findFleet(world.cwd);
    const adopted = await adoptProject(found, { folder, name, dryRun, again }, world);
    if (json) world.out(adoptedJson(adopted));
    else if (again) world.out(renderAgain(adopted));
    else {
      world.out(renderProblems(adopted.remarks, adopted.sources, { color: world.color }));
      if (adopted.remarks.length > 0) world.out("\n");
      world.out(renderAdopted(adopted, found.file));
    }
    return 0;
  },
});
