import { defineCommand, readOnlyFlag } from "@fleet/engine";
import { findFleet } from "@fleet/fleet";
import { attachTo } from "../attach-to.ts";

export const attachCommand = defineCommand({
  name: "attach",
  about: "be at an agent's own terminal; to leave it (C-b d) stops nothing",
  operands: "<project> <agent>",
  flags: readOnlyFlag,
  examples: [
    ["fleet attach demo builder", "type to it as if you had started it yourself; C-b d to leave"],
    ["fleet attach demo builder -r", "look over its shoulder, from a terminal of any size"],
  ],
  async run([project = "", agent = ""], { "read-only": readOnly = false }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    return attachTo(found, { project, agent, readOnly }, world);
  },
});
