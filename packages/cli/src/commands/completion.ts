import { type Command, defineCommand, Failure, readText } from "@fleet/engine";
import { findFleet, folderOf, programOf } from "@fleet/fleet";
import type { Candidate, Sources } from "../plan-completion.ts";

export const completionCommand = defineCommand({
  name: "completion",
  about: "print what makes a shell complete commands, flags, projects and agents",
  operands: "<shell>",
  flags: {},
  examples: [
    ["source <(fleet completion bash)", "for this bash; into ~/.bashrc for every one"],
    ["fleet completion fish | source", "for this fish"],
  ],
  async run([given], _, world) {
    const { SCRIPTS, SHELLS } = await import("../completion-scripts.ts");
    const shell = SHELLS.find((name) => name === given);
    if (shell === undefined)
      throw new Failure("WRONG_USAGE", `completion knows no "${given}"`, {
        hint: `shells: ${SHELLS.join(", ")}`,
      });
    world.out(SCRIPTS[shell](programOf(world)));
    return 0;
  },
});

/** Asked by the shell at each Tab. It says nothing of what is wrong: the line is not finished. */
export const completeCommandOf = (commands: () => readonly Command[]): Command =>
  defineCommand({
    name: "complete",
    about: "say what can stand at the cursor",
    operands: "<at> [word..]",
    hidden: true,
    flags: {},
    examples: [],
    async run([at, ...words], _, { cwd, out }) {
      const { planCompletion } = await import("../plan-completion.ts");
      const { sources, typed, before } = planCompletion(commands(), { words, at: Number(at) });
      const candidates = await candidatesOf(sources, cwd).catch(() => []);
      for (const { word, about } of candidates)
        if (word.startsWith(typed)) out(`${before}${word}\t${about}\n`);
      return 0;
    },
  });

async function candidatesOf(sources: Sources, cwd: string): Promise<readonly Candidate[]> {
  const found = await Promise.all(sources.map((source) => namesOf(source, cwd)));
  return found.flat();
}

async function namesOf(source: Sources[number], cwd: string): Promise<readonly Candidate[]> {
  if (source.of === "words") return source.candidates;
  const fleet = await findFleet(cwd, { strict: false });
  const { projects } = fleet.fleet;
  switch (source.of) {
    case "projects":
      return projects.map(({ name, path }) => ({ word: name, about: path }));
    case "tags":
      return [...new Set(projects.flatMap(({ tags }) => tags))].map((word) => ({ word, about: "" }));
    case "agents": {
      const project = projects.find(({ name }) => name === source.project);
      return agentsIn((project && (await readText(`${folderOf(fleet, project)}/agents.toml`))) ?? "");
    }
    default:
      return source satisfies never;
  }
}

/** By their headers alone: a file that is just being written has names, too. */
const agentsIn = (text: string): readonly Candidate[] => {
  const headers = text.matchAll(/^[ \t]*\[[ \t]*(agents|services)[ \t]*\.[ \t]*"?([\w-]+)/gm);
  const names = new Map(
    [...headers].map(([, kind, name = ""]) => [name, kind === "agents" ? "agent" : "service"]),
  );
  return [...names].map(([word, about]) => ({ word, about }));
};
