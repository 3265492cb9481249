import { defineCommand } from "@fleet/engine";
import { createProject, findFleet } from "@fleet/fleet";
import { renderCreated } from "../render.ts";
import { jsonFlag } from "./flags.ts";

export const createProjectCommand = defineCommand({
  name: "create-project",
  about: "make a new project: a git repository with a pinned engine, registered in fleet.toml",
  operands: "<name>",
  flags: jsonFlag,
  examples: [["fleet create-project website", "make projects/website"]],
  async run([name = ""], { json }, world) {
    const found = await findFleet(world.cwd);
    const created = await createProject(found, name, world);
    world.out(
      json ? `${JSON.stringify({ schema_version: 1, ...created })}\n` : renderCreated(created, found.file),
    );
    return 0;
  },
});
