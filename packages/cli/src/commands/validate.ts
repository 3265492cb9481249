import { defineCommand, FORMATS, type Format, failsCheck, formatProblems, saysWhenFine } from "@fleet/engine";
import { checkFleet } from "@fleet/fleet";
import manifest from "../../package.json" with { type: "json" };
import { jsonFlag } from "./flags.ts";

const TOOL = { name: "fleet", version: manifest.version };

export const validateCommand = defineCommand({
  name: "validate",
  about:
    "check fleet.toml and every project's agents.toml, and say everything that is wrong; changes nothing",
  operands: "[project..]",
  flags: {
    format: {
      type: "string",
      about: "pretty, json, github (annotations) or sarif (code scanning)",
      choices: FORMATS,
      value: "FORMAT",
    },
    ...jsonFlag,
    strict: { type: "boolean", about: "warnings count as errors" },
    project: { type: "string", about: "only what touches this project, as if it were named", value: "NAME" },
    tag: { type: "string", about: "only what touches the projects with this tag", value: "TAG" },
  },
  examples: [
    ["fleet validate", "prints: OK, 2 projects"],
    ["fleet validate website", "only what touches this project; others may be broken"],
    ["fleet validate --format github --strict", "in CI: beside the lines of the change"],
    ["fleet validate --format sarif > fleet.sarif", "for code scanning"],
  ],
  async run(operands, { format: chosen, json, strict, project, tag }, world) {
    const format = json ? "json" : ((chosen ?? "pretty") as Format);
    const names = project === undefined ? operands : [...operands, project];
    const { problems, sources, projects } = await checkFleet(world.cwd, { names, tag });
    const bad = failsCheck(problems, strict);
    world.out(await formatProblems(format, problems, sources, TOOL, world));
    if (!bad && saysWhenFine(format))
      world.out(`OK, ${projects} ${projects === 1 ? "project" : "projects"}\n`);
    return bad ? 1 : 0;
  },
});
