import { defineCommand, Failure } from "@fleet/engine";
import { compareWithOld, findFleet, pickProjects } from "@fleet/fleet";
import { renderParity } from "../render-migration.ts";
import { jsonFlag } from "./flags.ts";

export const parityCommand = defineCommand({
  name: "parity",
  about:
    "show what is other in a project than in the set-up it comes from: status, config, kickoffs; changes nothing",
  operands: "<project>",
  flags: {
    against: {
      type: "string",
      about: "the old folder, or a file of what the old one printed",
      value: "DIR|FILE",
    },
    ...jsonFlag,
  },
  examples: [
    [
      "fleet parity cc-ci --against /srv/cc-ci/cc-ci-plan",
      "exit 0: nothing is other; 1: something is, as diffs",
    ],
    [
      "fleet parity cc-ci --against old-status.txt",
      "the table that the old engine printed, its states aside",
    ],
  ],
  async run([name], { against, json }, world) {
    if (name === undefined || against === undefined)
      throw new Failure("WRONG_USAGE", "parity needs a project, and what to hold it against", {
        hint: "fleet parity PROJECT --against DIR",
      });
    const found = await findFleet(world.cwd);
    const [project] = pickProjects(found, [name]);
    if (project === undefined) throw new Error("a name was picked, and no project came of it");
    const parity = await compareWithOld(found, project, against, world);
    world.out(json ? `${JSON.stringify({ schema_version: 1, ...parity })}\n` : renderParity(parity));
    return parity.same ? 0 : 1;
  },
});
