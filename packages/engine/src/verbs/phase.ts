import { defineCommand } from "../command/command.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Site } from "../host/site.ts";
import { Failure } from "../problem.ts";
import { ANSWER_VERSION, asOnlyCommand, configFlag, jsonFlag, openSite } from "./common.ts";
import { columns } from "./render.ts";
import { survey } from "./survey.ts";

export const phase = defineCommand({
  name: "phase",
  about: "show the phases and where the loop is, or go to one",
  operands: "[show | goto <id>]",
  flags: { ...configFlag, ...jsonFlag },
  examples: [
    ["agents phase", "the list, the current one marked"],
    ["agents phase goto 2w", "end the current phase's runs and start that phase"],
  ],
  async run([verb = "show", id], { config, json }, world) {
    const site = await openSite(config, world);
    const { loop } = site.project;
    if (loop === null) throw new Failure("WRONG_USAGE", `${site.name} has no [loop], so it has no phases`);
    if (verb === "goto")
      return goto(
        site,
        id,
        loop.phases.map((one) => one.id),
        world.out,
      );
    if (verb !== "show")
      throw new Failure("WRONG_USAGE", `phase knows no "${verb}"`, {
        hint: "agents phase show, or agents phase goto ID",
      });
    const { phase: current } = await survey(site, world.env);
    if (json) {
      world.out(
        `${JSON.stringify({ schema_version: ANSWER_VERSION, project: site.name, current, phases: loop.phases })}\n`,
      );
      return 0;
    }
    const rows = loop.phases.map(({ id: name, plan }) => [
      name === current?.id ? "→" : " ",
      name,
      plan,
      name === current?.id ? `(${current.state})` : "",
    ]);
    world.out(
      columns(rows)
        .map((line) => `${line}\n`)
        .join(""),
    );
    return 0;
  },
});

async function goto(
  site: Site,
  id: string | undefined,
  known: readonly string[],
  out: (text: string) => void,
): Promise<number> {
  if (id === undefined || !known.includes(id)) {
    const meant = id === undefined ? null : closest(id, known);
    throw new Failure(
      "UNKNOWN_NAME",
      id === undefined ? "goto needs the id of a phase" : `there is no phase "${id}"`,
      {
        hint: meant === null ? `phases: ${known.join(", ")}` : `did you mean ${meant}?`,
      },
    );
  }
  await asOnlyCommand(site, "phase", async (store) => {
    await store.wish({ ...(await store.wishes()), phase: { goto: id, at: Date.now() } });
  });
  out(`${site.name} goes to phase ${id}\n`);
  return 0;
}
