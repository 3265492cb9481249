import type { Rescuer } from "../src/host/rescuer.ts";
import type { World } from "./world.ts";

/** Keeping what a loop agent has not pushed takes a while here too; what is kept is nobody's concern. */
export function createRescuer({ hours }: World, wake: () => void): Rescuer {
  const kept = new Map<string, "under-way" | "over">();
  return {
    state: (agent, instance) => kept.get(instance) ?? (agent.kind === "loop" ? "due" : "over"),
    begin(_, instance) {
      kept.set(instance, "under-way");
      hours.after(300, () => {
        kept.set(instance, "over");
        wake();
      });
    },
    take: () => [],
    idle: async () => {},
  };
}
