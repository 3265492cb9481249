import { setTimeout as wait } from "node:timers/promises";
import { createStore } from "../../src/host/store.ts";
import { type Drive, type DrivenCli, drive } from "../driven.ts";
import { until } from "../real.ts";

/** As it is when nobody says anything: no short tick may hide that a wake was lost. */
const SUPERVISION = {
  ...{ signal_tick: '"30s"', heavy_tick: '"300s"', restart_gap: '"10s"', stop_grace: '"10s"' },
  backoff: '["0s", "30s"]',
};

/** Of the requests of a long row only the last ones are kept: each holds the whole conversation. */
const BODIES = 3;

/** A program in the hands of an engine that is set up as people have it; gone when the work is done. */
export async function inEngine<T>(
  cli: DrivenCli,
  wish: Parameters<typeof drive>[1],
  work: (driven: Drive) => Promise<T>,
): Promise<T> {
  const supervision = { ...SUPERVISION, ...wish?.supervision };
  const driven = await drive(cli, { ...wish, supervision, model: { bodies: BODIES, ...wish?.model } });
  return holding(driven, async () => {
    await driven.project.watchdog();
    return work(driven);
  });
}

interface Ending {
  end(): Promise<void>;
}
const held = new Set<Ending>();

/** Ended when the work is done, or before, when a person interrupts it. */
export async function holding<T>(one: Ending, work: () => Promise<T>): Promise<T> {
  held.add(one);
  try {
    return await work();
  } finally {
    held.delete(one);
    await one.end();
  }
}

export const endAll = async (): Promise<void> => {
  await Promise.all([...held].map((one) => one.end()));
};

/** Queued as a person queues it. Its id. */
export async function queue({ project }: Drive, words: string, ...flags: readonly string[]): Promise<string> {
  const ran = await project.run(["send", "--no-wait", "--json", ...flags, "ada", "-"], {
    input: async () => words,
  });
  if (ran.code !== 0) throw new Error(`send: exit ${ran.code}\n${ran.out}${ran.err}`);
  return JSON.parse(ran.out).id;
}

/** How far it came: its end, or "sent" when Enter was pressed, or when it lies at a door. */
export async function progress({ project }: Drive, id: string): Promise<string | null> {
  const store = createStore(project.state);
  const settled = await store.settled("ada", id);
  if (settled !== null) return settled.end.state;
  const mail = (await store.glance()).records.agents.ada?.mail;
  return mail?.id === id && (mail.enters > 0 || mail.door) ? "sent" : null;
}

/** What a person would want to see when something went otherwise. */
export async function scenery({ project, screen }: Drive): Promise<string> {
  const shown = await screen().catch(String);
  const story = (await project.journal()).slice(-8).map((entry) => JSON.stringify(entry).slice(0, 300));
  return [shown.trimEnd(), ...story].join("\n");
}

/** It rests, by the engine's word, and has asked its model at least so often and been answered. */
export async function rests({ own, project }: Drive, asked: number, seconds = 120): Promise<void> {
  const store = createStore(project.state);
  const isAnswered = () =>
    own.turns().length >= asked && own.turns().every(({ outcome }) => outcome !== null);
  const isReady = async () => {
    const ada = (await store.glance()).records.agents.ada;
    return ada?.mail === null && ada.seen?.mood.mood === "ready";
  };
  const restsNow = async () => {
    if (!isAnswered() || !(await isReady())) return false;
    // What it has heard, it may yet have to show: it is ready for longer than a moment.
    await wait(150);
    return isReady();
  };
  await until("it rests", restsNow, seconds);
}

/** It was submitted, with or without the program's own word for it. */
export const isSubmitted = async (driven: Drive, id: string): Promise<boolean> =>
  ["submitted", "confirmed"].includes((await progress(driven, id)) ?? "");
