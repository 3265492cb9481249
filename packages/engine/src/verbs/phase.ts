import { defineCommand, type World } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import { isHeld } from "../host/lock.ts";
import type { Site } from "../host/site.ts";
import type { Store } from "../host/store.ts";
import { Failure } from "../problem.ts";
import type { Loop } from "../project.ts";
import {
  ANSWER_VERSION,
  asOnlyCommand,
  changeWishes,
  configFlag,
  jsonFlag,
  noteHold,
  openRunning,
  openSite,
  personIn,
} from "./common.ts";
import { columns } from "./render.ts";
import { survey } from "./survey.ts";

export const phase = defineCommand({
  name: "phase",
  about: "show the phases and where the loop is, go to one, or stay in the current one for a while",
  operands: "[show | goto <id> | pause | resume]",
  flags: { ...configFlag, ...jsonFlag },
  examples: [
    ["agents phase", "the list, the current one marked"],
    ["agents phase goto 2w", "end the current phase's runs and start that phase"],
    ["agents phase pause", "the agents go on, and DONE does not move the phases on until: phase resume"],
  ],
  async run([verb = "show", id], { config, json }, world) {
    const site = await openRunning(config, world);
    const { loop } = site.project;
    if (loop === null) throw new Failure("WRONG_USAGE", `${site.name} has no [loop], so it has no phases`);
    if (verb === "goto") return goto(site, loop, id, world);
    if (verb === "pause" || verb === "resume") return pause(site, verb === "pause", world);
    if (verb === "show") return show(site, loop, json ?? false, world);
    throw new Failure("WRONG_USAGE", `phase knows no "${verb}"`, {
      hint: "agents phase show, goto ID, pause, or resume",
    });
  },
});

async function show(site: Site, loop: Loop, json: boolean, world: World): Promise<number> {
  const { phase: current, notes } = await survey(site, world.env);
  if (json) {
    const answer = {
      schema_version: ANSWER_VERSION,
      project: site.name,
      current,
      phases: loop.phases,
      notes,
    };
    world.out(`${JSON.stringify(answer)}\n`);
    return 0;
  }
  const word = `(${current?.state}${current?.paused ? ", paused" : ""})`;
  const rows = loop.phases.map(({ id, plan }) =>
    id === current?.id ? ["→", id, plan, word] : [" ", id, plan, ""],
  );
  for (const row of columns(rows)) world.out(`${row}\n`);
  for (const note of notes) world.err(`note: ${note}\n`);
  return 0;
}

async function goto(site: Site, { phases }: Loop, id: string | undefined, world: World): Promise<number> {
  // A phase may have been added a moment ago.
  const fresh = await openSite(site.file, world).catch(() => site);
  const known = [...phases, ...(fresh.project.loop?.phases ?? [])].map((one) => one.id);
  if (id === undefined || !known.includes(id)) {
    const meant = id === undefined ? null : closest(id, known);
    const message = id === undefined ? "goto needs the id of a phase" : `there is no phase "${id}"`;
    const hint = meant === null ? `phases: ${known.join(", ")}` : `did you mean ${meant}?`;
    throw new Failure("UNKNOWN_NAME", message, { hint });
  }
  const asked = { goto: id, at: Date.now(), by: personIn(world) };
  await ask(site, world, `goes to phase ${id}`, (store) =>
    changeWishes(store, (before) => ({ ...before, phase: asked })),
  );
  return 0;
}

async function pause(site: Site, on: boolean, world: World): Promise<number> {
  const asked = { on, at: Date.now(), by: personIn(world) };
  const said = on ? "stays in its phase; go on with: phase resume" : "goes on with its phases";
  await ask(site, world, said, (store) => changeWishes(store, (before) => ({ ...before, pause: asked })));
  return 0;
}

async function ask(
  site: Site,
  world: World,
  said: string,
  wish: (store: Store) => Promise<void>,
): Promise<void> {
  await asOnlyCommand(site, "phase", wish);
  const { out, err } = world;
  out(`${site.name} ${said}\n`);
  if (!(await isHeld(site.state, "watchdog")))
    err(`note: nobody watches ${site.name} now; it counts from the next up on\n`);
  await noteHold(site, world);
}
