import { defineCommand } from "../command/command.ts";
import { ANSWER_VERSION, configFlag, openSite } from "./common.ts";

export const config = defineCommand({
  name: "config",
  about: "print what agents.toml comes to: defaults filled in, names resolved, durations in milliseconds",
  flags: { ...configFlag, json: { type: "boolean", about: "one line, with the hash of the file" } },
  examples: [
    ["agents config | diff - before.json", "what an edit really changes"],
    ["agents config --json", "for programs; the watchdog asks the same when the file has changed"],
  ],
  async run(_, { config: file, json }, world) {
    const { name, inForce } = await openSite(file, world);
    const { hash, project } = inForce;
    const answer = { schema_version: ANSWER_VERSION, project: name, hash, config: project };
    world.out(json ? `${JSON.stringify(answer)}\n` : `${JSON.stringify(project, null, 2)}\n`);
    return 0;
  },
});
