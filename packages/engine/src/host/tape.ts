import { closeSync, constants, openSync, writeSync } from "node:fs";
import path from "node:path";
import { BACKENDS } from "../backends/index.ts";
import type { Agent } from "../project.ts";
import { lookMark } from "../watch/tape.ts";
import type { Instant } from "../watch/time.ts";
import type { Pane, Panes } from "./panes.ts";

export const tapesFolder = (state: string): string => path.join(state, "tapes");
export const tapeOf = (state: string, agent: string): string => path.join(tapesFolder(state), agent);

/** Who notes its conversations needs no tape: what its screen shows is the same, drawn over and over. */
export const isTaped = ({ backend }: Pick<Agent, "backend">): boolean =>
  BACKENDS[backend ?? ""]?.passages === undefined;

/** Marks in the tapes of those that have printed since the last time, by when that was. */
export interface Marker {
  mark(agents: readonly Agent[], panes: Panes): void;
}

export function createMarker(state: string): Marker {
  const marked = new Map<string, string>();
  return {
    mark(agents, { sessions }) {
      for (const agent of agents.filter(isTaped)) {
        const pane = sessions.get(agent.session);
        if (pane === undefined) continue;
        const print = `${pane.id} ${pane.activity}`;
        if (marked.get(agent.name) === print) continue;
        // What comes within the same second has the next mark.
        marked.set(agent.name, print);
        add(tapeOf(state, agent.name), lookMark(lastPrint(pane), pane.size));
      }
    },
  };
}

/** tmux tells whole seconds. */
const lastPrint = ({ activity }: Pane): Instant => activity * 1000;

/** To a tape that there is. Without marks it is still a tape: nothing that goes wrong here is worth telling. */
function add(file: string, text: string): void {
  try {
    const handle = openSync(file, constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK);
    try {
      writeSync(handle, text);
    } finally {
      closeSync(handle);
    }
  } catch {}
}
