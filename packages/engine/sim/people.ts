import { PLAIN } from "../src/watch/message.ts";
import { NO_WISHES, type Wishes } from "../src/watch/records.ts";
import type { Duration } from "../src/watch/time.ts";
import type { Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** What the command line does for people: it writes their wishes and their messages, and nothing else. */
export function wish(
  world: World,
  agents: readonly string[],
  how:
    | "up"
    | "anew"
    | "down"
    | { readonly goto: string }
    | { readonly drain: Duration; readonly off: boolean },
): void {
  const at = world.hours.wall();
  const phase = typeof how === "object" && "goto" in how ? how.goto : null;
  const change = (before: Wishes): Wishes => {
    if (typeof how === "object" && "goto" in how)
      return { ...before, phase: { goto: how.goto, at, by: "person" } };
    if (typeof how === "object") {
      const drain = how.drain === 0 ? {} : { drain: at + how.drain };
      const down = agents.map((name) => [name, { state: "down", at, anew: false, ...drain }] as const);
      return { ...before, off: how.off, agents: { ...before.agents, ...Object.fromEntries(down) } };
    }
    const state = how === "down" ? "down" : "up";
    const wished = agents.map((name) => [name, { state, at, anew: how === "anew" }] as const);
    return { ...before, off: false, agents: { ...before.agents, ...Object.fromEntries(wished) } };
  };
  world.tell({ what: "wished", agents, how: wordFor(how), phase, at });
  world.hours.release(() => {
    void world.store
      .wishes()
      .catch(() => NO_WISHES)
      .then((before) => world.store.wish(change(before)))
      // The disk is full: people try again, or don't.
      .catch(() => {});
  });
}

/** The whole project is put on hold for so long; or goes on. */
export function hold(world: World, span: Duration | null): void {
  const at = world.hours.wall();
  const until = span === null ? null : at + span;
  const wish = { on: span !== null, at, until, by: "person", why: null };
  world.hours.release(() => {
    void world.store
      .wishes()
      .catch(() => NO_WISHES)
      .then((before) => world.store.wish({ ...before, hold: wish }))
      .then(
        () => world.tell({ what: "hold", until }),
        // Who let everything stand still tries until it goes on.
        () => span === null && world.hours.after(5 * second, () => hold(world, null)),
      );
  });
}

const wordFor = (how: Parameters<typeof wish>[2]): string => {
  if (typeof how === "string") return how;
  return "goto" in how ? "goto" : "down";
};

/** The whole project, as `up` does it: whoever finds the watchdog about to end, starts another. */
export function bringUp(world: World, stage: Stage, agents: readonly string[]): void {
  wish(world, agents, "up");
  for (const later of [1, second, 10 * second, minute, 3 * minute])
    world.hours.after(later, () => {
      if (later === 1 || stage.over() !== "complete") stage.start();
    });
}

const second = 1_000;
const minute = 60 * second;

/** A message of a person's, with all that a keyboard has. */
export function order(world: World, to: string, number: number): void {
  const agent = world.site.project.agents.find(({ name }) => name === to);
  if (agent === undefined || agent.backend === null) return;
  const id = `p${number}-${to}-${Math.floor(world.hours.now())}`;
  const text = WORDS[number % WORDS.length] ?? "go on";
  world.tell({ what: "queued", id, text, to });
  const message = { id, to, at: world.hours.wall(), from: "person", text, ...PLAIN } as const;
  world.hours.release(() => {
    void world.store.queue(message).catch(() => {});
  });
}

const WORDS = [
  "go on",
  "what is `#{pane_id}`; and $(date)?",
  "tab\tand \u001b[31mred",
  "naïve café ❯ 1. Yes",
  "--",
];
