import { defineCommand, Failure, type World } from "@fleet/engine";
import {
  askEach,
  type FleetProject,
  type FoundFleet,
  findFleet,
  glanceAtReceivers,
  pickProjects,
  projectsTagged,
  runEngine,
} from "@fleet/fleet";
import { inUrgency, type ProjectLine, toLine } from "../project-line.ts";
import { renderSummary, summaryJson } from "../render.ts";
import { jsonFlag, tagFlag, toWords } from "./flags.ts";

export const statusCommand = defineCommand({
  name: "status",
  about: "show how the projects are, who needs you first, or with a name how its agents are; changes nothing",
  operands: "[project..]",
  flags: {
    ...tagFlag,
    problems: { type: "boolean", about: "only the projects where something is wrong" },
    check: { type: "boolean", about: "exit 1 when something is wrong with any of them" },
    watch: { type: "boolean", short: "w", about: "show it again whenever it changes, until Ctrl-C" },
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
    ["fleet status", "a line for each project; who needs you comes first, with what to type"],
    ["fleet status demo", "the phase, and a line for each agent"],
    ["fleet status --problems --check || mail …", "for cron: says something only when something is wrong"],
    ["fleet status --json", "everything, for scripts"],
  ],
  async run(names, { tag, problems, check, watch, ...flags }, world) {
    const found = await findFleet(world.cwd, { strict: false });
    if (tag !== undefined && names.length > 0)
      throw new Failure("WRONG_USAGE", "status takes names or --tag, not both", {
        hint: `fleet status --tag ${tag}`,
      });
    const chosen = tag === undefined ? pickProjects(found, names) : projectsTagged(found, tag.split(","));
    const [only] = chosen;
    const one = only !== undefined && names.length === 1 && !problems && !check ? only : null;
    if (watch) return watchStatus(found, one ?? chosen, [...toWords(flags)], { ...world }, problems ?? false);
    if (one !== null) return runEngine(found, one, ["status", ...toWords(flags)], world);
    const asked = names.length === 0 && tag === undefined ? found.fleet.projects : chosen;
    const lines = inUrgency(await askAll(found, asked, world));
    const shown = problems ? lines.filter(({ attention }) => attention !== null) : lines;
    world.out(flags.json ? summaryJson(shown) : renderSummary(shown, { now: Date.now(), of: asked.length }));
    if (!flags.json) await noteUntold(found, lines, world);
    const bad = check
      ? lines.some(({ attention }) => attention !== null)
      : lines.some(({ status }) => status === null);
    return bad ? 1 : 0;
  },
});

/** Who relies on being told must not miss that nobody is. */
async function noteUntold(
  found: FoundFleet,
  lines: readonly ProjectLine[],
  { err }: Pick<World, "err">,
): Promise<void> {
  const isUp = lines.some(({ status }) => status !== null && status.watchdog !== null);
  const note = await glanceAtReceivers(found, { isUp, now: Date.now() });
  if (note !== null) err(`fleet: ${note}\n`);
}

/** One project's table, or the lines of many. */
async function watchStatus(
  found: FoundFleet,
  what: FleetProject | readonly FleetProject[],
  words: readonly string[],
  world: World,
  problems: boolean,
): Promise<number> {
  if (words.includes("--json"))
    throw new Failure("WRONG_USAGE", "--watch shows text, not JSON", {
      hint: "fleet events NAME --follow --json",
    });
  const { watchText } = await import("../watch-text.ts");
  const read = async (): Promise<string> => {
    // fleet.toml may change meanwhile; names that were given mean what they meant.
    if ("name" in what) {
      let text = "";
      const out = (words: string) => {
        text += words;
      };
      await runEngine(found, what, ["status", ...words], { ...world, out, err: out });
      return text;
    }
    const asked = what.length === 0 ? found.fleet.projects : what;
    const lines = inUrgency(await askAll(found, asked, world));
    const shown = problems ? lines.filter(({ attention }) => attention !== null) : lines;
    return renderSummary(shown, { now: null, of: asked.length });
  };
  return watchText(read, world);
}

async function askAll(
  found: FoundFleet,
  projects: readonly FleetProject[],
  world: World,
): Promise<readonly ProjectLine[]> {
  const answers = await askEach(found, projects, world);
  return projects.flatMap((project, index) => {
    const answer = answers[index];
    return answer === undefined ? [] : [toLine(project, answer)];
  });
}
