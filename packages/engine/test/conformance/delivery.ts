import { access, writeFile } from "node:fs/promises";
import path from "node:path";
import { createStore } from "../../src/host/store.ts";
import { type Message, tag, toTyped } from "../../src/watch/message.ts";
import type { Drive, DrivenCli } from "../driven.ts";
import { saidBy } from "../model-api/request.ts";
import { type Step, shell, text } from "../model-api/step.ts";
import { until } from "../real.ts";
import { inEngine, isSubmitted, progress, queue, rests, scenery } from "./engine.ts";
import { type Finding, type Measure, medianAndP95 } from "./row.ts";
import { TEXTS } from "./texts.ts";

/*
 * Is each message submitted exactly once, whole, whatever is in it and whatever
 * the program does? What counts is what its model heard.
 */

/** Seconds for one message; what takes longer has failed. */
const PATIENCE = 60;

interface Trial {
  readonly id: string;
  readonly words: string;
}

export const delivery: Measure = async function* (cli, { trials }) {
  for (const [name, words] of Object.entries(TEXTS))
    for (const busy of [false, true])
      yield {
        ...(await row(cli, trials, busy, words)),
        what: `${name}, ${busy ? "busy" : "idle"}`,
      };
};

export function row(
  cli: DrivenCli,
  trials: number,
  busy: boolean,
  words: (nth: number) => string,
): Promise<Omit<Finding, "what">> {
  return inEngine(cli, {}, async (driven) => {
    const model = createModel(driven, busy);
    await driven.project.up();
    if (busy) await model.waits();
    else await rests(driven, 1);
    const done: Trial[] = [];
    const wrong: string[] = [];
    for (let nth = 1; nth <= trials && wrong.length === 0; nth++) {
      const trial = { words: words(nth), id: "" };
      try {
        const id = await (busy ? tellBusy : tellIdle)(driven, model, trial.words, nth);
        done.push({ ...trial, id });
        wrong.push(...badly(model.heard(), { ...trial, id }));
      } catch (error) {
        wrong.push(`trial ${nth}: ${String(error)}\n${await scenery(driven)}`);
      }
    }
    // Once more, at the end: none came a second time later.
    const late = wrong.length > 0 ? [] : done.flatMap((trial) => badly(model.heard(), trial));
    const figures = await times(driven, done);
    return {
      trials,
      good: Math.max(0, done.length - wrong.length - late.length),
      figures,
      wrong: [...wrong, ...late],
    };
  });
}

/** What of a message the model did not hear, or not as it was said. */
function badly(heard: readonly string[], { id, words }: Trial): readonly string[] {
  const typed = toTyped({ id, text: words } as Message);
  const all = heard.join("\n");
  const times = all.split(tag(id)).length - 1;
  if (times !== 1) return [`${id} was heard ${times} times`];
  // Claude Code composes letters.
  const isWhole = [typed, typed.normalize("NFC")].some((text) => all.split(text).length === 2);
  return isWhole ? [] : [`${id} is not whole: ${JSON.stringify(heard.find((one) => one.includes(tag(id))))}`];
}

/** Sent by a key, or by a door. */
const SENT: readonly unknown[] = ["pressed-enter", "handed-in"];

/** By the engine's own books: from the moment of the message until it was sent, and until it was known to be heard. */
async function times({ project }: Drive, done: readonly Trial[]): Promise<Finding["figures"]> {
  const store = createStore(project.state);
  const entries = Map.groupBy(await project.journal(), ({ message }) => message);
  const sent: number[] = [];
  const proved: number[] = [];
  for (const { id } of done) {
    const queued = (await store.settled("ada", id))?.message.at ?? Number.NaN;
    const own = entries.get(id) ?? [];
    sent.push(
      ...own
        .filter(({ what }) => SENT.includes(what))
        .slice(0, 1)
        .map(({ at }) => at - queued),
    );
    proved.push(...own.filter(({ state }) => state === "confirmed").map(({ at }) => at - queued));
  }
  return { sent: medianAndP95(sent), proved: medianAndP95(proved), "with proof": String(proved.length) };
}

/** It rests, and is told something. */
async function tellIdle(driven: Drive, model: Model, words: string, nth: number): Promise<string> {
  const asked = driven.own.turns().length;
  const id = await queue(driven, words);
  await until(`message ${nth} is submitted`, () => isSubmitted(driven, id), PATIENCE);
  await until(
    "its model hears it",
    async () => model.heard().some((said) => said.includes(tag(id))),
    PATIENCE,
  );
  await rests(driven, asked + 1, PATIENCE);
  return id;
}

/** It waits for its model, or for a tool, and is told something; then it may go on. */
async function tellBusy(driven: Drive, model: Model, words: string, nth: number): Promise<string> {
  const { workdir } = driven.own.place;
  const [started, go] = [path.join(workdir, `started-${nth}`), path.join(workdir, `go-${nth}`)];
  const inTool = nth % 2 === 0;
  if (inTool) {
    model.answer(shell(`touch ${started}; until [ -e ${go} ]; do sleep 0.05; done`));
    await until(
      "the tool runs",
      () =>
        access(started).then(
          () => true,
          () => false,
        ),
      PATIENCE,
    );
  }
  const id = await queue(driven, words);
  await until(`message ${nth} is sent`, async () => (await progress(driven, id)) !== null, PATIENCE);
  model.awaits(tag(id));
  if (inTool) await writeFile(go, "");
  else model.answer(shell("true"));
  await until(`message ${nth} is submitted`, () => isSubmitted(driven, id), PATIENCE);
  await until(
    "its model hears it",
    async () => model.heard().some((said) => said.includes(tag(id))),
    PATIENCE,
  );
  await model.waits();
  return id;
}

interface Model {
  /** All that was said, as the newest request tells it. */
  heard(): readonly string[];
  /** Resolves when the program waits for it. */
  waits(): Promise<unknown>;
  /** What it says to the one who waits. */
  answer(step: Step): void;
  /** It lets nobody wait who has not heard this. */
  awaits(words: string): void;
}

/** Answers at once; or, to keep the program busy, only when it is told to. */
function createModel({ api, own }: Drive, busy: boolean): Model {
  let heard: readonly string[] = [];
  let waiting: ((step: Step) => void) | null = null;
  let awaited = "";
  api.script(own.place.key, [
    (request) => {
      heard = saidBy(request);
      // Some keep for their next turn what they are told in this one.
      const isHeard = heard.some((said) => said.includes(awaited));
      return busy && isHeard
        ? new Promise<Step>((resolve) => {
            waiting = resolve;
          })
        : text("Done.");
    },
  ]);
  return {
    heard: () => heard,
    waits: () => until("its model is asked", async () => waiting !== null, PATIENCE),
    answer(step) {
      waiting?.(step);
      waiting = null;
    },
    awaits(words) {
      awaited = words;
    },
  };
}
