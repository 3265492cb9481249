import { setTimeout as wait } from "node:timers/promises";
import { inEngine, rests } from "./engine.ts";
import type { Measure } from "./row.ts";

/** A message to nobody: what the engine does to know how an agent is costs no request of a model, and no key. */
export const idle: Measure = async function* (cli, { idleMinutes }) {
  yield await inEngine(cli, {}, async (driven) => {
    const { own, project, script } = driven;
    script("Hello.");
    await project.up();
    await rests(driven, 1);
    // Some make a title behind the end of the turn.
    await wait(10_000);
    const before = own.requests().length;
    const began = (await project.journal()).length;
    await wait(idleMinutes * 60_000);
    const asked = own.requests().slice(before);
    const turns = asked.filter(({ tools }) => tools.length > 0).length;
    const told = (await project.journal()).slice(began).filter(({ what }) => what !== "decided");
    const { is } = await project.agent("ada");
    const wrong = [
      ...(asked.length === 0 ? [] : [`${asked.map(({ method, path }) => `${method} ${path}`).join(", ")}`]),
      ...(told.length === 0 ? [] : told.map((entry) => JSON.stringify(entry))),
      ...(is === "ready" ? [] : [`it is ${is} at the end`]),
    ];
    const figures = { requests: String(asked.length), turns: String(turns) };
    return { what: `${idleMinutes} minutes`, trials: 1, good: wrong.length === 0 ? 1 : 0, figures, wrong };
  });
};
