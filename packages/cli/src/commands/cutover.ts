import path from "node:path";
import { defineCommand, Failure, writeWhole } from "@fleet/engine";
import { cutover, findFleet, pickProjects } from "@fleet/fleet";
import { jsonFlag } from "./flags.ts";

export const cutoverCommand = defineCommand({
  name: "cutover",
  about:
    "write the runbook of a move: stop the old set-up, start the project, and the way back; does none of it",
  operands: "<project>",
  flags: {
    from: { type: "string", about: "the old folder; by default where it was adopted from", value: "DIR" },
    back: { type: "boolean", about: "only the way back, with the phase and the conversations of now" },
    write: { type: "string", about: "into this file, and not to the standard output", value: "FILE" },
    ...jsonFlag,
  },
  examples: [
    ["fleet cutover cc-ci --write cutover.md", "to be read, reviewed and followed by a person"],
    ["fleet cutover cc-ci --back", "when the new one ran, and the old one is to go on where it is"],
  ],
  async run([name], { from = null, back = false, write, json }, world) {
    if (name === undefined) throw new Failure("WRONG_USAGE", "cutover needs the name of a project");
    const found = await findFleet(world.cwd);
    const [project] = pickProjects(found, [name]);
    if (project === undefined) throw new Error("a name was picked, and no project came of it");
    const runbook = await cutover(found, project, { from, back }, world);
    if (write !== undefined) await writeWhole(path.resolve(world.cwd, write), runbook, 0o644);
    if (json) world.out(`${JSON.stringify({ schema_version: 1, project: project.name, runbook })}\n`);
    else if (write === undefined) world.out(runbook);
    return 0;
  },
});
