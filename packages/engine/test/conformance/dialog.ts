import { existsSync } from "node:fs";
import path from "node:path";
import { saidBy } from "../model-api/request.ts";
import { shell } from "../model-api/step.ts";
import { until } from "../real.ts";
import { inEngine, progress, queue, scenery } from "./engine.ts";
import type { Measure } from "./row.ts";

/*
 * A dialog is up, and messages come: no key may reach it. Each attempt is one
 * message that expires untyped, looked at by the watchdog meanwhile. The one
 * that does not expire is told when a person has answered.
 */

/** What would answer one: its hotkeys, its numbers, words that begin with them. */
const ANSWERS = ["1", "y", "p", "yes", "2. Yes, and don't ask again", "a", "Please go on."];
const LASTS = "400ms";

export const dialog: Measure = async function* (cli, { trials }) {
  yield await inEngine(cli, { asks: true }, async (driven) => {
    const { own, project, is, screen, script } = driven;
    script(shell("touch made"), "It is made.", "I heard you.");
    await project.run(["up"]);
    await is("asking", 1);
    const before = await screen();
    const wrong: string[] = [];
    let good = 0;
    while (good < trials && wrong.length === 0) {
      const id = await queue(driven, ANSWERS[good % ANSWERS.length] ?? "", "--expires", LASTS);
      await project.looks(2);
      await until(
        "it has expired",
        async () => (await progress(driven, id)) === "expired" || project.looks(1).then(() => false),
        20,
      );
      if ((await screen()) === before) good += 1;
      else wrong.push(`message ${id} changed the dialog:\n${await scenery(driven)}`);
    }
    const keys = (await project.journal()).filter(
      ({ what }) => what === "typing" || what === "pressing",
    ).length;
    if (keys > 0) wrong.push(`${keys} keys were sent`);
    if (own.turns().length !== 1) wrong.push(`its model was asked ${own.turns().length} times`);
    if (existsSync(path.join(own.place.workdir, "made"))) wrong.push("the tool ran");
    const id = await queue(driven, "Did you hear me?");
    await own.tmux("-S", project.socket, "send-keys", "-t", "p-ada", ...own.program.yes);
    const heard = () =>
      saidBy(own.turns().at(-1) ?? { conversation: [] }).filter((said) => said.includes(id));
    await until("it hears what came last", async () => heard().length > 0, 60).catch(async (error) =>
      wrong.push(`${String(error)}\n${await scenery(driven)}`),
    );
    return { what: "a permission dialog", trials, good, figures: { keys: String(keys) }, wrong };
  });
};
