import { BACKENDS } from "../../src/backends/index.ts";
import { viewOf } from "../../src/backends/view.ts";
import type { DrivenCli } from "../driven.ts";
import { meaningOf, misread } from "../meanings.ts";
import { modelApi } from "../model-api/server.ts";
import { type Seat, seat } from "../seat.ts";
import { JOURNEYS, type Journey } from "../tours.ts";
import { holding } from "./engine.ts";
import type { Finding, Measure } from "./row.ts";

/** Every moment of the tours that has a meaning, lived through once more: what is read there, and is it right? */
export const states: Measure = async function* (cli) {
  for (const journey of JOURNEYS.filter(({ clis }) => clis.includes(cli))) yield* await travel(cli, journey);
};

async function travel(cli: DrivenCli, { name, wish, tour }: Journey): Promise<readonly Finding[]> {
  await using api = await modelApi();
  const own = await seat(cli, { ...wish, api });
  return await holding(own, async () => {
    const found: Finding[] = [];
    try {
      for await (const moment of tour(own, api)) found.push(...(await readingOf(own, cli, moment)));
    } catch (error) {
      found.push({ what: name, trials: 1, good: 0, figures: {}, wrong: [String(error)] });
    }
    return found;
  });
}

async function readingOf(own: Seat, cli: DrivenCli, moment: string): Promise<readonly Finding[]> {
  const meaning = meaningOf(moment);
  if (meaning === null) return [];
  const [colours, title] = await Promise.all([own.colours(), own.title()]);
  const reading = BACKENDS[cli]?.read(viewOf(colours, title, Date.now()));
  if (reading === undefined) throw new Error(`no backend is called ${cli}`);
  const wrong = misread(meaning, reading).map((how) => `${moment}: ${how}\n${colours}`);
  const figures = { reading: reading.mood, rule: reading.rule ?? "none" };
  return [{ what: moment, trials: 1, good: wrong.length === 0 ? 1 : 0, figures, wrong }];
}
