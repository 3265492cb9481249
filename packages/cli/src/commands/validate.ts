import { defineCommand, diagnosticsJson, renderProblems } from "@fleet/engine";
import { checkFleet } from "@fleet/fleet";
import { jsonFlag } from "./flags.ts";

export const validateCommand = defineCommand({
  name: "validate",
  about:
    "check fleet.toml and every project's agents.toml, and say everything that is wrong; changes nothing",
  flags: {
    format: { type: "string", about: "how to print", choices: ["pretty", "json"], value: "FORMAT" },
    ...jsonFlag,
    strict: { type: "boolean", about: "warnings count as errors" },
  },
  examples: [
    ["fleet validate", "prints: OK, 2 projects"],
    ["fleet validate --format json --strict", "for CI"],
  ],
  async run(_, { format, json, strict }, world) {
    const { problems, sources, projects } = await checkFleet(world.cwd);
    // What is missing on this machine is no fault of the files: CI checks them where nothing is ever run.
    const bad = problems.some(({ severity, code }) => severity === "error" || (strict && code !== "FL0500"));
    if (json || format === "json") world.out(`${JSON.stringify(diagnosticsJson(problems))}\n`);
    else {
      if (problems.length > 0) world.out(renderProblems(problems, sources, { color: world.color }));
      if (!bad) world.out(`OK, ${projects} projects\n`);
    }
    return bad ? 1 : 0;
  },
});
