import type { Passage } from "@fleet/engine";
import type { LogLine } from "./log-line.ts";

/** Hears the passages of an agent's conversations, and says them as lines: each once, also where one was copied from another, a tool with what came of it. */
export interface Listener {
  hear(passage: Passage): readonly LogLine[];
  /** The tools that have not answered; nobody waits for them any more. */
  rest(): readonly LogLine[];
}

export function createListener(agent: string): Listener {
  const known = new Set<string>();
  const calls = new Map<string, Extract<Passage, { is: "called" }>>();
  /** What has no time was said right after what was noted before it. */
  let last: number | null = null;
  return {
    hear(passage) {
      if (passage.is === "spent" || known.has(passage.key)) return [];
      last = passage.at ?? last;
      switch (passage.is) {
        case "said":
          known.add(passage.key);
          return [{ at: last, agent, who: passage.by, text: passage.text }];
        case "called":
          calls.set(passage.tool, { ...passage, at: last });
          return [];
        case "answered": {
          const call = calls.get(passage.tool);
          if (call === undefined) return [];
          known.add(passage.key).add(call.key);
          calls.delete(passage.tool);
          return [{ at: call.at, agent, who: "tool", text: `${call.what}  → ${sayAnswer(passage)}` }];
        }
        default:
          return passage satisfies never;
      }
    },
    rest() {
      const open = [...calls.values()];
      calls.clear();
      return open.map(({ at, what }) => ({ at, agent, who: "tool", text: `${what}  → no answer` }));
    },
  };
}

function sayAnswer({ lines, failed }: Extract<Passage, { is: "answered" }>): string {
  const size = lines === 0 ? "nothing" : lines === 1 ? "1 line" : `${lines} lines`;
  return failed ? `failed, ${size}` : size;
}
