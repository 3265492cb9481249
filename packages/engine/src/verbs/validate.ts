import path from "node:path";
import { readAgentsFile } from "../agents-file.ts";
import { besides, checkProjectFiles } from "../agents-rules.ts";
import { defineCommand } from "../command/command.ts";
import { MAX_BYTES } from "../diagnostics/decode.ts";
import { sortProblems } from "../diagnostics/finding.ts";
import { FORMATS, type Format, failsCheck, formatProblems, saysWhenFine } from "../diagnostics/formats.ts";
import { fileProblems } from "../diagnostics/written-file.ts";
import { factsOf } from "../host/file-facts.ts";
import { readWritten } from "../host/written-file.ts";
import { Failure, type Problem } from "../problem.ts";
import { VERSION } from "../version.ts";
import { configFlag } from "./common.ts";

const NOTHING = { problems: [], sources: new Map<string, string>() };

export const validate = defineCommand({
  name: "validate",
  about: "check agents.toml and the files it names, and say everything that is wrong; writes nothing",
  flags: {
    ...configFlag,
    format: {
      type: "string",
      about: "pretty, json, github (annotations) or sarif (code scanning)",
      choices: FORMATS,
      value: "FORMAT",
    },
    json: { type: "boolean", about: "the same as --format json" },
    strict: { type: "boolean", about: "warnings fail too" },
  },
  examples: [
    ["agents validate", "OK, or every problem with its line and column"],
    ["agents validate --format json", "for editors and scripts"],
    ["agents validate --format github --strict", "in CI: beside the lines of the change"],
  ],
  async run(_, { config, format: chosen, json, strict }, world) {
    const format = json ? "json" : ((chosen ?? "pretty") as Format);
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
    world.out(await formatProblems(format, problems, sources, { name: "agents", version: VERSION }, world));
    const bad = failsCheck(problems, strict);
    if (!bad && saysWhenFine(format)) world.out("OK\n");
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
