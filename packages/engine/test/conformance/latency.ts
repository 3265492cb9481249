import { existsSync, watch } from "node:fs";
import { execa } from "execa";
import { eventsFolder } from "../../src/host/informer.ts";
import type { JournalEntry } from "../../src/watch/journal.ts";
import type { ApiRequest } from "../model-api/request.ts";
import { text } from "../model-api/step.ts";
import { until } from "../real.ts";
import { inEngine, queue, rests } from "./engine.ts";
import { inMs, type Measure, medianAndP95, quantile } from "./row.ts";

/*
 * A turn ends: when does the engine know? From the model's last byte, which
 * the program has yet to show and to note; and from the program's own word,
 * which its hook dropped.
 */

const TURNS = 20;
/** By its own word it has to be known so soon, in milliseconds: that is the engine's part, and not the program's. */
const MOST = 100;
/** On a busy machine the clock on the wall says nothing of the engine, which starts two programs for a look: then as long as so many need to start. */
const STARTS = 5;

export const latency: Measure = async function* (cli) {
  const ends: number[] = [];
  const log = (request: ApiRequest) => {
    if (request.tools.length > 0) ends.push(Date.now());
  };
  yield await inEngine(cli, { model: { log } }, async (driven) => {
    const { project, script } = driven;
    script("Hello.");
    await project.up();
    await rests(driven, 1);
    const words = wordsOf(eventsFolder(project.state));
    const [fromEnd, fromWord, starts]: [number[], number[], number[]] = [[], [], []];
    for (let turn = 1; turn <= TURNS; turn++) {
      script(text(`This is answer ${turn}.`, { delay: 1_000 }));
      const before = ends.length;
      await queue(driven, `How are you, for the time ${turn}?`);
      await until("its model has answered", async () => ends.length > before, 60);
      const end = ends.at(-1) ?? Number.NaN;
      const known = await until(
        "the engine knows that it rests",
        async () => restsAt(await project.journal("decided"), end),
        60,
      );
      fromEnd.push(known - end);
      const word = words.since(end).findLast((at) => at <= known + 1);
      if (word !== undefined) fromWord.push(known - word);
      starts.push(await timeOfAStart());
    }
    words.close();
    const most = Math.max(MOST, STARTS * quantile(starts, 0.5));
    const late = fromWord.filter((span) => span > most).length;
    const isSlow = quantile(fromWord, 0.5) > most;
    const figures = {
      "from its last byte": medianAndP95(fromEnd),
      "from its own word": medianAndP95(fromWord),
      "a program starts in": medianAndP95(starts),
    };
    const wrong = isSlow ? [`${late} of ${fromWord.length} were known later than ${inMs(most)}`] : [];
    return { what: "the end of a turn", trials: TURNS, good: TURNS - late, figures, wrong };
  });
};

const restsAt = (decisions: readonly JournalEntry[], end: number): number | false =>
  decisions.find(({ at, is }) => at >= end && is === "ready")?.at ?? false;

async function timeOfAStart(): Promise<number> {
  const began = performance.now();
  await execa("true");
  return performance.now() - began;
}

/** When its hooks told something: the events' own names say so, to the nanosecond. */
function wordsOf(folder: string): { since(moment: number): readonly number[]; close(): void } {
  const times = new Set<number>();
  const note = (name: string | null) => {
    const found = /^(\d+)-/.exec(name ?? "")?.[1];
    if (found !== undefined) times.add(Number(found) / 1e6);
  };
  // Who has no hooks has no such folder.
  const watcher = existsSync(folder) ? watch(folder, (_, name) => note(name)) : null;
  return {
    since: (moment) => [...times].filter((at) => at >= moment).sort((a, b) => a - b),
    close: () => watcher?.close(),
  };
}
