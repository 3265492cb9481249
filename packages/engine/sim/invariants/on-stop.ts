import type { JournalEntry } from "../../src/watch/journal.ts";
import type { Body } from "../body.ts";
import type { World } from "../world.ts";

/** The agents that were told to stop just now, each with its body and why. */
export function onStop(world: World, then: (body: Body, because: string) => void): void {
  const hear = ({ what, agent, because }: JournalEntry) => {
    const body = world.bodies.get(agent ?? "");
    if (what === "told-to-stop" && body !== undefined) then(body, String(because));
  };
  world.hear((event) => {
    if (event.what === "journaled") event.entries.forEach(hear);
  });
}
