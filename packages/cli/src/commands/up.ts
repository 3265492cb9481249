import { defineCommand, Failure } from "@fleet/engine";
import {
  checkPin,
  ensureNotifier,
  type FleetProject,
  type FoundFleet,
  findClashes,
  findFleet,
  inStartOrder,
  refuseStandstill,
} from "@fleet/fleet";
import { type Choice, chooseProjects, runOnEach } from "./each.ts";
import { jsonFlag, tagFlag, toWords } from "./flags.ts";

export const upCommand = defineCommand({
  name: "up",
  about: "start what should run, and wait until each agent is really there",
  operands: "[project..]",
  flags: {
    all: { type: "boolean", about: "every enabled project" },
    ...tagFlag,
    ...jsonFlag,
    fresh: { type: "boolean", about: "start the phases over from the first" },
    "dry-run": { type: "boolean", about: "say what would be started, and do nothing" },
    follow: {
      type: "boolean",
      short: "f",
      about: "show what happens as it happens, until all phases are done",
    },
  },
  examples: [
    ["fleet up demo --follow", "run the demo, and watch it"],
    ["fleet up --all", "start every enabled project, side by side where none comes after the other"],
    ["fleet up --tag ci,nightly", "those that have one of these tags"],
  ],
  async run(names, { all, tag, ...flags }, world) {
    const found = await findFleet(world.cwd);
    await refuseStandstill(found.root);
    const projects = inStartOrder(enabledOf(found, names, { all, tag }, world.err), found.fleet.projects);
    if (flags.follow && projects.length > 1)
      throw new Failure("WRONG_USAGE", "up --follow shows one project", { hint: "fleet up NAME --follow" });
    const clashes = await findClashes(found, projects);
    const check = async (project: FleetProject) => {
      const clash = clashes.get(project.name);
      if (clash !== undefined) throw clash;
      await checkPin(found, project);
    };
    // First, so that it hears of what comes of this.
    if (found.fleet.receivers.length > 0 && projects.length > 0 && !flags["dry-run"])
      await ensureNotifier(found, world);
    return runOnEach(found, projects, { argv: ["up", ...toWords(flags)], check }, world);
  },
});

/** A disabled project is refused by its name, and left out of many. */
function enabledOf(
  found: FoundFleet,
  names: readonly string[],
  choice: Choice,
  note: (text: string) => void,
): readonly FleetProject[] {
  const chosen = chooseProjects(found, names, choice, "up");
  const disabled = chosen.filter(({ enabled }) => !enabled);
  const [refused] = disabled;
  if (refused !== undefined && names.length > 0)
    throw new Failure("DISABLED", `${refused.name} is disabled in ${found.file}, so it is never started`, {
      hint: `set enabled = true under its [[project]] (${found.file}:${refused.place.line})`,
    });
  if (disabled.length > 0)
    note(`fleet: left out, disabled: ${disabled.map(({ name }) => name).join(", ")}\n`);
  return chosen.filter(({ enabled }) => enabled);
}
