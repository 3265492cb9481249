import path from "node:path";
import { readAgentsFile } from "../agents-file.ts";
import { besides, checkProjectFiles } from "../agents-rules.ts";
import { defineCommand } from "../command/command.ts";
import { MAX_BYTES } from "../diagnostics/decode.ts";
import { sortProblems } from "../diagnostics/finding.ts";
import { diagnosticsJson, renderProblems } from "../diagnostics/render.ts";
import { fileProblems } from "../diagnostics/written-file.ts";
import { factsOf } from "../host/file-facts.ts";
import { readWritten } from "../host/written-file.ts";
import { Failure, type Problem } from "../problem.ts";
import { configFlag } from "./common.ts";

const NOTHING = { problems: [], sources: new Map<string, string>() };

export const validate = defineCommand({
  name: "validate",
  about: "check agents.toml and the files it names, and say everything that is wrong; writes nothing",
  flags: {
    ...configFlag,
    format: { type: "string", about: "pretty or json", choices: ["pretty", "json"], value: "FORMAT" },
    json: { type: "boolean", about: "the same as --format json" },
    strict: { type: "boolean", about: "warnings fail too" },
  },
  examples: [
    ["agents validate", "OK, or every problem with its line and column"],
    ["agents validate --format json", "for editors and scripts"],
  ],
  async run(_, { config, format, json, strict }, world) {
    const file = path.resolve(world.cwd, config ?? ".", config?.endsWith(".toml") ? "" : "agents.toml");
    const shown = path.relative(world.cwd, file) || file;
    const written = readWritten(file, MAX_BYTES);
    if (written.is === "missing") {
      const hint = "go to the project's folder, or name the file: --config FILE";
      throw new Failure("FILE_MISSING", `there is no ${shown}`, { hint });
    }
    const own = fileProblems(shown, written);
    const { problems: inside, sources } =
      written.is === "read" ? await check(shown, path.dirname(file), written.bytes) : NOTHING;
    const problems = sortProblems([...own, ...inside]);
    if (format === "json" || json) world.out(`${JSON.stringify(diagnosticsJson(problems))}\n`);
    else if (problems.length > 0) world.out(renderProblems(problems, sources, { color: world.color }));
    // What is missing on this machine is no fault of the files.
    const bad = problems.some(({ severity, code }) => severity === "error" || (strict && code !== "FL0500"));
    if (!bad && format !== "json" && !json) world.out("OK\n");
    return bad ? 1 : 0;
  },
});

/** Problems of the file itself and of the files it names, and the texts to show them in. */
export async function check(
  file: string,
  root: string,
  bytes: Uint8Array,
): Promise<{ readonly problems: readonly Problem[]; readonly sources: ReadonlyMap<string, string> }> {
  const { problems, document, project } = await readAgentsFile(file, bytes);
  const sources = new Map([[file, Buffer.from(bytes).toString("utf8")]]);
  if (document === null || project === null) return { problems, sources };
  const facts = await factsOf(root, project);
  for (const [name, { text }] of facts) if (text !== undefined) sources.set(besides(file, name), text);
  return { problems: [...problems, ...checkProjectFiles(project, document, facts)], sources };
}
