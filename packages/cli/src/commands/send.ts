import { type Command, defineCommand, Failure, type World } from "@fleet/engine";
import { type FleetProject, type FoundFleet, findFleet, pickProjects, projectsTagged } from "@fleet/fleet";
import { runOnEach } from "./each.ts";
import { jsonFlag, toWords } from "./flags.ts";

export const sendCommand: Command = defineCommand({
  name: "send",
  about: "say something to an agent, to all of a role or to all, once, and wait for the receipts",
  operands: "<project> [agent | @role] <message..>",
  flags: {
    all: { type: "boolean", about: "to every agent that is up; then no agent is named" },
    "all-projects": { type: "boolean", about: "in every enabled project; then no project is named" },
    tag: { type: "string", about: "in the enabled projects that have this tag, or one of a,b", value: "TAG" },
    "no-wait": {
      type: "boolean",
      about: "leave it in the outbox; it is delivered when the agent can take it",
    },
    timeout: { type: "string", about: "how long to wait for the receipt (60s)", value: "DURATION" },
    expires: { type: "string", about: "not to be said any more after this time", value: "DURATION" },
    ...jsonFlag,
  },
  examples: [
    ['fleet send demo builder "Please rebase first."', "prints: confirmed 3f2a1c9 after 180 ms"],
    ["fleet send demo builder - < notes.txt", "the text comes from standard input"],
    ['fleet send demo @adversary "The API has changed."', "to each agent of that role, a receipt each"],
    ['fleet send demo --all "Commit what you have."', "to everybody who is up in it"],
    ['fleet send --all-projects --all "Commit what you have."', "to everybody; or --tag ci"],
  ],
  async run(operands, { "all-projects": everywhere = false, tag, ...flags }, world) {
    const found = await findFleet(world.cwd);
    const many = everywhere || tag !== undefined;
    const [name, ...rest] = operands;
    if (everywhere && tag !== undefined)
      throw new Failure("WRONG_USAGE", "send takes --all-projects or --tag, not both");
    if (!many && name === undefined)
      throw new Failure("WRONG_USAGE", "send needs the name of a project, or --all-projects", {
        hint: `projects: ${found.fleet.projects.map((project) => project.name).join(", ")}`,
      });
    const projects = many ? enabledOf(found, tag) : pickProjects(found, [name ?? ""]);
    const words = many ? await withInput(operands, flags.all ?? false, world) : rest;
    const argv = ["send", ...toWords(flags), "--", ...words];
    return runOnEach(found, projects, { argv, together: true }, world);
  },
});

function enabledOf(found: FoundFleet, tag: string | undefined): readonly FleetProject[] {
  const chosen = tag === undefined ? found.fleet.projects : projectsTagged(found, tag.split(","));
  const enabled = chosen.filter((project) => project.enabled);
  if (enabled.length === 0) throw new Failure("DISABLED", "none of these projects is enabled");
  return enabled;
}

/** What is read from the standard input can be read only once. */
async function withInput(words: readonly string[], all: boolean, world: World): Promise<readonly string[]> {
  const before = all ? 0 : 1;
  const isInput = words.length === before + 1 && words[before] === "-";
  return isInput ? [...words.slice(0, before), await world.input()] : words;
}
