import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Drive } from "../driven.ts";
import { saidBy } from "../model-api/request.ts";
import { shell } from "../model-api/step.ts";
import { until } from "../real.ts";
import { inEngine, progress, queue, scenery } from "./engine.ts";
import type { Measure } from "./row.ts";

/*
 * A dialog is up, and messages come: no key may reach it. Each attempt is one
 * message that the watchdog has at hand when it looks, and that expires then.
 * The one that does not expire is told when a person has answered.
 */

/** What would answer one: its hotkeys, its numbers, words that begin with them. */
const ANSWERS = ["1", "y", "p", "yes", "2. Yes, and don't ask again", "a", "Please go on."];
/** What the engine notes before it does something of the kind. */
const KEYS = ["typing", "pressing", "handing-in"];
const LASTS = "1500ms";

export const dialog: Measure = async function* (cli, { trials }) {
  yield await inEngine(cli, { asks: true }, async (driven) => {
    const { own, project, is, script } = driven;
    script(shell("touch made"), "It is made.", "I heard you.");
    await project.run(["up"]);
    await is("asking", 1);
    const before = await stillScreen(driven);
    const wrong: string[] = [];
    let good = 0;
    while (good < trials && wrong.length === 0) {
      const id = await queue(driven, ANSWERS[good % ANSWERS.length] ?? "", "--expires", LASTS);
      await project.looks(1);
      // On a busy machine it may have been too late already: that was no attempt.
      if ((await progress(driven, id)) === null) good += 1;
      await until(`${id} expires`, () => expired(driven, id), 20).catch((error) => wrong.push(String(error)));
      if ((await driven.screen()) !== before) wrong.push(`message ${id}: ${await scenery(driven)}`);
    }
    const keys = (await project.journal()).filter(({ what }) => KEYS.includes(what)).length;
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
    return {
      what: "a permission dialog",
      trials,
      good: good - wrong.length,
      figures: { keys: String(keys) },
      wrong,
    };
  });
};

/** Its program may say that it asks before it shows it. */
async function stillScreen({ screen }: Drive): Promise<string> {
  const look = async () => {
    const before = await screen();
    await wait(1_500);
    return before === (await screen()) && before;
  };
  return until("nothing moves", look, 60);
}

async function expired(driven: Drive, id: string): Promise<boolean> {
  if ((await progress(driven, id)) === "expired") return true;
  await driven.project.looks(1);
  return false;
}
