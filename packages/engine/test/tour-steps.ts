import { setTimeout as wait } from "node:timers/promises";
import type { ModelApi } from "./model-api/server.ts";
import type { Step } from "./model-api/step.ts";
import { until } from "./processes.ts";
import type { Seat } from "./seat.ts";

/* What a person does in a tour, and how they know that a moment has come. */

/** How long a program is given for anything. */
export const SECONDS = 120;

export const ready = async (own: Seat) => {
  await own.start();
  await own.idle(SECONDS);
};

/** Again until it is empty: a burst of keys may be taken for a paste, and comes to nothing. */
export const clear = (own: Seat, holds: (screen: string) => boolean) =>
  until(
    "the box is empty",
    async () => {
      await own.keys("-N", "6", "C-u");
      // The end of a line above, where each is cleared alone.
      await own.keys("BSpace");
      await wait(400);
      return !holds(await own.screen());
    },
    SECONDS,
  );

/** Idle by nothing that is written there. */
export const still = (own: Seat) =>
  until(
    "nothing moves",
    async () => {
      const look = async () => `${await own.title()}\n${await own.screen()}`;
      const before = await look();
      await wait(1_500);
      return before === (await look());
    },
    SECONDS,
  );

/** The model has heard and says nothing, and the program has had the time to show it. */
export const waiting = async (own: Seat) => {
  const hangs = () => own.turns().some(({ step, outcome }) => step === "hang" && outcome === null);
  await until("the model is waited for", async () => hangs(), SECONDS);
  await own.until("that it waits", own.program.busy, SECONDS);
  await wait(1_500);
};

/** What is said, and what the model does then. */
export async function turn(own: Seat, api: ModelApi, words: string, step: Step): Promise<void> {
  api.script(own.place.key, [step]);
  await own.say(words);
}
