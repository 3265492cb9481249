import { defineCommand } from "@fleet/engine";
import { type InitAnswer, initFleet } from "@fleet/fleet";
import { ANSWER_VERSION } from "../render.ts";
import { renderInitiated } from "../render-created.ts";
import { jsonFlag } from "./flags.ts";

export const initCommand = defineCommand({
  name: "init",
  about: "make a new fleet in a folder: fleet.toml, .gitignore, README.md, a git repository",
  operands: "[folder]",
  flags: {
    "engine-url": {
      type: "string",
      about: "where projects get their engine (the releases of this checkout)",
      value: "URL",
    },
    ci: {
      type: "string",
      about: "also a workflow that checks each push with fleet from this git repository",
      value: "URL",
    },
    "dry-run": { type: "boolean", about: "say what would be made, and make nothing" },
    ...jsonFlag,
  },
  examples: [
    ["fleet init work && cd work", "a fleet in a new folder"],
    ["fleet init", "of the folder that you are in; what lies there stays as it is"],
    [
      "fleet init work --ci https://github.com/you/fleet.git",
      "with a workflow for GitHub, Forgejo and Gitea",
    ],
  ],
  async run([folder = "."], { "engine-url": engineUrl, ci, "dry-run": dryRun = false, json }, world) {
    const made = await initFleet({ folder, engineUrl, ci, dryRun }, world);
    const answer: InitAnswer = { schema_version: ANSWER_VERSION, ...made, files: [...made.files] };
    world.out(json ? `${JSON.stringify(answer)}\n` : renderInitiated(made, folder));
    return 0;
  },
});
