import { defineCommand } from "../command/command.ts";
import { oneLine } from "../diagnostics/safe-text.ts";
import { configFlag, jsonFlag, openRunning } from "./common.ts";
import { renderStatus, renderWide } from "./render.ts";
import { survey } from "./survey.ts";

export const status = defineCommand({
  name: "status",
  about: "show how the project's agents are; changes nothing",
  flags: {
    ...configFlag,
    ...jsonFlag,
    output: {
      type: "string",
      short: "o",
      about: "wide: since when, and why",
      choices: ["wide"],
      value: "FORMAT",
    },
  },
  examples: [
    ["agents status", "the phase, and a line for each agent"],
    ["agents status -o wide", "with since when and why"],
    ["agents status --json | jq '.agents[] | select(.state != \"RUNNING\")'", "for scripts"],
  ],
  async run(_, { config, json, output }, world) {
    const seen = await survey(await openRunning(config, world), world.env);
    if (json) world.out(`${JSON.stringify(seen)}\n`);
    else world.out(output === "wide" ? renderWide(seen, Date.now()) : renderStatus(seen));
    // Beside the table and not in it: who reads the table counts its lines.
    if (!json) for (const note of seen.notes) world.err(`note: ${oneLine(note)}\n`);
    return 0;
  },
});
