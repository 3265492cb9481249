import { PLAIN } from "../src/watch/message.ts";
import { NO_WISHES, type Wishes } from "../src/watch/records.ts";
import type { World } from "./world.ts";

/** What the command line does for people: it writes their wishes and their messages, and nothing else. */
export function wish(
  world: World,
  agents: readonly string[],
  how: "up" | "anew" | "down" | { readonly goto: string },
): void {
  const at = world.hours.wall();
  const change = (before: Wishes): Wishes => {
    if (typeof how === "object") return { ...before, phase: { goto: how.goto, at, by: "person" } };
    const state = how === "down" ? "down" : "up";
    const wished = agents.map((name) => [name, { state, at, anew: how === "anew" }] as const);
    return { ...before, off: false, agents: { ...before.agents, ...Object.fromEntries(wished) } };
  };
  world.tell({ what: "wished", agents, how: typeof how === "object" ? "goto" : how });
  world.hours.release(() => {
    void world.store
      .wishes()
      .catch(() => NO_WISHES)
      .then((before) => world.store.wish(change(before)))
      // The disk is full: people try again, or don't.
      .catch(() => {});
  });
}

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
